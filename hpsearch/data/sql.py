"""Texts and names as SQL writes them."""

from collections.abc import Sequence
from itertools import count

__all__ = ["distinct_names", "quoted", "quoted_name"]


def quoted(text: str) -> str:
    """A text."""
    return "'" + text.replace("'", "''") + "'"


def quoted_name(name: str) -> str:
    """The name of a column."""
    return '"' + name.replace('"', '""') + '"'


def distinct_names(names: Sequence[str]) -> list[str]:
    """Names as DuckDB can tell them apart, which it does not by case; none is empty."""
    used: set[str] = set()
    distinct = []
    for name in names:
        plain = name.replace("\0", "") or "column"
        for number in count(1):
            unique = plain if number == 1 else f"{plain} {number}"
            if unique.casefold() not in used:
                break
        used.add(unique.casefold())
        distinct.append(unique)
    return distinct
