"""The contract of preprocessing: what is done to raw columns before a network gets them."""

from typing import Protocol, Self

from hpsearch.data.columns import Column, RawRows
from hpsearch.data.table import Features
from hpsearch.stock import StockNode


class Preprocessing(Protocol):
    """A transformation of raw columns that was fitted on train rows alone.

    It is frozen, and ``apply`` is a function of the raw rows: a row's result does not depend on
    the rows beside it. Its Keras layers do the same inside the saved model.
    """

    @property
    def columns(self) -> tuple[Column, ...]:
        """The raw columns that it takes, in their order."""

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features that it gives, in their order."""

    @property
    def sections(self) -> tuple[int, ...]:
        """For each feature the number of the raw column that it comes from.

        Columns are numbered from 0 in the order in which they first give a feature, so that no
        number is left out.
        """

    @property
    def vocabularies(self) -> tuple[tuple[str, ...], ...]:
        """The texts of train rows, of each column of texts; none of one that is not used, or of
        which no text is expected to come again.
        """

    @property
    def width(self) -> int:
        """Number of features that it gives."""

    @classmethod
    def fit(cls, train: RawRows, columns: tuple[Column, ...]) -> Self:
        """Learn from the raw train rows and what their columns are."""

    def apply(self, raw: RawRows) -> Features:
        """Features for the network, float32 ``(rows, width)``; uint8 where all are 0 or 1."""

    def keras_layers(self) -> tuple[StockNode, ...]:
        """A graph that takes raw rows to features, each node after those that it takes.

        It begins at ``numbers``, float64 with NaN for missing, and ``texts``, strings of which the
        empty one is missing, both ``(rows, columns)`` as in ``RawRows``. The last node gives the
        features. Its arguments and constants are plain values that JSON can hold.
        """
