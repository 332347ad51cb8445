"""What people should know of the rows before they believe a result."""

from hpsearch.report.section import Section
from hpsearch.report.sections.rows.blocks import make_blocks
from hpsearch.report.sections.rows.values import read_values

ROWS = Section(
    name="rows",
    title="Is anything odd about the rows?",
    values=read_values,
    answer=lambda values: str(values["said"]["answer"]),
    blocks=make_blocks,
)
