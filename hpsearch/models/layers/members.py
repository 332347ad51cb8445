"""Members: copies of the rows that share a network's kernels and differ by scales of their own."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hpsearch.models.arrays import Array, ArraySpec
from hpsearch.models.knobs import Knobs
from hpsearch.stock import StockObject


@dataclass(frozen=True, slots=True)
class Members:
    """Repeats each row for every member: ``(rows, columns)`` as ``(rows, members, columns)``.

    Attributes:
        members: How many; the layers after it work on the last axis.

    Source: Wen et al., BatchEnsemble (2020), as Gorishniy et al., TabM (2025), use it on tables.
    """

    members: int

    @property
    def label(self) -> str:
        return "members"

    def outputs(self, inputs: int) -> int:
        return inputs

    def arrays(self, inputs: int) -> tuple[ArraySpec, ...]:
        return ()

    def apply(self, arrays: Sequence[Array], x: Array) -> Array:
        return np.repeat(x[:, None], self.members, axis=1)

    def stock(self, knobs: Knobs, inputs: int, place: int) -> StockObject:
        return StockObject("RepeatVector", {"n": self.members})
