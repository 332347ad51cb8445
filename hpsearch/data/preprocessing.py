"""What is done to features before a network gets them, fitted on train rows alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.table import Features


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """Standardisation fitted on train rows: ``(x - mean) / deviation``, float32 ``(columns,)``."""

    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]

    @classmethod
    def fit(cls, features: Features) -> "Scaling":
        """Mean and standard deviation of each column; a constant column keeps deviation 1."""
        mean = features.mean(axis=0, dtype=np.float64)
        deviation = features.std(axis=0, dtype=np.float64)
        deviation[deviation <= 1e-6 * np.abs(mean)] = 1.0
        deviation[deviation == 0] = 1.0
        return cls(mean.astype(np.float32), deviation.astype(np.float32))

    def apply(self, features: Features) -> Features:
        """Standardised features, float32 of the same shape."""
        return (features - self.mean) / self.deviation
