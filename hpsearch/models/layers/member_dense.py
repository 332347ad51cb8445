"""The members' heads: an output layer of each member's own."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hpsearch.models.arrays import Array, ArraySpec
from hpsearch.models.knobs import Knobs
from hpsearch.stock import StockObject


@dataclass(frozen=True, slots=True)
class MemberDense:
    """``x @ kernel + bias`` with a kernel and a bias of each member.

    Attributes:
        members: How many.
        units: Columns that each member makes.
        penalized: Whether L1 and L2 count its kernel, as in ``Dense``.
    """

    members: int
    units: int
    penalized: bool = False

    @property
    def label(self) -> str:
        return "member_dense"

    def outputs(self, inputs: int) -> int:
        return self.units

    def arrays(self, inputs: int) -> tuple[ArraySpec, ...]:
        shape = (self.members, inputs, self.units)
        return (
            ArraySpec("kernel", shape, "glorot_uniform", penalized=self.penalized, decayed=True),
            ArraySpec("bias", (self.members, self.units), "zeros"),
        )

    def apply(self, arrays: Sequence[Array], x: Array) -> Array:
        kernel, bias = arrays
        return np.asarray(np.einsum("bkd,kdo->bko", x, kernel) + bias)

    def stock(self, knobs: Knobs, inputs: int, place: int) -> StockObject:
        return StockObject(
            "EinsumDense",
            {
                "equation": "bkd,kdo->bko",
                "output_shape": [self.members, self.units],
                "bias_axes": "ko",
                "kernel_regularizer": knobs.penalty if self.penalized else None,
            },
        )
