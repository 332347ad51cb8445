"""Whether the winner is better than what one would use anyway, on the same test rows."""

from hpsearch.report.section import Section
from hpsearch.report.sections.baselines.blocks import make_blocks
from hpsearch.report.sections.baselines.values import read_values

BASELINES = Section(
    name="baselines",
    title="Does it beat the obvious baselines?",
    values=read_values,
    answer=lambda values: str(values["said"]["verdict"][0]),
    blocks=make_blocks,
)
