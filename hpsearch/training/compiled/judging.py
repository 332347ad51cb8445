"""By what the epochs of a training are ranked, under XLA."""

from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from hpsearch.tasks.registry import TASKS

#: A value for outputs ``(rows, outputs)`` or columns of scores, targets, and weights or None.
Value = Callable[[Any, Any, Any], Any]


class Judging:
    """How the values of a curve follow from a task's mean metrics, and which epoch is the best.

    Attributes:
        metrics: How many there are, that by which epochs are ranked the first.
        first: Its place among the task's mean metrics; 0 where it is none of them.
        of_all_rows: Its value for outputs, targets and weights of all rows, where it is no mean
            over rows; None for weights where all count alike.
    """

    def __init__(self, task: str, objective: str) -> None:
        means, judged = TASKS[task].curve_names, TASKS[task].judged_by(objective)
        self.metrics = len(judged.curve_metrics)
        self.first = means.index(objective) if objective in means else 0
        self.of_all_rows = None if objective in means else OF_ALL_ROWS[objective]
        self._order = [means.index(name) for name in judged.curve_names if name in means]
        self._loss = judged.curve_names.index(judged.loss_metric.name)
        self._rising = judged.metric.direction == "maximize"

    def ordered(self, means: Any) -> Any:
        """Mean metrics, ``(metrics,)``, in the order of the curve."""
        return tf.gather(means, self._order)

    def finite(self, train: Any, validation: Any) -> Any:
        """Whether an epoch counts: its loss and its objective are finite."""
        finite = tf.math.is_finite(train[self._loss]) & tf.math.is_finite(validation[self._loss])
        if self._loss:
            finite &= tf.math.is_finite(train[0]) & tf.math.is_finite(validation[0])
        return finite

    def better(self, value: Any, best: Any) -> Any:
        """Whether an objective is better than another."""
        return value > best if self._rising else value < best


def _groups(scores: Any, positive: Any, weights: Any) -> tuple[Any, Any]:
    """How many rows with and without the label have each score, from the least on, float64.

    Both are ``(columns, rows)``, as are scores and labels: columns are sorted in one operation, as
    XLA takes a second to compile one. Rows with ``weights`` count as much as these say.
    """
    columns, rows = scores.shape
    order = tf.argsort(scores, stable=True)
    ranked, labels = (tf.gather(part, order, batch_dims=1) for part in (scores, positive))
    new = tf.cast(ranked[:, 1:] != ranked[:, :-1], tf.int32)
    place = tf.pad(tf.cumsum(new, axis=1), [[0, 0], [1, 0]]) + tf.range(columns)[:, None] * rows
    labels = tf.cast(labels, tf.float64)
    found, others = labels, 1.0 - labels
    if weights is not None:
        own = tf.cast(tf.gather(weights, order), tf.float64)
        found, others = found * own, others * own

    def sums(part: Any) -> Any:
        flat = (tf.reshape(each, [-1]) for each in (part, place))
        return tf.reshape(tf.math.unsorted_segment_sum(*flat, columns * rows), [columns, rows])

    return sums(found), sums(others)


def _least(weights: Any) -> float:
    """What stands in a denominator that nothing counts in: no smaller number can be there."""
    return 1.0 if weights is None else 1e-30


def _auc(scores: Any, positive: Any, weights: Any) -> Any:
    """Area under the ROC curve of each column, ties one half, float32 ``(columns,)``.

    One half where a label is absent.
    """
    positives, negatives = _groups(scores, positive, weights)
    below = tf.cumsum(negatives, axis=1, exclusive=True)
    won = tf.reduce_sum(positives * (below + 0.5 * negatives), axis=1)
    pairs = tf.reduce_sum(positives, axis=1) * tf.reduce_sum(negatives, axis=1)
    return tf.cast(tf.where(pairs > 0, won / tf.maximum(pairs, _least(weights)), 0.5), tf.float32)


def _average_precision(scores: Any, positive: Any, weights: Any) -> Any:
    """Mean precision over the rows with the label, of each column, float32 ``(columns,)``."""
    positives, negatives = _groups(-scores, positive, weights)
    found, least = tf.cumsum(positives, axis=1), _least(weights)
    precision = found / tf.maximum(found + tf.cumsum(negatives, axis=1), least)
    total = tf.maximum(tf.reduce_sum(positives, axis=1), least)
    return tf.cast(tf.reduce_sum(positives * precision, axis=1) / total, tf.float32)


def _f1(outputs: Any, labels: Any, weights: Any) -> Any:
    found, label = (tf.cast(part, tf.float32) for part in (outputs[:, 0] > 0, labels > 0.5))
    right = found * label
    if weights is not None:
        found, label, right = found * weights, label * weights, right * weights
    either = tf.reduce_sum(found) + tf.reduce_sum(label)
    return 2.0 * tf.reduce_sum(right) / tf.maximum(either, _least(weights))


def _of_logit(value: Value) -> Value:
    """A value of one column of scores."""
    return lambda outputs, labels, weights: value(
        outputs[:, 0][None], (labels > 0.5)[None], weights
    )[0]


def _confusion(logits: Any, targets: Any, weights: Any) -> Any:
    """Rows by class and by predicted class, float32 ``(classes, classes)``."""
    classes = logits.shape[1]
    predicted = tf.one_hot(tf.argmax(logits, axis=1), classes)
    if weights is not None:
        predicted = predicted * weights[:, None]
    return tf.matmul(tf.one_hot(tf.cast(targets, tf.int32), classes), predicted, transpose_a=True)


def _mean_there(values: Any, there: Any) -> Any:
    """Mean of the values of classes that are there."""
    mask = tf.cast(there, tf.float32)
    return tf.reduce_sum(values * mask) / tf.maximum(tf.reduce_sum(mask), 1.0)


def _balanced_accuracy(logits: Any, targets: Any, weights: Any) -> Any:
    matrix = _confusion(logits, targets, weights)
    rows = tf.reduce_sum(matrix, axis=1)
    return _mean_there(tf.linalg.diag_part(matrix) / tf.maximum(rows, _least(weights)), rows > 0)


def _macro_f1(logits: Any, targets: Any, weights: Any) -> Any:
    matrix = _confusion(logits, targets, weights)
    either = tf.reduce_sum(matrix, axis=0) + tf.reduce_sum(matrix, axis=1)
    values = 2.0 * tf.linalg.diag_part(matrix) / tf.maximum(either, _least(weights))
    return _mean_there(values, either > 0)


def _macro_auc(logits: Any, targets: Any, weights: Any) -> Any:
    classes, rows = logits.shape[1], logits.shape[0]
    labels = tf.cast(targets, tf.int32)[None] == tf.range(classes)[:, None]
    counts = tf.reduce_sum(tf.cast(labels, tf.int32), axis=1)
    areas = _auc(tf.transpose(tf.nn.softmax(logits)), labels, weights)
    return _mean_there(areas, (counts > 0) & (counts < rows))


#: By name, the metrics that are no means over rows.
OF_ALL_ROWS: Mapping[str, Value] = {
    "auc": _of_logit(_auc),
    "average_precision": _of_logit(_average_precision),
    "f1": _f1,
    "balanced_accuracy": _balanced_accuracy,
    "macro_f1": _macro_f1,
    "macro_auc": _macro_auc,
}
