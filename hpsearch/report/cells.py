"""Cells of estimates: the value, and its interval as a note."""

from collections.abc import Callable, Mapping

from hpsearch.report.blocks import Cell
from hpsearch.wording import NOTHING, say_interval, say_number


def estimate_cell(
    estimate: Mapping[str, float | None] | None,
    say: Callable[[float | None], str] = say_number,
    say_range: Callable[[Mapping[str, float | None]], str] = say_interval,
) -> Cell:
    """A value with its interval; without a note where it has none.

    Args:
        say: Words of the value.
        say_range: Words of the interval.
    """
    if not estimate:
        return Cell(NOTHING)
    note = say_range(estimate)
    return Cell(say(estimate["value"]), "" if note == NOTHING else note)
