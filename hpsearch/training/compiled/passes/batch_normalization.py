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
        beta = tf.reduce_sum(slopes, axis=0)
        gamma = tf.reduce_sum(slopes * normalized, axis=0)
        centered = slopes - _column(batch.share) * (beta + normalized * gamma)
        return centered * (arrays[0] * deviation), (gamma, beta)


def _mean(values: Any, share: Any) -> Any:
    """Mean over rows that count ``share`` each."""
    if isinstance(share, float):
        return share * tf.reduce_sum(values, axis=0)
    return tf.reduce_sum(share[:, None] * values, axis=0)


def _column(share: Any) -> Any:
    return share if isinstance(share, float) else share[:, None]
