"""How well predictions rank rows: the area under the ROC curve."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpsearch.tasks.metric import Resampler, Vector, weighted_sums

Array = NDArray[np.float64]


def auc(labels: Vector, probabilities: Vector) -> float:
    """Area under the ROC curve: the chance that a row of label 1 outranks one of label 0.

    Ties count one half. NaN where only one label is present.

    Source: Hanley and McNeil (1982), the Mann-Whitney form.
    """
    positive = labels == 1
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if positives == 0 or negatives == 0:
        return float("nan")
    _, inverse, counts = np.unique(probabilities, return_inverse=True, return_counts=True)
    last_rank = np.cumsum(counts)
    mean_rank = last_rank - (counts - 1) / 2
    rank_sum = float(mean_rank[inverse][positive].sum())
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def resampled_auc(labels: Array, probabilities: Array) -> Resampler:
    """``auc`` of several models, ``(models, rows)``, on resamples of the rows; see ``Metric``."""
    rankings = [_Ranking.of(labels, model) for model in probabilities]
    return lambda counts: np.array([ranking.area(counts) for ranking in rankings])


def average_precision(labels: Vector, probabilities: Vector) -> float:
    """Mean precision over the rows of label 1, each at the threshold of its own probability.

    NaN where no label is 1.

    Source: scikit-learn's ``average_precision_score``, which does not interpolate.
    """
    positives = (labels == 1).astype(np.float64)
    if not positives.any():
        return float("nan")
    return _Precision(positives, probabilities.astype(np.float64)).mean(np.ones(len(labels)))


def resampled_average_precision(labels: Array, probabilities: Array) -> Resampler:
    """``average_precision`` of several models on resamples of the rows; see ``Metric``."""
    positives = (labels == 1).astype(np.float64)
    precisions = [_Precision(positives, model) for model in probabilities]
    return lambda counts: np.array([precision.mean(counts) for precision in precisions])


class _Precision:
    """Rows by descending probability, and where each group of equal ones ends."""

    def __init__(self, positives: Array, probabilities: Array) -> None:
        self._order = np.argsort(-probabilities, kind="stable")
        ranked = probabilities[self._order]
        self._ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
        self._positives = positives[self._order]

    def mean(self, counts: Array) -> float:
        """Average precision of rows that are each ``counts`` times there; 0 without label 1."""
        rows = counts[self._order]
        reached = np.cumsum(rows)[self._ends]
        found = np.cumsum(rows * self._positives)[self._ends]
        if not found[-1]:
            return 0.0
        precision = np.divide(found, reached, out=np.zeros_like(found), where=reached > 0)
        return float((np.diff(found, prepend=0) * precision).sum() / found[-1])


def macro_auc(targets: Vector, probabilities: Vector) -> float:
    """Mean of ``auc`` over the classes, each against all others.

    Classes that no row has, or all rows have, are left out; NaN where none is left.

    Args:
        targets: Classes by their places, ``(rows,)``.
        probabilities: ``(rows, classes)``.
    """
    areas = [auc(targets == place, column) for place, column in enumerate(probabilities.T)]
    return float(np.mean(there)) if (there := [a for a in areas if not np.isnan(a)]) else np.nan


def resampled_macro_auc(targets: Array, probabilities: Array) -> Resampler:
    """``macro_auc`` of several models, ``(models, rows, classes)``, on resamples; see ``Metric``.

    One half where a resample holds one class alone.
    """
    classes = [(targets == place).astype(np.float64) for place in range(probabilities.shape[-1])]
    rankings = [
        [_Ranking.of(labels, column) for labels, column in zip(classes, model.T, strict=True)]
        for model in probabilities
    ]

    def values(counts: Array) -> Array:
        rows = [float(weighted_sums(labels, counts)) for labels in classes]
        there = [place for place, count in enumerate(rows) if 0 < count < counts.sum()]
        if not there:
            return np.full(len(rankings), 0.5)
        return np.array(
            [np.mean([model[place].area(counts) for place in there]) for model in rankings]
        )

    return values


@dataclass(frozen=True, slots=True)
class _Ranking:
    """How a model ranks the rows, known before any resample so that none has to be sorted.

    Attributes:
        negatives, positives: Rows of label 0, and of label 1, by ascending probability.
        below, reached: How many negatives have a lower probability than each positive, and how many
            one that is not higher.
    """

    negatives: NDArray[np.intp]
    positives: NDArray[np.intp]
    below: NDArray[np.intp]
    reached: NDArray[np.intp]

    @classmethod
    def of(cls, labels: Array, probabilities: Array) -> "_Ranking":
        order = np.argsort(probabilities, kind="stable")
        positives, negatives = order[labels[order] == 1], order[labels[order] != 1]
        p, others = probabilities[positives], probabilities[negatives]
        below, reached = np.searchsorted(others, p, "left"), np.searchsorted(others, p, "right")
        return cls(negatives, positives, below, reached)

    def area(self, counts: Array) -> float:
        """Area under the ROC curve of rows that are each ``counts`` times there; ties are half."""
        passed = np.concatenate([[0.0], np.cumsum(counts[self.negatives])])
        weights = counts[self.positives]
        pairs = weights.sum() * passed[-1]
        won = weighted_sums(passed[self.below] + passed[self.reached], weights) / 2
        return float(won / pairs) if pairs else 0.5
