"""What a look at the rows found, and the contract of a question."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from hpsearch.data.cutting import Cut
from hpsearch.data.table import Table
from hpsearch.errors import shown
from hpsearch.wording import listed

#: Names that a sentence has room for, and those that a notice keeps.
NAMED, KEPT = 5, 100

#: What a column without a name is called, by its place.
_UNNAMED = re.compile(r"column (\d+)")


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about the rows that people should know before they believe a result.

    Attributes:
        kind: What it is: ``index``, ``duplicates``.
        sentence: It in words, with what follows from it or what can be done.
        columns: The columns that it is about, the first hundred of very many; none where it is
            about rows or labels.
        figures: Its numbers by name.
    """

    kind: str
    sentence: str
    columns: tuple[str, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_json(cls, notice: Mapping[str, Any]) -> Self:
        """The notice that ``asdict`` gave, after JSON made a list of its columns."""
        return cls(**{**notice, "columns": tuple(notice["columns"])})


#: A question: rows whose columns are all features, and how they are cut.
Question = Callable[[Table, Cut], Iterable[Notice]]


def about(columns: Sequence[str]) -> tuple[str, ...]:
    """The columns as a notice keeps them."""
    return tuple(columns[:KEPT])


def say_columns(names: Sequence[str]) -> str:
    """Columns as a sentence begins: ``Column 'a'``, ``Columns 'a', 'b' and 3 more``."""
    if len(names) == 1 and (place := _UNNAMED.fullmatch(names[0])):
        return f"The unnamed column {place[1]}, counted from 0,"
    words = [shown(name) for name in names[:NAMED]]
    if len(names) > NAMED:
        words.append(f"{len(names) - NAMED:,} more")
    return f"Column{'s' if len(names) > 1 else ''} {listed(words)}"


def verb(names: Sequence[str], one: str, several: str) -> str:
    """The form of a verb that goes with so many columns."""
    return one if len(names) == 1 else several
