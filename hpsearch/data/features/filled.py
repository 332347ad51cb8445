"""Numbers of train rows without gaps, of which a piece is float64 in memory at a time.

What is learned of them is equal, to the bit, to what NumPy gives for all at once: it adds columns
that stand beside each other row by row.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.room import pieces

Array = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """Columns of train rows; at least one row.

    Attributes:
        numbers: Of all rows, ``(rows, columns)`` with NaN where there is none.
        medians: What fills the gaps of each column, float64 ``(columns,)``.
        rows: Places of the train rows; None for all.
    """

    numbers: NDArray[np.floating[Any]]
    medians: Array
    rows: Places | None = None

    @classmethod
    def of(cls, values: Array) -> Self:
        """Columns that have no gaps."""
        return cls(values, np.zeros(values.shape[1]))

    def __len__(self) -> int:
        return len(self.numbers if self.rows is None else self.rows)

    def column(self, place: int) -> Array:
        """The values of one column, ``(rows,)``."""
        values = column_of(self.numbers, place, self.rows)
        return np.asarray(np.where(np.isnan(values), self.medians[place], values), np.float64)

    @property
    def first(self) -> Array:
        """The first row."""
        return np.asarray(next(self._pieces())[0])

    def least(self) -> Array:
        """The least value of each column."""
        return reduce(np.minimum, (piece.min(axis=0) for piece in self._pieces()))

    def largest(self) -> Array:
        """The largest value of each column."""
        return reduce(np.maximum, (piece.max(axis=0) for piece in self._pieces()))

    def moments(self) -> tuple[Array, Array]:
        """Mean and standard deviation of each column, as ``mean`` and ``std`` of an array."""
        if self.numbers.shape[1] == 1:  # NumPy adds a column that stands alone in pairs
            alone = self.column(0)[:, np.newaxis]
            return alone.mean(axis=0), alone.std(axis=0)
        mean = _sums(self._pieces()) / len(self)
        squares = (np.square(piece - mean) for piece in self._pieces())
        return mean, np.sqrt(_sums(squares) / len(self))

    def _pieces(self) -> Iterator[Array]:
        for some in pieces(len(self), 8 * self.numbers.shape[1]):
            numbers = self.numbers[some if self.rows is None else self.rows[some]]
            yield np.where(np.isnan(numbers), self.medians, numbers)


def column_of(values: NDArray[Any], place: int, rows: Places | None) -> NDArray[Any]:
    """A column of some of the rows, or of all, ``(rows,)``."""
    column = values[:, place]
    return column if rows is None else column[rows]


def _sums(parts: Iterable[Array]) -> Array:
    """Sums of columns, row after row."""
    total: Array | None = None
    for part in parts:
        rows = part if total is None else np.concatenate([total[np.newaxis], part])
        total = np.add.reduce(rows, axis=0)
    if total is None:
        raise ValueError("there must be at least 1 row, got none")
    return total
