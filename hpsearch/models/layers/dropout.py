"""Dropout."""

from collections.abc import Sequence
from dataclasses import dataclass

from hpsearch.models.arrays import Array, ArraySpec
from hpsearch.models.knobs import Knobs
from hpsearch.stock import StockObject


@dataclass(frozen=True, slots=True)
class Dropout:
    """Drops each value with the probability ``knobs.dropout`` while it trains, and scales the rest.

    Source: Srivastava et al., Dropout (2014).
    """

    @property
    def label(self) -> str:
        return "dropout"

    def drawn(self, inputs: int) -> int:
        """How many numbers are drawn for a row of ``inputs`` columns."""
        return inputs

    def outputs(self, inputs: int) -> int:
        return inputs

    def arrays(self, inputs: int) -> tuple[ArraySpec, ...]:
        return ()

    def apply(self, arrays: Sequence[Array], x: Array) -> Array:
        return x

    def stock(self, knobs: Knobs, inputs: int, place: int) -> StockObject | None:
        if not knobs.dropout:
            return None
        return StockObject("Dropout", {"rate": knobs.dropout, "seed": place})
