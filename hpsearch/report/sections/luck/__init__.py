"""How much of the validation score was luck, by rank, by rows and by seeds."""

from hpsearch.report.section import Section
from hpsearch.report.sections.luck.blocks import make_blocks
from hpsearch.report.sections.luck.values import read_values

LUCK = Section(
    name="luck",
    title="How much of the validation score was luck?",
    values=read_values,
    answer=lambda values: str(values["said"]["optimism"][0]),
    blocks=make_blocks,
)
