"""Intervals of what was measured on held-out rows, by resampling the rows."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpsearch.metrics import EPSILON, row_binary_crossentropy

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """Lower and upper end, in the unit of what was measured."""

    low: float
    high: float


def bootstrap_intervals(
    labels: Array, probabilities: Array, *, draws: int = 1_000, seed: int = 0, level: float = 0.95
) -> Mapping[str, Interval]:
    """Percentile bootstrap intervals of all test metrics over the same resamples of the rows.

    Args:
        labels: 0 or 1, ``(rows,)``, both present.
        probabilities: Of label 1, ``(rows,)``.
        draws: Resamples; the ends move by about ``width / sqrt(draws)``.
        level: Share of resamples inside an interval, between 0 and 1.

    Returns:
        By the metrics' names.

    Raises:
        ValueError: If a label is missing, or a probability is not finite.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), section 13.3.
    """
    if len(np.unique(labels)) != 2 or not np.isfinite(probabilities).all():
        raise ValueError("a bootstrap needs rows of both labels and finite probabilities")
    order = np.argsort(probabilities, kind="stable")
    p, y = probabilities[order], labels[order]
    positive = y == 1
    per_row = {
        "binary_crossentropy": row_binary_crossentropy(y, p),
        "accuracy": ((p > 0.5) == positive).astype(np.float64),
        "brier_score": (np.clip(p, EPSILON, 1 - EPSILON) - y) ** 2,
    }
    starts = np.flatnonzero(np.diff(p, prepend=-1.0))  # rows of equal probability are ties
    rng = np.random.default_rng(seed)
    samples: dict[str, list[float]] = {name: [] for name in (*per_row, "auc")}
    rows = len(p)
    for _ in range(draws):
        counts = np.bincount(rng.integers(0, rows, rows), minlength=rows).astype(np.float64)
        for name, values in per_row.items():
            samples[name].append(float(counts @ values) / rows)
        samples["auc"].append(_weighted_auc(counts, positive, starts))
    tail = (1 - level) / 2
    return {
        name: Interval(*(float(end) for end in np.quantile(drawn, (tail, 1 - tail))))
        for name, drawn in samples.items()
    }


def _weighted_auc(counts: Array, positive: NDArray[np.bool_], starts: NDArray[np.intp]) -> float:
    """Area under the ROC curve of rows in ascending order, each ``counts`` times there."""
    positives = np.add.reduceat(counts * positive, starts)
    negatives = np.add.reduceat(counts * ~positive, starts)
    below = np.cumsum(negatives) - negatives / 2
    pairs = positives.sum() * negatives.sum()
    return float(positives @ below / pairs) if pairs else 0.5
