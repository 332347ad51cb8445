"""Columns of numbers: gaps filled with the median and told by a feature, then scaled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.columns import Column
from hpsearch.data.features.filled import Filled, column_of
from hpsearch.data.features.scaling import Scaling
from hpsearch.stock import StockNode, function_node

Array = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """All columns that hold no texts, booleans and dates among them.

    Attributes:
        medians: What fills a gap in each column, float64 ``(columns,)``: the median of the train
            rows that have a value; 0 where none has.
        gaps: Places of the columns that some train rows have a value in, and some have not.
    """

    names: tuple[str, ...]
    medians: Array
    gaps: Places
    scaling: Scaling

    @classmethod
    def fit(
        cls,
        numbers: NDArray[np.floating[Any]],
        columns: Sequence[Column],
        scaling: type[Scaling],
        rows: NDArray[np.int64] | None = None,
        learned: Callable[[], None] = lambda: None,
    ) -> Self:
        """Learn from train rows, column by column.

        Args:
            numbers: ``(rows, columns)`` with NaN where there is none.
            rows: Places of the train rows; None for all.
            learned: Called after each column.
        """
        medians, gaps = np.zeros(len(columns)), np.zeros(len(columns), bool)
        for place in range(len(columns)):
            values = column_of(numbers, place, rows)
            missing = np.isnan(values)
            if not missing.all():
                gaps[place] = missing.any()
                medians[place] = np.median(values[~missing].astype(np.float64))
            learned()
        booleans = np.array([column.kind == "boolean" for column in columns], bool)
        names = tuple(column.name for column in columns)
        scaled = scaling.fit(Filled(numbers, medians, rows), booleans)
        return cls(names, medians, np.flatnonzero(gaps), scaled)

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features: the columns, then which gaps are told."""
        return (*self.names, *(f"{self.names[place]} is missing" for place in self.gaps))

    @property
    def origins(self) -> tuple[int, ...]:
        """The place of the column that each feature comes from, among those of numbers."""
        return (*range(len(self.names)), *self.gaps.tolist())

    def fill(self, numbers: NDArray[np.floating[Any]]) -> Array:
        """Numbers without gaps, float64."""
        return np.where(np.isnan(numbers), self.medians, numbers)

    def apply(self, numbers: NDArray[np.floating[Any]], filled: Array) -> tuple[Array, ...]:
        """Features, in parts that stand beside each other."""
        return self.scaling.apply(filled), np.isnan(numbers[:, self.gaps]).astype(np.float64)

    def nodes(self) -> tuple[StockNode, ...]:
        """Nodes from ``numbers``, among them ``missing`` and ``filled``, to the scaled values."""
        return (
            function_node("missing", "isnan", "numbers"),
            function_node("filled", "where", "missing", self.medians.tolist(), "numbers"),
            *self.scaling.nodes("filled"),
        )

    def gap_nodes(self) -> tuple[StockNode, ...]:
        """Nodes from ``missing`` to the features that tell gaps; none without such."""
        if not len(self.gaps):
            return ()
        return (
            function_node("gaps", "take", "missing", self.gaps.tolist(), axis=1),
            function_node("gaps_told", "cast", "gaps", dtype="float32"),
        )
