"""A target that is a number: networks learn it standardized, and may learn its logarithm."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating[Any]]

#: The largest exponent that is taken, so that a network's first guesses have a finite square.
LARGEST_EXPONENT = 30.0


@dataclass(frozen=True, slots=True)
class Logarithm:
    """What a network learns instead of a standardized target ``y``, and the way back.

    It learns ``log(2 + y / reach)``, standardized again. The argument is 1 plus the distance of a
    target from the least train target, in units of the distance of their mean from it; so targets
    may also be negative.

    Attributes:
        reach: How far the mean of the train targets is above the least, in deviations.
        mean, deviation: Of the logarithms of the train rows. All three are floats, or tensors of
            one value.
    """

    reach: Any
    mean: Any
    deviation: Any

    @classmethod
    def fit(cls, train: Values) -> Self:
        """Learn from standardized targets of train rows, ``(rows,)``; they differ."""
        reach = float(-train.astype(np.float64).min())
        logarithms = np.log(2 + train.astype(np.float64) / reach)
        return cls(reach, float(logarithms.mean()), float(logarithms.std()))

    def learned(self, targets: Any, functions: Any = np) -> Any:
        """What a network is to give for standardized targets, ``(rows,)``.

        Args:
            targets: None is below the least of the train rows.
            functions: A module with ``log``, ``exp`` and ``minimum`` for these arrays or tensors.
        """
        return (functions.log(2.0 + targets / self.reach) - self.mean) / self.deviation

    def targets(self, outputs: Any, functions: Any = np) -> Any:
        """Inverse of ``learned``, for any outputs."""
        exponents = functions.minimum(outputs * self.deviation + self.mean, LARGEST_EXPONENT)
        return (functions.exp(exponents) - 2.0) * self.reach


@dataclass(frozen=True, slots=True)
class TargetScale:
    """``(y - mean) / deviation``, both in the target's own unit.

    The defaults leave everything as it is, as for classes.

    Attributes:
        logarithm: What networks learn instead of standardized targets; None where they learn these.
    """

    mean: float = 0.0
    deviation: float = 1.0
    logarithm: Logarithm | None = None

    @classmethod
    def fit(cls, train: Values) -> Self:
        """Mean and standard deviation of the train rows' targets, ``(rows,)``; they differ."""
        targets = train.astype(np.float64)
        return cls(float(targets.mean()), float(targets.std()))

    def with_logarithm(self, train: Values) -> Self:
        """The same scale for networks that learn a logarithm, fitted on standardized targets."""
        return replace(self, logarithm=Logarithm.fit(train))

    def of_outputs(self, outputs: Values) -> Values:
        """Standardized targets of a network's outputs, of the same shape."""
        return outputs if self.logarithm is None else np.asarray(self.logarithm.targets(outputs))

    def standardized(self, values: Values) -> NDArray[np.float64]:
        """Targets or predictions in their own unit, as losses and metrics see them; float64."""
        return (values.astype(np.float64) - self.mean) / self.deviation

    def restored(self, values: Values) -> NDArray[np.float64]:
        """Inverse of ``standardized``."""
        return values.astype(np.float64) * self.deviation + self.mean


#: Classes, which have no scale.
UNSCALED = TargetScale()
