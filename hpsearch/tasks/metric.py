"""A metric of predictions: its name, its unit, its direction and its references."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hpsearch.stock import StockObject

#: Targets, ``(rows,)``, or predictions: ``(rows,)``, and of several classes ``(rows, classes)``.
Vector = NDArray[np.floating[Any]]

#: Which way a metric is better.
Direction = Literal["minimize", "maximize"]

#: The value of a metric for each of several models, float64 ``(models,)``, on rows that are each
#: ``counts`` times there, float64 ``(rows,)``: whole numbers, or weights.
Resampler = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric by its Keras name.

    Attributes:
        label: The name for people.
        direction: Which way is better.
        unit: Of its values; empty for a share.
        reference: Its value for targets ``(rows,)`` and predictions ``(rows,)`` or
            ``(rows, classes)``, in float64.
        row_values: What each row adds to a metric that is a mean over rows, ``(models, rows)``, for
            targets ``(rows,)`` and predictions of several models ``(models, rows)`` or
            ``(models, rows, classes)``, all float64.
        resampler: Of a metric that is no mean over rows: prepares its value on resamples of them,
            for the same targets and predictions.
        chance: Its value for the targets of some rows, with their weights or None, where the best
            constant is predicted, as by a model that has learned nothing; None where that says
            little.
        standardized: Whether it is of targets and predictions that are standardized by the train
            rows, as networks are trained on them; otherwise of the target's own unit.
        lowest: The least value that it can have.
        stock: Keras's own metric of a model's outputs; None of one that is no mean over rows, which
            curves hold where trials are ranked by it.
    """

    name: str
    label: str
    direction: Direction
    unit: str
    reference: Callable[[Vector, Vector], float]
    row_values: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]] | None = (
        None
    )
    resampler: Callable[[NDArray[np.float64], NDArray[np.float64]], Resampler] | None = None
    chance: Callable[[Vector, Vector | None], float] | None = None
    standardized: bool = False
    lowest: float = 0.0
    stock: StockObject | None = None

    @property
    def sign(self) -> int:
        """1 where lower is better, otherwise -1: times it, lower is better for every metric."""
        return 1 if self.direction == "minimize" else -1

    @property
    def worst(self) -> float:
        """What stands for a value that is worse than all others: infinite, of either sign."""
        return self.sign * math.inf

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the largest value that it can have; a share is at most 1."""
        return self.lowest, math.inf if self.unit else 1.0

    def value(self, targets: Vector, predictions: Vector, weights: Vector | None = None) -> float:
        """Its value for targets and predictions, as ``reference`` takes them.

        Args:
            weights: What each row counts, ``(rows,)``, at least 0 and not 0 for all; None where all
                count alike. Only their ratios matter.
        """
        if weights is None:
            return self.reference(targets, predictions)
        y, model = (np.asarray(part, np.float64) for part in (targets, predictions))
        return float(self.resampled(y, model[None])(np.asarray(weights, np.float64))[0])

    def behind(self, value: float, reference: float) -> float:
        """By how much a value is worse than another; below 0 it is better."""
        return self.sign * (value - reference)

    def best(self, values: Sequence[float]) -> float | None:
        """The best of some values, none of them NaN; None without any."""
        return min(values, key=lambda value: self.sign * value, default=None)

    @property
    def better(self) -> str:
        """Which way is better, in words: ``lower`` or ``higher``."""
        return "lower" if self.direction == "minimize" else "higher"

    @property
    def quantity(self) -> str:
        """Its label with its unit, as on an axis."""
        return f"{self.label} in {self.unit}" if self.unit else self.label

    def resampled(
        self, targets: NDArray[np.float64], predictions: NDArray[np.float64]
    ) -> Resampler:
        """Its value for several models on resamples of the rows."""
        if self.resampler is not None:
            return self.resampler(targets, predictions)
        if self.row_values is None:
            raise ValueError(f"{self.name} must have row values or a resampler")
        return mean_of(self.row_values(targets, predictions))

    def resampled_differences(
        self, targets: NDArray[np.float64], predictions: NDArray[np.float64], reference: int
    ) -> Resampler:
        """Its value less that of one of the models.

        Means are subtracted row by row, so that equal models differ by 0 and not by what rounding
        leaves.
        """
        if self.row_values is not None:
            values = self.row_values(targets, predictions)
            return mean_of(values - values[reference])
        resampled = self.resampled(targets, predictions)

        def differences(counts: NDArray[np.float64]) -> NDArray[np.float64]:
            values = resampled(counts)
            return np.asarray(values - values[reference])

        return differences


def mean_of(values: NDArray[np.float64]) -> Resampler:
    """Means of ``values``, float64 ``(models, rows)``, over resampled rows."""
    return lambda counts: weighted_sums(values, counts) / counts.sum()


def contributions(values: Vector, weights: Vector | None) -> NDArray[np.float64]:
    """What each row adds to a mean over rows: its value, or with weights what stands for it.

    Means, paired differences and standard errors of rows that count differently are those of these
    numbers as if all counted alike: their mean is the weighted mean, and their variance over the
    rows is that of the weighted mean to first order.

    Args:
        values: Of each row, ``(..., rows)``.
        weights: As in ``Metric.value``.

    Source: the linearized ratio estimator, Särndal, Swensson and Wretman, Model Assisted Survey
    Sampling (1992), section 5.6.
    """
    rows = np.asarray(values, np.float64)
    if weights is None:
        return rows
    shares = weights.astype(np.float64) / weights.mean(dtype=np.float64)
    means = (rows * shares).mean(axis=-1, keepdims=True)
    return np.asarray(means + shares * (rows - means))


def contributed(sums: Vector, weights: Vector | None) -> NDArray[np.float64]:
    """Inverse of ``contributions``; of rows of weight 0, which add nothing, the mean.

    Args:
        sums: As ``contributions`` returns them.
        weights: Those that it was given.
    """
    rows = np.asarray(sums, np.float64)
    if weights is None:
        return rows
    shares = weights.astype(np.float64) / weights.mean(dtype=np.float64)
    means = rows.mean(axis=-1, keepdims=True)
    apart = np.divide(rows - means, shares, out=np.zeros_like(rows), where=shares > 0)
    return np.asarray(means + apart)


def weighted_mean(values: Vector, weights: Vector | None = None) -> float:
    """Mean of values, by the rows' weights where they have some."""
    return float(values.mean() if weights is None else np.average(values, weights=weights))


def weighted_variance(values: Vector, weights: Vector | None = None) -> float:
    """Variance of values, by the rows' weights where they have some."""
    y = values.astype(np.float64)
    return (
        float(y.var())
        if weights is None
        else weighted_mean((y - weighted_mean(y, weights)) ** 2, weights)
    )


def weighted_median(values: Vector, weights: Vector | None = None) -> float:
    """Median of values; with weights, the least that half of them do not exceed."""
    if weights is None:
        return float(np.median(values))
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order], dtype=np.float64)
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def weighted_sums(values: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of ``values`` over the last axis, each ``counts`` times.

    Not ``@``: its threads wait for one another 40,000 times, which costs sixfold where the cores
    are shared, and their number would show in the last digits.
    """
    return np.asarray(np.einsum("...r,r->...", values, counts))
