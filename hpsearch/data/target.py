"""The scale of a target that is a number: networks learn it standardized, people see its own."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class TargetScale:
    """``(y - mean) / deviation``, both in the target's own unit.

    The defaults leave everything as it is, as for classes.
    """

    mean: float = 0.0
    deviation: float = 1.0

    @classmethod
    def fit(cls, train: Values) -> Self:
        """Mean and standard deviation of the train rows' targets, ``(rows,)``; they differ."""
        targets = train.astype(np.float64)
        return cls(float(targets.mean()), float(targets.std()))

    def standardized(self, values: Values) -> NDArray[np.float64]:
        """Targets or predictions in their own unit, as networks are trained on them; float64."""
        return (values.astype(np.float64) - self.mean) / self.deviation

    def restored(self, values: Values) -> NDArray[np.float64]:
        """Inverse of ``standardized``."""
        return values.astype(np.float64) * self.deviation + self.mean


#: Classes, which have no scale.
UNSCALED = TargetScale()
