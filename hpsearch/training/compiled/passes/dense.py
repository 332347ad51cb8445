"""Passes of ``Dense``."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from hpsearch.models.layers.dense import Dense
from hpsearch.training.compiled.passes.passes import Batch, Passed


class DensePasses:
    """A matrix product and a bias; a single unit backward without a matrix product."""

    def __init__(self, layer: Dense) -> None:
        self._single = layer.units == 1

    def predict(self, arrays: Sequence[Any], x: Any, averages: Any) -> Any:
        kernel, *bias = arrays
        product = tf.matmul(x, kernel)
        return product + bias[0] if bias else product

    def forward(self, arrays: Sequence[Any], x: Any, batch: Batch) -> Passed:
        return Passed(self.predict(arrays, x, None), x)

    def backward(
        self, arrays: Sequence[Any], kept: Any, slopes: Any, batch: Batch
    ) -> tuple[Any, tuple[Any, ...]]:
        kernel, *bias = arrays
        gradients = [tf.matmul(kept, slopes, transpose_a=True)]
        if bias and self._single:
            gradients.append(tf.reduce_sum(slopes[:, 0])[None])
        elif bias:
            gradients.append(tf.reduce_sum(slopes, axis=0))
        if self._single:
            return slopes * kernel[:, 0], tuple(gradients)
        return tf.matmul(slopes, kernel, transpose_b=True), tuple(gradients)
