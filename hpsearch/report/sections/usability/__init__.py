"""Whether the winner's probabilities mean what they say, and what decisions by them are worth."""

from hpsearch.report.section import Section
from hpsearch.report.sections.usability.blocks import make_blocks
from hpsearch.report.sections.usability.values import read_values
from hpsearch.tasks.task import Task


def _applies(task: Task) -> bool:
    """To tasks whose predictions are probabilities of one label."""
    return task.gives_probability


USABILITY = Section(
    name="usability",
    title="Is the winner usable?",
    values=read_values,
    answer=lambda values: str(values["said"]["probabilities"][0]),
    blocks=make_blocks,
    applies=_applies,
)
