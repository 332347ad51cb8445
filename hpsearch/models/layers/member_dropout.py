"""Dropout in a network with members."""

from collections.abc import Sequence
from dataclasses import dataclass

from hpsearch.models.arrays import Array, ArraySpec
from hpsearch.models.knobs import Knobs
from hpsearch.stock import StockObject


@dataclass(frozen=True, slots=True)
class MemberDropout:
    """``Dropout`` of values ``(rows, members, columns)``.

    Attributes:
        members: How many.
        shared: Whether a row's members drop the same columns, which takes a third less time and
            makes no visible difference.
    """

    members: int
    shared: bool = True

    @property
    def label(self) -> str:
        return "dropout"

    def drawn(self, inputs: int) -> int:
        """How many numbers are drawn for a row of ``inputs`` columns."""
        return inputs if self.shared else inputs * self.members

    def outputs(self, inputs: int) -> int:
        return inputs

    def arrays(self, inputs: int) -> tuple[ArraySpec, ...]:
        return ()

    def apply(self, arrays: Sequence[Array], x: Array) -> Array:
        return x

    def stock(self, knobs: Knobs, inputs: int, place: int) -> StockObject | None:
        if not knobs.dropout:
            return None
        mask = [None, 1, None] if self.shared else None
        return StockObject("Dropout", {"rate": knobs.dropout, "noise_shape": mask, "seed": place})
