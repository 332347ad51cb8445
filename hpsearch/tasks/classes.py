"""How well the more probable class is the right one: metrics of a confusion matrix."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpsearch.tasks.metric import Resampler, Vector

Array = NDArray[np.float64]


def entropy(targets: Vector, weights: Vector | None = None) -> float:
    """Entropy of the classes' frequencies in nats: the least cross-entropy of a constant."""
    _, places = np.unique(targets, return_inverse=True)
    counts = np.bincount(places, weights=weights)
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def confusion(targets: Vector, predictions: Vector) -> Array:
    """Rows by class and by predicted class, float64 ``(classes, classes)``.

    Args:
        targets: Classes by their places, ``(rows,)``.
        predictions: Probabilities, ``(rows, classes)``; the first of equals is predicted.
    """
    return _Confusion(targets, predictions).matrix(np.ones(len(targets)))


def balanced_recall(matrix: Array) -> float:
    """Mean share of right predictions over the classes that are there; NaN without rows."""
    rows = matrix.sum(axis=1)
    there = rows > 0
    return float((matrix.diagonal()[there] / rows[there]).mean()) if there.any() else float("nan")


def macro_f1_of(matrix: Array) -> float:
    """Mean F1 over the classes that are there or predicted; NaN without rows.

    Source: Sokolova and Lapalme (2009), A systematic analysis of performance measures, with the
    mean over the classes' F1 as scikit-learn takes it.
    """
    either = matrix.sum(axis=0) + matrix.sum(axis=1)
    there = either > 0
    return float((2 * matrix.diagonal()[there] / either[there]).mean()) if there.any() else np.nan


def balanced_accuracy(targets: Vector, predictions: Vector) -> float:
    """``balanced_recall`` of targets and predictions as in ``confusion``."""
    return balanced_recall(confusion(targets, predictions))


def macro_f1(targets: Vector, predictions: Vector) -> float:
    """``macro_f1_of`` targets and predictions as in ``confusion``."""
    return macro_f1_of(confusion(targets, predictions))


def resampled(
    value: Callable[[Array], float],
) -> Callable[[Array, Array], Resampler]:
    """The value of a confusion matrix on resamples, for ``Metric.resampler``."""

    def prepare(targets: Array, models: Array) -> Resampler:
        confusions = [_Confusion(targets, model) for model in models]
        return lambda counts: np.array([value(model.matrix(counts)) for model in confusions])

    return prepare


class _Confusion:
    """Where each row falls, known before any resample."""

    def __init__(self, targets: Vector, predictions: Vector) -> None:
        self._classes = predictions.shape[1]
        self._cells = targets.astype(np.intp) * self._classes + predictions.argmax(axis=1)

    def matrix(self, counts: Array) -> Array:
        """The confusion of rows that are each ``counts`` times there."""
        size = self._classes
        cells = np.asarray(
            np.bincount(self._cells, weights=counts, minlength=size * size), np.float64
        )
        return cells.reshape(size, size)
