"""What training minimizes, under XLA: slopes and metrics of each task."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from hpsearch.data.target import Logarithm


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


def of_members(objective: Objective, members: int, pooled: Callable[[Any], Any]) -> Objective:
    """The objective of a network with members, whose outputs are ``(rows, members, outputs)``.

    The loss is the mean over members, and metrics are of the mean prediction.

    Args:
        pooled: The task's entry of ``POOLED``.
    """

    def slopes(outputs: Any, targets: Any, share: Any) -> Any:
        rows, _, units = outputs.shape
        own = share / members
        own = own if isinstance(own, float) else tf.repeat(own, members)
        flat = tf.reshape(outputs, (rows * members, units))
        return tf.reshape(
            objective.slopes(flat, tf.repeat(targets, members), own), (rows, members, units)
        )

    return Objective(
        slopes,
        lambda outputs, targets, counts: objective.sums(pooled(outputs), targets, counts),
    )


def of_logarithm(objective: Objective, logarithm: Logarithm) -> Objective:
    """The objective of networks that learn a logarithm: metrics are of the targets themselves."""
    return Objective(
        lambda outputs, targets, share: objective.slopes(
            outputs, logarithm.learned(targets, tf.math), share
        ),
        lambda outputs, targets, counts: objective.sums(
            logarithm.targets(outputs, tf.math), targets, counts
        ),
    )


def _binary_slopes(outputs: Any, labels: Any, share: Any) -> Any:
    return (share * (tf.sigmoid(outputs[:, 0]) - labels))[:, None]


def _binary_sums(outputs: Any, labels: Any, counts: Any) -> Any:
    """Cross-entropy and accuracy."""
    logits = outputs[:, 0]
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
    right = tf.cast(tf.equal(logits > 0, labels > 0.5), tf.float32)
    return tf.stack([tf.reduce_sum(counts * losses), tf.reduce_sum(counts * right)])


def _multiclass_slopes(logits: Any, targets: Any, share: Any) -> Any:
    slopes = tf.nn.softmax(logits) - _one_hot(logits, targets)
    return slopes * (share if isinstance(share, float) else share[:, None])


def _multiclass_sums(logits: Any, targets: Any, counts: Any) -> Any:
    """Cross-entropy and accuracy."""
    losses = -tf.reduce_sum(_one_hot(logits, targets) * tf.nn.log_softmax(logits), axis=1)
    predicted = tf.argmax(logits, axis=1, output_type=tf.int32)
    right = tf.cast(tf.equal(predicted, tf.cast(targets, tf.int32)), tf.float32)
    return tf.stack([tf.reduce_sum(counts * losses), tf.reduce_sum(counts * right)])


def _one_hot(logits: Any, targets: Any) -> Any:
    return tf.one_hot(tf.cast(targets, tf.int32), logits.shape[1])


def _regression_slopes(outputs: Any, targets: Any, share: Any) -> Any:
    return (share * 2.0 * (outputs[:, 0] - targets))[:, None]


def _regression_sums(outputs: Any, targets: Any, counts: Any) -> Any:
    """Squared and absolute error."""
    errors = outputs[:, 0] - targets
    return tf.stack([tf.reduce_sum(counts * sums) for sums in (errors * errors, tf.abs(errors))])


OBJECTIVES: Mapping[str, Objective] = {
    "binary": Objective(_binary_slopes, _binary_sums),
    "multiclass": Objective(_multiclass_slopes, _multiclass_sums),
    "regression": Objective(_regression_slopes, _regression_sums),
}
