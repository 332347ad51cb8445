"""Intervals of what was measured on held-out rows, by resampling the rows."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpsearch.statistics.estimate import Estimate
from hpsearch.tasks.binary import TEST_METRICS, row_binary_crossentropy
from hpsearch.tasks.metric import Vector

Array = NDArray[np.float64]

REFERENCES = {metric.name: metric.reference for metric in TEST_METRICS}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A model on held-out rows, alone and beside the reference.

    Attributes:
        metrics: Every test metric by its name.
        differences: Cross-entropy and AUC by the metric's name, model less reference.
    """

    metrics: Mapping[str, Estimate]
    differences: Mapping[str, Estimate]


def compare(
    labels: Vector,
    probabilities: Mapping[str, Vector],
    reference: str,
    *,
    draws: int = 1_000,
    seed: int = 0,
    level: float = 0.95,
) -> Mapping[str, Comparison]:
    """Percentile bootstrap intervals of models over the same resamples of the rows.

    As every model meets the same rows in every resample, a difference is free of what the rows do
    to both: its interval is the narrower, the more alike two models are. The intervals say nothing
    about other seeds of a model, and each holds for itself, without correction for their number.

    Args:
        labels: 0 or 1, ``(rows,)``, both present.
        probabilities: Of label 1 by model, each ``(rows,)``.
        reference: The model that the others are compared with; its own differences are exactly 0.
        draws: Resamples; the ends move by about ``width / sqrt(draws)``.
        level: Share of resamples inside an interval, between 0 and 1.

    Returns:
        By model, in the order of ``probabilities``.

    Raises:
        ValueError: If a label is missing, or a probability is not finite.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), section 13.3.
    """
    models = np.stack([np.asarray(p, dtype=np.float64) for p in probabilities.values()])
    y = np.asarray(labels, dtype=np.float64)
    if len(np.unique(y)) != 2 or not np.isfinite(models).all():
        raise ValueError("a bootstrap needs rows of both labels and finite probabilities")
    names = list(probabilities)
    base = names.index(reference)
    losses = np.stack([row_binary_crossentropy(y, p) for p in models])
    per_row = {
        "binary_crossentropy": losses,
        "accuracy": ((models > 0.5) == (y == 1)).astype(np.float64),
        "brier_score": (models - y) ** 2,
        # Subtracted row by row, so that equal models differ by 0 and not by what rounding leaves.
        "apart": losses - losses[base],
    }
    rankings = [_Ranking.of(y, p) for p in models]
    rows = len(y)
    rng = np.random.default_rng(seed)
    samples = {name: np.empty((draws, len(names))) for name in (*per_row, "auc")}
    for draw in range(draws):
        counts = np.bincount(rng.integers(0, rows, rows), minlength=rows).astype(np.float64)
        for name, values in per_row.items():
            samples[name][draw] = _sums(values, counts) / rows
        samples["auc"][draw] = [ranking.area(counts) for ranking in rankings]

    def estimates(metric: str, drawn: Array, *, less: int | None = None) -> list[Estimate]:
        """Of every model, with its value less that of one of them."""
        values = np.array([REFERENCES[metric](y, p) for p in models])
        values -= 0 if less is None else values[less]
        ends = np.quantile(drawn, ((1 - level) / 2, (1 + level) / 2), axis=0)
        return [Estimate(*map(float, told)) for told in zip(values, *ends, strict=True)]

    metrics = {name: estimates(name, samples[name]) for name in REFERENCES}
    differences = {
        "binary_crossentropy": estimates("binary_crossentropy", samples["apart"], less=base),
        "auc": estimates("auc", samples["auc"] - samples["auc"][:, [base]], less=base),
    }
    return {
        name: Comparison(
            {metric: told[model] for metric, told in metrics.items()},
            {metric: told[model] for metric, told in differences.items()},
        )
        for model, name in enumerate(names)
    }


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
        won = _sums(passed[self.below] + passed[self.reached], weights) / 2
        return float(won / pairs) if pairs else 0.5


def _sums(values: Array, counts: Array) -> Array:
    """Sum of ``values`` over the last axis, each ``counts`` times.

    Not ``@``: its threads wait for one another 40,000 times, which costs sixfold where the cores
    are shared, and their number would show in the last digits.
    """
    return np.asarray(np.einsum("...r,r->...", values, counts))
