"""Columns by name and kind, and the values of raw rows in them."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.study.kinds import TEXT_KINDS, Kind

__all__ = ["MISSING", "Column", "Kind", "RawRows", "number_columns"]

#: The code of a missing text, which has no place in a vocabulary.
MISSING = -1


@dataclass(frozen=True, slots=True)
class Column:
    """A raw column: the name that it has in its source, and what its values are."""

    name: str
    kind: Kind

    @property
    def is_text(self) -> bool:
        """Whether its values are among the texts of ``RawRows``, and not among the numbers."""
        return self.kind in TEXT_KINDS


@dataclass(frozen=True, slots=True, eq=False)
class RawRows:
    """Values of raw columns, before any preprocessing; both parts in the order of the columns.

    Attributes:
        numbers: Of all columns that hold no texts, float32, float64 or uint8 ``(rows, columns)``;
            NaN is missing. A boolean is 0 or 1, a date the days since 1970-01-01 with their
            fraction.
        codes: Of the columns that hold texts, int32 ``(rows, columns)``: places in their
            vocabularies, or ``MISSING``.
        vocabularies: The texts of each of these columns, each text once.
    """

    numbers: NDArray[Any]
    codes: NDArray[np.int32]
    vocabularies: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of_numbers(cls, numbers: NDArray[Any]) -> Self:
        """Rows without texts."""
        return cls(numbers, np.empty((len(numbers), 0), np.int32))

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.numbers)

    def __getitem__(self, rows: Any) -> Self:
        """Some of the rows, by a slice, a mask or their places."""
        return type(self)(self.numbers[rows], self.codes[rows], self.vocabularies)

    def texts(self) -> NDArray[np.object_]:
        """The texts of all rows, str ``(rows, columns)``; a missing one is empty."""
        texts = np.empty(self.codes.shape, object)
        for place, vocabulary in enumerate(self.vocabularies):
            texts[:, place] = np.array([*vocabulary, ""], object)[self.codes[:, place]]
        return texts


def number_columns(names: tuple[str, ...]) -> tuple[Column, ...]:
    """Columns that all hold numbers."""
    return tuple(Column(name, "number") for name in names)
