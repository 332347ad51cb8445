"""The contract of a section of the report: a question, and what answers it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.blocks import Block
from hpsearch.tasks.task import Task

#: What ``report.json`` holds of a section.
Values = Mapping[str, Any]


def always(task: Task) -> bool:
    """Applies to every task."""
    del task
    return True


@dataclass(frozen=True, slots=True)
class Section:
    """A section.

    Attributes:
        name: Its key in ``report.json`` and its address in the page.
        title: The question.
        values: What ``report.json`` holds, or one line on why there is nothing and how to get it.
        answer: The answer in a sentence, of the values.
        blocks: What a reader sees, of the outcome and the values as JSON has them.
        applies: Whether the question makes sense for a task; where not, no format mentions it.
    """

    name: str
    title: str
    values: Callable[[Outcome], Values | str]
    answer: Callable[[Values], str]
    blocks: Callable[[Outcome, Values], Sequence[Block]]
    applies: Callable[[Task], bool] = always


def first_sentence(text: str) -> str:
    """The first sentence of a text."""
    return text.partition(". ")[0].rstrip(".") + "."
