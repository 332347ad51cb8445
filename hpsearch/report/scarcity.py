"""A class of so few rows that figures of it say little: what can be known of it, and what not."""

from collections.abc import Mapping
from typing import Any

from hpsearch.data.facts import DataFacts
from hpsearch.data.inspection.rare_classes import ENOUGH
from hpsearch.report.classes import ClassNames
from hpsearch.wording import say_count

#: Notices on classes of few rows.
_KINDS = ("rare_classes", "scarce_classes")


def scarcity_of(data: DataFacts) -> dict[str, Any] | None:
    """The class with the fewest rows, where these are so few that they must be told.

    Returns:
        ``rows_of``, ``class yes`` or ``label 1``, and its ``validation`` and ``test`` rows.
    """
    for notice in data.notices:
        if notice.kind in _KINDS and "class" in notice.figures:
            figures = {name: int(number) for name, number in notice.figures.items()}
            name = ClassNames(data.classes).rows(figures["class"])
            rows = {"validation": figures["validation_rows"], "test": figures["test_rows"]}
            return {"rows_of": name, **rows}
    return None


def say_scarcity(scarce: Mapping[str, Any]) -> str:
    """What can be known with so few rows of a class, and what can't.

    Args:
        scarce: As ``scarcity_of`` gives it.
    """
    validation, test, rows_of = scarce["validation"], scarce["test"], scarce["rows_of"]
    return (
        f"Only {_count(validation, 'validation row')} and {_count(test, 'test row')} are of "
        f"{rows_of}. What is said of the other rows can be believed within its intervals. What "
        f"share of {rows_of} is found, and how they rank, can't be known closely: each of the "
        f"{say_count(test)} is {_part(test)} of the share, and intervals resampled from so few "
        f"rows are too narrow. Nor can whether another trial finds more: trials were chosen by "
        f"{_count(validation, 'such row')}."
    )


def say_few(scarce: Mapping[str, Any] | None) -> list[str]:
    """What stands beside figures of the test rows; nothing where enough of these are of the class.

    Args:
        scarce: As ``scarcity_of`` gives it.
    """
    if scarce is None or scarce["test"] >= ENOUGH:
        return []
    rows = _count(scarce["test"], "test row")
    return [
        f"Figures of {scarce['rows_of']} rest on {rows}, of which each is {_part(scarce['test'])}."
    ]


def _part(rows: int) -> str:
    return f"{1 / max(rows, 1):.0%}"


def _count(number: int, what: str) -> str:
    return f"{say_count(number)} {what}{'s' * (number != 1)}"
