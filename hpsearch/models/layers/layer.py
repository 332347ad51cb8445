"""The contract of a layer."""

from collections.abc import Sequence
from typing import Protocol

from hpsearch.models.arrays import Array, ArraySpec
from hpsearch.models.knobs import Knobs
from hpsearch.stock import StockObject


class Layer(Protocol):
    """A frozen value; equal layers compute the same.

    Values are ``(rows, columns)``, and behind ``Members`` ``(rows, members, columns)``.
    """

    @property
    def label(self) -> str:
        """What it is called among the layers of a hidden block: ``dense``, ``elu``."""
        ...

    def outputs(self, inputs: int) -> int:
        """How many columns it makes of ``inputs`` columns."""
        ...

    def arrays(self, inputs: int) -> tuple[ArraySpec, ...]:
        """Its arrays for ``inputs`` columns, in the order in which Keras keeps them."""
        ...

    def apply(self, arrays: Sequence[Array], x: Array) -> Array:
        """Its values at prediction, float32 ``(rows, outputs)``; the NumPy reference.

        Args:
            arrays: As ``arrays`` describes them.
            x: float32 ``(rows, inputs)``; behind ``Members`` both have an axis between.
        """
        ...

    def stock(self, knobs: Knobs, inputs: int, place: int) -> StockObject | None:
        """The Keras layer that computes the same; None where the knobs switch it off.

        Args:
            knobs: As this layer has them; see ``Knobs.of_layer``.
            inputs: How many columns it gets.
            place: Number of Keras layers before it, a seed that differs from layer to layer.
        """
        ...
