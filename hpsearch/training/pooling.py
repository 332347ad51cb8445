"""Outputs of members as one in TensorFlow, by task; the reference is ``Task.pooled``."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf


def _binary(logits: Any) -> Any:
    """The logit of the mean probability."""
    with_label, without = (
        tf.reduce_logsumexp(tf.math.log_sigmoid(z), axis=1) for z in (logits, -logits)
    )
    return with_label - without


def _multiclass(logits: Any) -> Any:
    """The logarithms of the mean probabilities."""
    logarithms = tf.nn.log_softmax(logits)
    return tf.reduce_logsumexp(logarithms, axis=1) - math.log(logits.shape[1])


def _regression(outputs: Any) -> Any:
    return tf.reduce_mean(outputs, axis=1)


#: From outputs ``(rows, members, outputs)`` to ``(rows, outputs)``.
POOLED: Mapping[str, Callable[[Any], Any]] = {
    "binary": _binary,
    "multiclass": _multiclass,
    "regression": _regression,
}
