"""The contract of what is made of a column of texts: features that are 0 or 1."""

from collections.abc import Callable, Sequence
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.stock import StockNode

#: Where features are 1, for codes of some rows: places of rows and, of equal length, of features.
Ones = Callable[[NDArray[np.int32]], tuple[NDArray[np.intp], NDArray[np.intp]]]


class TextFeatures(Protocol):
    """Learned from the texts of train rows and then frozen."""

    @classmethod
    def fit(cls, codes: NDArray[np.int32], vocabulary: Sequence[str], name: str) -> Self:
        """Learn from the codes of train rows, ``(rows,)``, of a column by this name."""

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features."""

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """Texts of train rows that may come again; none where others are no surprise."""

    def ones(self, vocabulary: Sequence[str]) -> Ones:
        """Where features are 1 in rows whose codes are places in a vocabulary."""

    def nodes(self, place: int) -> tuple[StockNode, ...]:
        """Nodes from ``texts``, of which this column is at ``place``, to its features."""
