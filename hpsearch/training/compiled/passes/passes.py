"""The contract of a layer's passes.

Values are ``(rows, columns)``, and behind a network's ``Members`` ``(rows, members, columns)``;
where a shape below is ``(rows, …)``, members stand between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Batch:
    """What the passes know of a batch besides its values.

    Attributes:
        share: What each row counts in the batch's mean, ``(rows,)``, or a float for all.
        mask: What dropout multiplies this layer's values with, ``(rows, numbers drawn)``; None for
            a layer that drops nothing.
    """

    share: Any
    mask: Any


@dataclass(frozen=True, slots=True)
class Passed:
    """A layer's values, what its backward pass needs, and moments that moving averages follow.

    Attributes:
        values: ``(rows, outputs)``.
        kept: Whatever ``backward`` wants.
        moments: Mean and variance, ``(2, columns)``; None for a layer without moving averages.
    """

    values: Any
    kept: Any
    moments: Any = None


class Passes(Protocol):
    """The passes of one layer; ``arrays`` are its trained ones, as ``Layer.arrays`` orders them."""

    def predict(self, arrays: Sequence[Any], x: Any, averages: Any) -> Any:
        """Its values at prediction; ``averages`` are its moving mean and variance."""
        ...

    def forward(self, arrays: Sequence[Any], x: Any, batch: Batch) -> Passed:
        """Its values while it trains."""
        ...

    def backward(
        self, arrays: Sequence[Any], kept: Any, slopes: Any, batch: Batch
    ) -> tuple[Any, tuple[Any, ...]]:
        """From the loss's slopes in its values, ``(rows, outputs)``.

        Returns:
            The slopes in what it got, ``(rows, inputs)``, and those in its arrays.
        """
        ...
