"""What training minimizes, under XLA: slopes and metrics of each task."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import tensorflow as tf


@dataclass(frozen=True, slots=True)
class Objective:
    """A task's loss of a batch.

    Attributes:
        slopes: Of each row's loss in its outputs, ``(rows, outputs)``, each row counting
            ``share``, as in ``passes.Batch``; of outputs, targets and share.
        sums: The task's curve metrics summed over rows that count ``counts`` each, ``(metrics,)``;
            of outputs, targets and counts.
    """

    slopes: Callable[[Any, Any, Any], Any]
    sums: Callable[[Any, Any, Any], Any]


def _binary_slopes(outputs: Any, labels: Any, share: Any) -> Any:
    return (share * (tf.sigmoid(outputs[:, 0]) - labels))[:, None]


def _binary_sums(outputs: Any, labels: Any, counts: Any) -> Any:
    """Cross-entropy and accuracy."""
    logits = outputs[:, 0]
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
    right = tf.cast(tf.equal(logits > 0, labels > 0.5), tf.float32)
    return tf.stack([tf.reduce_sum(counts * losses), tf.reduce_sum(counts * right)])


OBJECTIVES: Mapping[str, Objective] = {"binary": Objective(_binary_slopes, _binary_sums)}
