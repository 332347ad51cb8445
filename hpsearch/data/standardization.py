"""Standardization: every column with mean 0 and deviation 1 over the train rows."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.columns import Column, RawRows
from hpsearch.data.table import Features
from hpsearch.stock import StockNode, layer_node


@dataclass(frozen=True, slots=True, eq=False)
class Standardization:
    """``(x - mean) / deviation`` of each column; both are float64 ``(columns,)``."""

    columns: tuple[Column, ...]
    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]

    @classmethod
    def fit(cls, train: RawRows, columns: tuple[Column, ...]) -> Self:
        """Mean and standard deviation of each column; a constant column keeps deviation 1.

        Raises:
            ValueError: If there is not one name for each column.
        """
        numbers = train.numbers
        if numbers.shape[1] != len(columns):
            raise ValueError(f"{numbers.shape[1]} columns need as many names, got {len(columns)}")
        mean = numbers.mean(axis=0, dtype=np.float64)
        deviation = numbers.std(axis=0, dtype=np.float64)
        deviation[(deviation == 0) | (numbers.min(axis=0) == numbers.max(axis=0))] = 1.0
        return cls(columns, mean, deviation)

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def vocabularies(self) -> tuple[tuple[str, ...], ...]:
        """None, as there are no texts."""
        return ()

    @property
    def width(self) -> int:
        """As many features as raw columns."""
        return len(self.columns)

    def apply(self, raw: RawRows) -> Features:
        """Standardized features, float32 of the same shape; float64 until they are centered."""
        return ((raw.numbers - self.mean) / self.deviation).astype(np.float32)

    def keras_layers(self) -> tuple[StockNode, ...]:
        """One ``Normalization``, which takes the variance in place of the deviation."""
        return (
            layer_node(
                "standardize",
                "Normalization",
                "numbers",
                mean=self.mean.tolist(),
                variance=(self.deviation**2).tolist(),
                dtype="float64",
            ),
        )
