"""Intervals of what was measured on held-out rows, by resampling the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpsearch.statistics.estimate import Estimate
from hpsearch.statistics.few_rows import bounded, never_else, widened
from hpsearch.tasks.metric import Metric, Vector

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A model on held-out rows, alone and beside the reference.

    Attributes:
        metrics: Each metric by its name.
        differences: By the name of those that are compared, model less reference.
    """

    metrics: Mapping[str, Estimate]
    differences: Mapping[str, Estimate]


def compare(
    targets: Vector,
    predictions: Mapping[str, Vector],
    reference: str,
    *,
    metrics: Sequence[Metric],
    compared: Sequence[Metric],
    weights: Vector | None = None,
    draws: int = 1_000,
    seed: int = 0,
    level: float = 0.95,
) -> Mapping[str, Comparison]:
    """Percentile bootstrap intervals of models over the same resamples of the rows.

    They are widened as few rows demand, and a metric alone stays within its bounds; one of 0 or 1
    that all resamples agree on has Wilson's interval, of the rows of the rarest target where it is
    no mean over rows.

    As every model meets the same rows in every resample, a difference is free of what the rows do
    to both: its interval is the narrower, the more alike two models are. The intervals say nothing
    about other seeds of a model, and each holds for itself, without correction for their number.

    Args:
        targets: Of the rows, ``(rows,)``.
        predictions: By model, each ``(rows,)``, or ``(rows, classes)``.
        reference: The model that the others are compared with; its own differences are exactly 0.
        metrics: Measured for each model.
        compared: Those whose differences are estimated.
        weights: What each row counts, ``(rows,)``; None where all count alike. Rows are drawn
            whatever they count, and bring their weights with them.
        draws: Resamples; the ends move by about ``width / sqrt(draws)``.
        level: Share of resamples inside an interval, between 0 and 1.

    Returns:
        By model, in the order of ``predictions``.

    Raises:
        ValueError: If all targets are equal, or a prediction is not finite.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), section 13.3.
    """
    models = np.stack([np.asarray(values, dtype=np.float64) for values in predictions.values()])
    y = np.asarray(targets, dtype=np.float64)
    if len(np.unique(y)) < 2 or not np.isfinite(models).all():
        raise ValueError("a bootstrap needs targets that differ and finite predictions")
    names = list(predictions)
    base = names.index(reference)
    resamplers = [metric.resampled(y, models) for metric in metrics]
    resamplers += [metric.resampled_differences(y, models, base) for metric in compared]
    samples = np.empty((len(resamplers), draws, len(names)))
    rng = np.random.default_rng(seed)
    for draw in range(draws):
        counts = np.bincount(rng.integers(0, len(y), len(y)), minlength=len(y)).astype(np.float64)
        counts = counts if weights is None else counts * weights
        for place, resampler in enumerate(resamplers):
            samples[place, draw] = resampler(counts)

    def estimates(metric: Metric, drawn: Array, *, less: int | None = None) -> list[Estimate]:
        """Of every model, with its value less that of one of them."""
        values = np.array([metric.value(y, model, weights) for model in models])
        values -= 0 if less is None else values[less]
        ends = np.quantile(drawn, ((1 - level) / 2, (1 + level) / 2), axis=0)
        return [
            widened(Estimate(*map(float, ends)), len(y)) for ends in zip(values, *ends, strict=True)
        ]

    def within_bounds(metric: Metric, estimate: Estimate) -> Estimate:
        low, high = metric.bounds
        if metric.row_values is None:
            rows = int(np.unique(y, return_counts=True)[1].min())
        else:
            rows = len(y)
        if (low, high) == (0.0, 1.0):
            estimate = never_else(estimate, rows)
        return bounded(estimate, low, high)

    alone = {
        metric.name: [within_bounds(metric, estimate) for estimate in estimates(metric, drawn)]
        for metric, drawn in zip(metrics, samples, strict=False)
    }
    apart = {
        metric.name: estimates(metric, drawn, less=base)
        for metric, drawn in zip(compared, samples[len(metrics) :], strict=True)
    }
    return {
        name: Comparison(
            {metric: values[model] for metric, values in alone.items()},
            {metric: values[model] for metric, values in apart.items()},
        )
        for model, name in enumerate(names)
    }


def mean_with_error(
    metric: Metric,
    targets: Array,
    models: Array,
    *,
    weights: Vector | None = None,
    draws: int = 200,
    seed: int = 0,
) -> tuple[float, float]:
    """Mean of a metric over models, and its bootstrap standard error over the rows.

    Args:
        targets: Of the rows, ``(rows,)``.
        models: Predictions ``(models, rows)`` or ``(models, rows, classes)``.
        weights: As in ``compare``.
        draws: Resamples; the error is itself uncertain by some ``1 / sqrt(2 draws)`` of it.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 6.
    """
    rng, rows = np.random.default_rng(seed), len(targets)
    resampled = metric.resampled(targets, models)
    each = np.ones(rows) if weights is None else np.asarray(weights, np.float64)
    means = [
        resampled(np.bincount(rng.integers(0, rows, rows), minlength=rows) * each).mean()
        for _ in range(draws)
    ]
    value = float(np.mean([metric.value(targets, model, weights) for model in models]))
    return value, float(np.std(means, ddof=1))
