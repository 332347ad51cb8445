"""What mattered in the search: parameters, time, and what the pruner saved and may have cost."""

from hpsearch.report.section import Section, first_sentence
from hpsearch.report.sections.search.blocks import make_blocks
from hpsearch.report.sections.search.values import read_values

SEARCH = Section(
    name="search",
    title="What mattered in the search?",
    values=read_values,
    answer=lambda values: first_sentence(values["said"]["importances"]),
    blocks=make_blocks,
)
