"""Passes of ``MemberDense``."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from hpsearch.models.layers.member_dense import MemberDense
from hpsearch.training.compiled.passes.passes import Batch, Passed


class MemberDensePasses:
    """A matrix product of each member; a single unit without one."""

    def __init__(self, layer: MemberDense) -> None:
        self._single = layer.units == 1

    def predict(self, arrays: Sequence[Any], x: Any, averages: Any) -> Any:
        kernel, bias = arrays
        if self._single:
            return tf.reduce_sum(x * kernel[:, :, 0], axis=2, keepdims=True) + bias
        return tf.einsum("bkd,kdo->bko", x, kernel) + bias

    def forward(self, arrays: Sequence[Any], x: Any, batch: Batch) -> Passed:
        return Passed(self.predict(arrays, x, None), x)

    def backward(
        self, arrays: Sequence[Any], kept: Any, slopes: Any, batch: Batch
    ) -> tuple[Any, tuple[Any, ...]]:
        kernel, _ = arrays
        bias = tf.reduce_sum(slopes, axis=0)
        if self._single:
            gradient = tf.reduce_sum(kept * slopes, axis=0)[:, :, None]
            return slopes * kernel[:, :, 0], (gradient, bias)
        gradient = tf.einsum("bkd,bko->kdo", kept, slopes)
        return tf.einsum("bko,kdo->bkd", slopes, kernel), (gradient, bias)
