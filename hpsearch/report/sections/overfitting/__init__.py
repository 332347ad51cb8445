"""Whether the winner and the baseline networks overfit, by a rule that is stated."""

from hpsearch.report.section import Section, first_sentence
from hpsearch.report.sections.overfitting.blocks import make_blocks
from hpsearch.report.sections.overfitting.values import read_values

OVERFITTING = Section(
    name="overfitting",
    title="Does it overfit?",
    values=read_values,
    answer=lambda values: first_sentence(values["said"]["winner"] or values["said"]["baselines"]),
    blocks=make_blocks,
)
