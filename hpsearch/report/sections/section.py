"""The contract of a section: one question that the report answers."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.blocks import Block
from hpsearch.tasks.task import Task

#: Draws an SVG element.
Draw = Callable[[], str]


class Section(Protocol):
    """A package of ``hpsearch.report.sections``: content, layout and drawing of one question."""

    TITLE: str

    def applies(self, task: Task) -> bool:
        """Whether the question makes sense for a task."""
        ...

    def values(self, outcome: Outcome) -> Mapping[str, Any] | str:
        """What it says, as plain values, or one line on why there is nothing and how to get it."""
        ...

    def answer(self, values: Mapping[str, Any]) -> str:
        """What it says in one sentence, for who has a minute."""
        ...

    def blocks(self, outcome: Outcome, values: Mapping[str, Any]) -> Iterator[Block]:
        """The same for readers."""
        ...

    def figures(self, outcome: Outcome, values: Mapping[str, Any]) -> Mapping[str, Draw]:
        """SVG elements by the names that ``blocks`` has for them, each drawn when it is called."""
        ...


def always(task: Task) -> bool:
    """For questions of every task."""
    del task
    return True


def first_sentence(text: str) -> str:
    """The first sentence of a text."""
    return text.partition(". ")[0].rstrip(".") + "."
