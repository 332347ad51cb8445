"""By how much predicted numbers miss the true ones, and where."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpsearch.statistics.calibration import estimate_share
from hpsearch.statistics.estimate import Estimate, around
from hpsearch.statistics.few_rows import student_95
from hpsearch.tasks.metric import Vector

Array = NDArray[np.float64]

#: Bins of rows by their predicted value, each of at least so many rows, or one of all.
BINS, LEAST_ROWS = 10, 5

#: Rows that a figure of single rows has, drawn evenly.
POINTS = 600

#: Shares of the rows for which it is told how small their errors are.
SHARES = (0.5, 0.8, 0.9, 0.95)

#: First digits of round errors.
ROUND = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class ErrorBin:
    """Rows of like prediction.

    Attributes:
        predicted: Their mean prediction.
        error: Mean of predicted less true, with Student's interval over the rows.
        spread: Standard deviation of predicted less true.
        low, high: What predicted less true is between for 80 % of them.
        rows: How many there are.
    """

    predicted: float
    error: Estimate
    spread: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True, slots=True)
class Residuals:
    """Errors of predicted numbers on held-out rows; all but shares in the target's own unit.

    Attributes:
        bias: Mean of predicted less true, with Student's interval over the rows: above 0 it
            predicts too much.
        spread: Standard deviation of predicted less true.
        target: Mean and standard deviation of the true values.
        bins: Of equal numbers of rows by prediction, ascending.
        within: Round errors, ascending, each with the share of the rows whose error is not larger.
        reached: Shares of the rows, each with the error that theirs do not exceed.
        points: True and predicted value of at most 600 rows.
    """

    bias: Estimate
    spread: float
    target: tuple[float, float]
    bins: tuple[ErrorBin, ...]
    within: tuple[tuple[float, Estimate], ...]
    reached: tuple[tuple[float, float], ...]
    points: tuple[tuple[float, float], ...]


def measure_residuals(targets: Vector, predictions: Vector, *, seed: int = 0) -> Residuals:
    """By how much predictions miss.

    Args:
        targets: True values, ``(rows,)``, at least two.
        predictions: ``(rows,)``, finite, in the same unit.
        seed: Of the rows that are drawn for the figure.
    """
    y = np.asarray(targets, dtype=np.float64)
    p = np.asarray(predictions, dtype=np.float64)
    errors = p - y
    order = np.argsort(p, kind="stable")
    drawn = np.sort(np.random.default_rng(seed).permutation(len(y))[:POINTS])
    sizes = np.abs(errors)
    return Residuals(
        bias=_mean(errors),
        spread=float(errors.std(ddof=1)),
        target=(float(y.mean()), float(y.std(ddof=1))),
        bins=tuple(
            _bin(p[part], errors[part])
            for part in np.array_split(order, min(BINS, max(len(order) // LEAST_ROWS, 1)))
        ),
        within=tuple(
            (error, estimate_share(int((sizes <= error).sum()), len(sizes)))
            for error in round_errors(sizes)
        ),
        reached=tuple((share, float(np.quantile(sizes, share))) for share in SHARES),
        points=tuple(zip(y[drawn].tolist(), p[drawn].tolist(), strict=True)),
    )


def round_errors(sizes: Array) -> tuple[float, ...]:
    """Round numbers, 1, 2, 5, 10 and so on, that part the sizes of errors well: at most six.

    They begin where about a tenth of the rows is within, and end where nearly all are. Of errors
    that are all 0 there are none.
    """
    low, high = (float(end) for end in np.quantile(sizes, (0.1, 0.98)))
    if high == 0:
        return ()
    low = max(low, high / 100)
    exponents = range(math.floor(math.log10(low)), math.floor(math.log10(high)) + 1)
    steps = sorted({float(f"{first}e{exponent}") for exponent in exponents for first in ROUND})
    last = next((place for place, step in enumerate(steps) if step >= high), len(steps) - 1)
    return tuple(step for step in steps[: last + 1] if step >= low)[-6:]


def _mean(errors: Array) -> Estimate:
    error = float(errors.std(ddof=1)) / math.sqrt(len(errors))
    return around(float(errors.mean()), student_95(len(errors) - 1) * error)


def _bin(predictions: Array, errors: Array) -> ErrorBin:
    low, high = (float(end) for end in np.quantile(errors, (0.1, 0.9)))
    return ErrorBin(
        predicted=float(predictions.mean()),
        error=_mean(errors),
        spread=float(errors.std(ddof=1)),
        low=low,
        high=high,
        rows=len(errors),
    )
