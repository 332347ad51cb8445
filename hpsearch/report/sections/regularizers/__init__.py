"""What each regularizer bought: the winner without it, the search with and without, the weights."""

from hpsearch.report.section import Section, Values
from hpsearch.report.sections.regularizers.blocks import make_blocks
from hpsearch.report.sections.regularizers.values import read_values


def _answer(values: Values) -> str:
    ablation = values["ablation"]
    return str(ablation["said"][0] if ablation else values["absences"]["ablation"])


REGULARIZERS = Section(
    name="regularizers",
    title="What did each regularizer buy?",
    values=read_values,
    answer=_answer,
    blocks=make_blocks,
)
