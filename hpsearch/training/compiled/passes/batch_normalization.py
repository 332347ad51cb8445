"""Passes of ``BatchNormalization``."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from hpsearch.models.layers.batch_normalization import EPSILON, BatchNormalization
from hpsearch.training.compiled.passes.passes import Batch, Passed


class BatchNormalizationPasses:
    """Normalization by the batch's own moments while it trains."""

    def __init__(self, layer: BatchNormalization) -> None:
        pass

    def predict(self, arrays: Sequence[Any], x: Any, averages: Any) -> Any:
        gamma, beta = arrays
        mean, variance = tf.unstack(averages)
        scale = gamma * tf.math.rsqrt(variance + EPSILON)
        return x * scale + (beta - mean * scale)

    def forward(self, arrays: Sequence[Any], x: Any, batch: Batch) -> Passed:
        gamma, beta = arrays
        mean = _mean(x, batch.share)
        variance = _mean(tf.math.squared_difference(x, mean), batch.share)
        deviation = tf.math.rsqrt(variance + EPSILON)
        normalized = (x - mean) * deviation
        scale = gamma * deviation
        values = x * scale + (beta - mean * scale)  # as Keras has it, to the rounding
        return Passed(values, (normalized, deviation), tf.stack([mean, variance]))

    def backward(
        self, arrays: Sequence[Any], kept: Any, slopes: Any, batch: Batch
    ) -> tuple[Any, tuple[Any, ...]]:
        normalized, deviation = kept
        beta = _sum(slopes)
        gamma = _sum(slopes * normalized)
        centered = slopes - _share(batch.share, slopes) * (beta + normalized * gamma)
        return centered * (arrays[0] * deviation), (gamma, beta)


def _sum(values: Any) -> Any:
    """Over rows, and over members where there are some, ``(columns,)``."""
    return tf.reduce_sum(values, axis=list(range(len(values.shape) - 1)))


def _mean(values: Any, share: Any) -> Any:
    """Mean over rows that count ``share`` each, and over members."""
    each = _share(share, values)
    return each * _sum(values) if isinstance(each, float) else _sum(each * values)


def _share(share: Any, values: Any) -> Any:
    """What each value of a column counts in its mean; a number for all, or as ``values``."""
    members = values.shape[1] if len(values.shape) == 3 else 1
    if isinstance(share, float):
        return share / members
    return tf.reshape(share, (-1, *[1] * (len(values.shape) - 1))) / members
