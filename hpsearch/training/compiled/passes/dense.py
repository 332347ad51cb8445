"""Passes of ``Dense``."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from hpsearch.models.layers.dense import Dense
from hpsearch.training.compiled.passes.passes import Batch, Passed


class DensePasses:
    """A matrix product and a bias; a single unit backward without a matrix product.

    The rows of all members go through one product.
    """

    def __init__(self, layer: Dense) -> None:
        self._single = layer.units == 1

    def predict(self, arrays: Sequence[Any], x: Any, averages: Any) -> Any:
        kernel, *bias = arrays
        product = tf.matmul(_flat(x), kernel)
        values = product + bias[0] if bias else product
        return _like(values, x)

    def forward(self, arrays: Sequence[Any], x: Any, batch: Batch) -> Passed:
        return Passed(self.predict(arrays, x, None), x)

    def backward(
        self, arrays: Sequence[Any], kept: Any, slopes: Any, batch: Batch
    ) -> tuple[Any, tuple[Any, ...]]:
        kernel, *bias = arrays
        own = _flat(slopes)
        gradients = [tf.matmul(_flat(kept), own, transpose_a=True)]
        if bias and self._single:
            gradients.append(tf.reduce_sum(own[:, 0])[None])
        elif bias:
            gradients.append(tf.reduce_sum(own, axis=0))
        if self._single:
            return slopes * kernel[:, 0], tuple(gradients)
        return _like(tf.matmul(own, kernel, transpose_b=True), slopes), tuple(gradients)


def _flat(values: Any) -> Any:
    """Values ``(rows, columns)``, those of each member a row of its own."""
    return values if len(values.shape) == 2 else tf.reshape(values, (-1, values.shape[-1]))


def _like(flat: Any, values: Any) -> Any:
    """Inverse of ``_flat`` for values of any columns."""
    if len(values.shape) == 2:
        return flat
    return tf.reshape(flat, (*values.shape[:-1], flat.shape[-1]))
