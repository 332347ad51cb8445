"""A figure with the interval that says how far to trust it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with the ends of its 95 % interval, in the unit of the value.

    The interval always holds the value: an end that rounding, or a bootstrap of few rows, leaves on
    the wrong side is moved to it.
    """

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", min(self.low, self.value))
        object.__setattr__(self, "high", max(self.high, self.value))

    @property
    def excludes_zero(self) -> bool:
        """Whether 0 lies outside the interval, so that the sign is more than chance."""
        return self.low > 0 or self.high < 0


def around(value: float, half: float) -> Estimate:
    """An estimate whose interval reaches ``half`` to either side."""
    return Estimate(value, value - half, value + half)


def pooled_deviation(groups: Sequence[Sequence[float]]) -> float | None:
    """Standard deviation within groups, by all of them; None where each has a single value."""
    arrays = [np.asarray(group, np.float64) for group in groups]
    freedom = sum(len(array) - 1 for array in arrays)
    if not freedom:
        return None
    squares = sum(float(np.square(array - array.mean()).sum()) for array in arrays)
    return math.sqrt(squares / freedom)
