"""A figure with the interval that says how far to trust it."""

from dataclasses import dataclass


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
