"""What tells members apart: each scales the values by numbers of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from hpsearch.models.arrays import Array, ArraySpec, Initializer
from hpsearch.models.knobs import Knobs
from hpsearch.stock import StockObject


@dataclass(frozen=True, slots=True)
class MemberScale:
    """``x * kernel + bias`` with a kernel and a bias of each member, for each column.

    Neither penalties nor weight decay touch them.

    Attributes:
        members: How many.
        initializer: How the kernel begins. The first of a network is drawn, so that members see
            the columns differently: shared kernels then serve reflected copies of the rows, which
            regularizes them. Begun at ones, members gain nothing.
        use_bias: Whether there is a bias.
    """

    members: int
    initializer: Initializer = "ones"
    use_bias: bool = False

    @property
    def label(self) -> str:
        return "member_scale"

    def outputs(self, inputs: int) -> int:
        return inputs

    def arrays(self, inputs: int) -> tuple[ArraySpec, ...]:
        shape = (self.members, inputs)
        kernel = ArraySpec("kernel", shape, self.initializer)
        return (kernel, ArraySpec("bias", shape, "zeros")) if self.use_bias else (kernel,)

    def apply(self, arrays: Sequence[Array], x: Array) -> Array:
        kernel, *bias = arrays
        scaled = x * kernel
        return scaled + bias[0] if bias else scaled

    def stock(self, knobs: Knobs, inputs: int, place: int) -> StockObject:
        return StockObject(
            "EinsumDense",
            {
                "equation": "bkd,kd->bkd",
                "output_shape": [self.members, inputs],
                "bias_axes": "kd" if self.use_bias else None,
            },
        )
