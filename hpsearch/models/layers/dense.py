"""A fully connected layer."""

from collections.abc import Sequence
from dataclasses import dataclass

from hpsearch.models.arrays import Array, ArraySpec
from hpsearch.models.knobs import Knobs
from hpsearch.stock import StockObject


@dataclass(frozen=True, slots=True)
class Dense:
    """``x @ kernel + bias``.

    Attributes:
        units: Columns that it makes.
        use_bias: False where a layer behind it shifts the values itself.
        penalized: Whether L1 and L2 count its kernel: of hidden layers, and of the output where it
            is the only layer.
    """

    units: int
    use_bias: bool = True
    penalized: bool = True

    @property
    def label(self) -> str:
        return "dense"

    def outputs(self, inputs: int) -> int:
        return self.units

    def arrays(self, inputs: int) -> tuple[ArraySpec, ...]:
        shape = (inputs, self.units)
        kernel = ArraySpec(
            "kernel", shape, "glorot_uniform", penalized=self.penalized, decayed=True
        )
        bias = ArraySpec("bias", (self.units,), "zeros")
        return (kernel, bias) if self.use_bias else (kernel,)

    def apply(self, arrays: Sequence[Array], x: Array) -> Array:
        kernel, *bias = arrays
        product = x @ kernel
        return product + bias[0] if bias else product

    def stock(self, knobs: Knobs, inputs: int, place: int) -> StockObject:
        penalty = knobs.penalty if self.penalized else None
        return StockObject(
            "Dense",
            {"units": self.units, "use_bias": self.use_bias, "kernel_regularizer": penalty},
        )
