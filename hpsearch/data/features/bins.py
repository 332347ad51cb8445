"""Piecewise-linear encoding: how far a number has come through each bin of its column.

Source: Gorishniy et al., On Embeddings for Numerical Features in Tabular Deep Learning (2022),
section 3.1; here all bins are bounded, the first and the last one, too.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.columns import Column
from hpsearch.data.features.edges import Supervision, edges_of
from hpsearch.data.features.filled import column_of
from hpsearch.stock import StockNode, function_node

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """A feature for each bin: 0 below it, 1 above it, and the share that a value has passed inside.

    Attributes:
        names: Of the columns with bins.
        places: Where these stand among the columns of numbers.
        edges: Of the bins of each of them, float64 ``(bins + 1,)``, ascending.
    """

    names: tuple[str, ...] = ()
    places: tuple[int, ...] = ()
    edges: tuple[Array, ...] = ()

    @classmethod
    def fit(
        cls,
        numbers: NDArray[np.floating[Any]],
        columns: Sequence[Column],
        encoding: str,
        bins: int,
        supervision: Supervision,
        rows: NDArray[np.int64] | None = None,
        learned: Callable[[], None] = lambda: None,
    ) -> Self:
        """Learn from train rows, column by column; no other rows' values or targets are seen.

        Columns that hold no numbers, such as dates, have no bins, nor have those with at most two
        different values. A missing value counts for no edge.

        Args:
            numbers: ``(rows, columns)`` with NaN where there is none.
            encoding: A name in ``edges.CUTS``.
            bins: The most of a column.
            supervision: What is to be predicted of the train rows, in their order.
            rows: Places of the train rows; None for all.
            learned: Called after each column.
        """
        found: dict[int, Array] = {}
        for place, column in enumerate(columns):
            if column.kind == "number":
                values = column_of(numbers, place, rows)
                found[place] = edges_of(values, encoding, bins, supervision)
            learned()
        places = tuple(place for place, edges in found.items() if len(edges))
        return cls(
            tuple(columns[place].name for place in places),
            places,
            tuple(found[place] for place in places),
        )

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features."""
        return tuple(
            f"{name}, bin {number} of {len(edges) - 1}"
            for name, edges in zip(self.names, self.edges, strict=True)
            for number in range(1, len(edges))
        )

    @property
    def origins(self) -> tuple[int, ...]:
        """The place of the column that each feature comes from, among those of numbers."""
        counted = zip(self.places, self.edges, strict=True)
        return tuple(place for place, edges in counted for _ in edges[1:])

    def apply(self, filled: Array) -> Iterator[Array]:
        """Features of numbers without gaps, of one column after the other."""
        for place, edges in zip(self.places, self.edges, strict=True):
            low, high = edges[:-1], edges[1:]
            passed = np.minimum(np.maximum(filled[:, place, np.newaxis], low), high)
            yield np.asarray((passed - low) / (high - low))

    def nodes(self) -> tuple[StockNode, ...]:
        """Nodes from ``filled``, of which the last gives the features; none without bins."""
        if not self.places:
            return ()
        low = np.concatenate([edges[:-1] for edges in self.edges])
        high = np.concatenate([edges[1:] for edges in self.edges])
        return (
            function_node("binned", "take", "filled", list(self.origins), axis=1),
            function_node("bins_begun", "maximum", "binned", low.tolist()),
            function_node("bins_passed", "minimum", "bins_begun", high.tolist()),
            function_node("bins_from_low", "subtract", "bins_passed", low.tolist()),
            function_node("bins", "divide", "bins_from_low", (high - low).tolist()),
        )


#: Of rows that are not encoded.
NO_BINS = Bins()
