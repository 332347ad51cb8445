"""The passes of a whole network, layer by layer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from hpsearch.models.layers.dropout import Dropout
from hpsearch.models.layers.member_dropout import MemberDropout
from hpsearch.training.compiled.passes.passes import Batch, Passed
from hpsearch.training.compiled.passes.registry import passes_of
from hpsearch.training.compiled.shapes import Shape

#: Of each layer, its trained arrays.
Weights = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Passage:
    """A forward pass: outputs as ``Network.outputs`` has them, and what each layer keeps of it."""

    outputs: Any
    passed: Sequence[Passed]
    batches: Sequence[Batch]

    @property
    def moments(self) -> list[Any]:
        """Mean and variance ``(2, columns)`` of each layer that has moving averages."""
        return [passed.moments for passed in self.passed if passed.moments is not None]


class Stack:
    """The layers of a shape's network; all arrays of theirs stand in one flat vector."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._slots = shape.trained
        self._layers = [passes_of(layer) for layer in shape.network.layers]

    def arrays(self, flat: Any) -> Weights:
        """The arrays in a flat vector, layer by layer."""
        pieces = tf.split(flat, [slot.array.size for slot in self._slots])
        layers: list[dict[int, Any]] = [{} for _ in self._layers]
        for slot, piece in zip(self._slots, pieces, strict=True):
            layers[slot.layer][slot.place] = tf.reshape(piece, slot.array.shape)
        return [[arrays[place] for place in sorted(arrays)] for arrays in layers]

    def flat(self, weights: Weights) -> Any:
        """Inverse of ``arrays``."""
        return tf.concat(
            [tf.reshape(weights[slot.layer][slot.place], [-1]) for slot in self._slots], 0
        )

    def dropped(self) -> list[int]:
        """Of each layer, how many numbers dropout draws for a row."""
        inputs = self._shape.network.inputs(self._shape.columns)
        return [
            layer.drawn(columns) if isinstance(layer, Dropout | MemberDropout) else 0
            for layer, columns in zip(self._shape.network.layers, inputs, strict=True)
        ]

    def predict(self, weights: Weights, x: Any, averages: Any) -> Any:
        """Outputs by the moving averages ``(2, all averaged columns)``."""
        parts = tf.split(averages, self._shape.averaged, axis=1)
        x = tf.cast(x, tf.float32)
        for layer, arrays, part in zip(self._layers, weights, parts, strict=True):
            x = layer.predict(arrays, x, part)
        return x

    def forward(self, weights: Weights, x: Any, share: Any, masks: Sequence[Any]) -> Passage:
        """Outputs by the batch's own moments, with dropout.

        Args:
            x: Features, ``(rows, columns)``, float32 or uint8.
            share: As in ``Batch``.
            masks: Of each layer, as in ``Batch``.
        """
        batches = [Batch(share, mask) for mask in masks]
        every: list[Passed] = []
        x = tf.cast(x, tf.float32)
        for layer, arrays, batch in zip(self._layers, weights, batches, strict=True):
            every.append(layer.forward(arrays, x, batch))
            x = every[-1].values
        return Passage(x, every, batches)

    def backward(self, weights: Weights, passage: Passage, slopes: Any) -> Weights:
        """The loss's gradient, from its slopes in the outputs."""
        return list(reversed(list(self._gradients(weights, passage, slopes))))

    def _gradients(
        self, weights: Weights, passage: Passage, slopes: Any
    ) -> Iterator[Sequence[Any]]:
        """Of each layer, the last first."""
        layers = zip(self._layers, weights, passage.passed, passage.batches, strict=True)
        for layer, arrays, passed, batch in reversed(list(layers)):
            slopes, gradients = layer.backward(arrays, passed.kept, slopes, batch)
            yield gradients


def clipped(weights: Weights, limit: Any) -> Weights:
    """Each array scaled down so that its norm is at most ``limit``."""
    return [
        [array * (limit / tf.maximum(tf.norm(array), limit)) for array in arrays]
        for arrays in weights
    ]
