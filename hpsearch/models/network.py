"""A network: a tuple of layers, from which all that is known of it is derived."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from hpsearch.models.arrays import Array, Arrays, ArraySpec
from hpsearch.models.layers.dense import Dense
from hpsearch.models.layers.layer import Layer
from hpsearch.models.layers.member_dense import MemberDense
from hpsearch.models.layers.members import Members


@dataclass(frozen=True, slots=True)
class Network:
    """Layers from preprocessed features to outputs; the last is a ``Dense``, or ``MemberDense``.

    It is penalized only where it is the only one: a linear model.
    """

    layers: tuple[Layer, ...]

    @property
    def widths(self) -> tuple[int, ...]:
        """Units of the hidden layers."""
        return tuple(layer.units for layer in self.layers[:-1] if isinstance(layer, Dense))

    @property
    def members(self) -> int:
        """How many networks it holds that share kernels; 1 where there are no members."""
        counts = (layer.members for layer in self.layers if isinstance(layer, Members))
        return next(counts, 1)

    @property
    def units(self) -> int:
        """Columns of its outputs."""
        return self.layers[-1].outputs(0)

    @property
    def depths(self) -> tuple[int, ...]:
        """Of each layer, the hidden layer that it belongs to, from 0; one more for the output.

        A layer belongs to the ``Dense`` before it, or where there is none to the first.
        """
        counts = accumulate(isinstance(layer, Dense | MemberDense) for layer in self.layers)
        return tuple(max(count - 1, 0) for count in counts)

    def with_widths(self, widths: Sequence[int]) -> "Network":
        """The same with other numbers of hidden units."""
        *hidden, last = self.layers
        units = iter(widths)
        resized = (
            replace(layer, units=next(units)) if isinstance(layer, Dense) else layer
            for layer in hidden
        )
        return Network((*resized, last))

    def arrays(self, columns: int) -> tuple[tuple[ArraySpec, ...], ...]:
        """The arrays of each layer for rows of ``columns`` columns."""
        return tuple(layer.arrays(inputs) for layer, inputs in self._with_inputs(columns))

    def inputs(self, columns: int) -> tuple[int, ...]:
        """How many columns each layer gets."""
        return tuple(inputs for _, inputs in self._with_inputs(columns))

    def parameters(self, columns: int) -> int:
        """Number of trained weights for rows of ``columns`` columns."""
        return sum(
            array.size for arrays in self.arrays(columns) for array in arrays if array.trained
        )

    def operations(self, columns: int) -> int:
        """Multiplications for a row of ``columns`` columns, about.

        A weight of the shared layers behind ``Members`` is used once for each of them.
        """
        times, total = 1, 0
        for layer, arrays in zip(self.layers, self.arrays(columns), strict=True):
            size = sum(array.size for array in arrays if array.trained)
            total += size if getattr(layer, "members", 1) > 1 else size * times
            times = self.members if isinstance(layer, Members) else times
        return total

    def names(self) -> tuple[str, ...]:
        """A name for each layer: its kind in Keras's spelling with its number; ``outputs``.

        Keras would number layers by what a process has made before.
        """
        counts: Counter[str] = Counter()
        names = []
        for layer in self.layers[:-1]:
            kind = "".join(f"_{c.lower()}" if c.isupper() else c for c in type(layer).__name__)
            kind = kind.removeprefix("_")
            counts[kind] += 1
            names.append(f"{kind}_{counts[kind]}")
        return (*names, "outputs")

    def outputs(self, weights: Arrays, x: Array) -> Array:
        """Outputs at prediction, float32 ``(rows, outputs)``; the NumPy reference.

        With members they are ``(rows, members, outputs)``; see ``Task.pooled``.

        Args:
            weights: The arrays of all layers in their order.
            x: Preprocessed features, float32 ``(rows, columns)``.
        """
        rest = list(weights)
        for layer, arrays in zip(self.layers, self.arrays(x.shape[1]), strict=True):
            held, rest = rest[: len(arrays)], rest[len(arrays) :]
            x = layer.apply(held, x)
        return x

    def _with_inputs(self, columns: int) -> Iterator[tuple[Layer, int]]:
        for layer in self.layers:
            yield layer, columns
            columns = layer.outputs(columns)
