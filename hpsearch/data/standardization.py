"""Standardization: every column with mean 0 and deviation 1 over the train rows."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.table import Features
from hpsearch.stock import StockObject

#: A column whose deviation is a smaller share of its mean is constant up to rounding.
SMALLEST_SHARE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Standardization:
    """``(x - mean) / deviation`` of each column; both are float32 ``(columns,)``."""

    names: tuple[str, ...]
    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]

    @classmethod
    def fit(cls, train: Features, names: tuple[str, ...]) -> Self:
        """Mean and standard deviation of each column; a constant column keeps deviation 1.

        Args:
            train: Raw train rows, float32 ``(rows, columns)``.
            names: Names of the columns.

        Raises:
            ValueError: If there is not one name for each column.
        """
        if train.shape[1] != len(names):
            raise ValueError(f"{train.shape[1]} columns need as many names, got {len(names)}")
        mean = train.mean(axis=0, dtype=np.float64)
        deviation = train.std(axis=0, dtype=np.float64)
        deviation[deviation <= SMALLEST_SHARE * np.abs(mean)] = 1.0
        deviation[deviation == 0] = 1.0
        return cls(names, mean.astype(np.float32), deviation.astype(np.float32))

    @property
    def width(self) -> int:
        """As many features as raw columns."""
        return len(self.names)

    def apply(self, raw: Features) -> Features:
        """Standardized features, float32 of the same shape."""
        return (raw - self.mean) / self.deviation

    def keras_layers(self) -> tuple[StockObject, ...]:
        """One ``Normalization``, which takes the variance in place of the deviation."""
        variance = self.deviation.astype(np.float64) ** 2
        return (
            StockObject(
                "Normalization",
                {
                    "mean": self.mean.tolist(),
                    "variance": variance.tolist(),
                    "name": "standardize",
                },
            ),
        )
