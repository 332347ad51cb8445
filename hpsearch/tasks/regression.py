"""A number: one output, squared error of the standardized target."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hpsearch.errors import shown
from hpsearch.stock import StockObject
from hpsearch.tasks.estimators import EstimatorBaseline, gradient_boosting
from hpsearch.tasks.metric import (
    Metric,
    Resampler,
    Vector,
    mean_of,
    weighted_mean,
    weighted_median,
    weighted_sums,
    weighted_variance,
)
from hpsearch.tasks.pooling import mean_outputs
from hpsearch.tasks.task import Outputs, Task

Array = NDArray[np.float64]

#: The largest size of a target, so that the sum of squares of a million of them is finite.
LARGEST = 1e150

#: The least spread of targets, so that squares of differences do not vanish.
LEAST_SPREAD = 1e-140

#: What a target must be.
RULE = f"a finite number of size at most {LARGEST:g}"


def row_squared_error(targets: Vector, predictions: Vector) -> Array:
    """Squared error of each row, float64 ``(rows,)``.

    Args:
        targets: ``(rows,)``, here and below.
        predictions: ``(rows,)``, here and below, in the same unit.
    """
    return np.asarray((predictions.astype(np.float64) - targets.astype(np.float64)) ** 2)


def row_absolute_error(targets: Vector, predictions: Vector) -> Array:
    """Absolute error of each row, float64 ``(rows,)``."""
    return np.abs(predictions.astype(np.float64) - targets.astype(np.float64))


def mean_squared_error(targets: Vector, predictions: Vector) -> float:
    """Mean squared error."""
    return float(row_squared_error(targets, predictions).mean())


def root_mean_squared_error(targets: Vector, predictions: Vector) -> float:
    """Root of the mean squared error, in the unit of the target."""
    return float(np.sqrt(mean_squared_error(targets, predictions)))


def mean_absolute_error(targets: Vector, predictions: Vector) -> float:
    """Mean absolute error, in the unit of the target."""
    return float(row_absolute_error(targets, predictions).mean())


def r2(targets: Vector, predictions: Vector) -> float:
    """Share of the targets' variance that is explained; 0 where they do not vary."""
    variance = float(targets.astype(np.float64).var())
    return 1 - mean_squared_error(targets, predictions) / variance if variance else 0.0


def resampled_r2(targets: Array, models: Array) -> Resampler:
    """``r2`` of several models on resamples of the rows; see ``Metric``."""
    centered = targets - targets.mean()  # so that squares of a large mean cancel nothing
    errors = (models - targets) ** 2
    moments = np.stack([centered, centered**2])

    def values(counts: Array) -> Array:
        mean, square = weighted_sums(moments, counts) / counts.sum()
        variance = square - mean**2
        if variance < 1e-14 * square or square == 0:  # what rounding leaves of equal targets
            return np.zeros(len(models))
        return np.asarray(1 - weighted_sums(errors, counts) / counts.sum() / variance)

    return values


def resampled_root(targets: Array, models: Array) -> Resampler:
    """``root_mean_squared_error`` of several models on resamples of the rows; see ``Metric``."""
    means = mean_of((models - targets) ** 2)
    return lambda counts: np.sqrt(means(counts))


def _is_number(targets: Vector) -> NDArray[np.bool_]:
    return np.asarray(np.abs(targets) <= LARGEST)


def _targets_problem(targets: Vector, classes: Sequence[str]) -> str | None:
    """All must be finite numbers, and they must differ."""
    valid = _is_number(targets)
    if not valid.all():
        return f"must have targets that are {RULE}, got {shown(float(targets[~valid][0]))}"
    spread = float(targets.max() - targets.min())
    if spread == 0:
        return f"must hold different targets, got only {shown(float(targets[0]))}"
    if spread < LEAST_SPREAD:
        return f"must hold targets that differ by {LEAST_SPREAD:g} or more, got {spread:g} at most"
    return None


def _say_r2(share: float, classes: Sequence[str]) -> str:
    del classes
    if share < 0:
        return "Predicting the mean of these true values for all rows would be nearer to them."
    return f"It explains {share:.1%} of the target's variance."


def _error_of_median(targets: Vector, weights: Vector | None) -> float:
    constant = np.full(len(targets), weighted_median(targets, weights))
    return weighted_mean(row_absolute_error(targets, constant), weights)


SQUARED_ERROR = Metric(
    "mean_squared_error",
    label="mean squared error",
    direction="minimize",
    unit="target variances",
    reference=mean_squared_error,
    row_values=lambda targets, models: (models - targets) ** 2,
    chance=weighted_variance,
    standardized=True,
    stock=StockObject("MeanSquaredError", {}),
)

#: As curves hold it.
STANDARDIZED_ABSOLUTE_ERROR = Metric(
    "mean_absolute_error",
    label="mean absolute error",
    direction="minimize",
    unit="target deviations",
    reference=mean_absolute_error,
    row_values=lambda targets, models: np.abs(models - targets),
    chance=_error_of_median,
    standardized=True,
    stock=StockObject("MeanAbsoluteError", {}),
)

ROOT_SQUARED_ERROR = Metric(
    "root_mean_squared_error",
    label="root mean squared error",
    direction="minimize",
    unit="the target's unit",
    reference=root_mean_squared_error,
    resampler=resampled_root,
    chance=lambda targets, weights: float(np.sqrt(weighted_variance(targets, weights))),
)

ABSOLUTE_ERROR = Metric(
    "mean_absolute_error",
    label="mean absolute error",
    direction="minimize",
    unit="the target's unit",
    reference=mean_absolute_error,
    row_values=STANDARDIZED_ABSOLUTE_ERROR.row_values,
    chance=STANDARDIZED_ABSOLUTE_ERROR.chance,
)

R2 = Metric(
    "r2",
    label="R²",
    direction="maximize",
    unit="",
    reference=r2,
    resampler=resampled_r2,
    chance=lambda targets, weights: 0.0,
    lowest=-math.inf,
)


def _output_losses(outputs: Outputs, targets: Vector) -> NDArray[np.float32]:
    return np.asarray((outputs[:, 0] - targets) ** 2, np.float32)


REGRESSION = Task(
    name="regression",
    description="dense networks that predict a number",
    classification=False,
    outputs=lambda classes: 1,
    target_rule=RULE,
    valid_targets=_is_number,
    targets_problem=_targets_problem,
    pooled=mean_outputs,
    output_losses=_output_losses,
    prediction_losses=row_squared_error,
    predictions=lambda outputs: outputs[:, 0].astype(np.float64),
    curve_metrics=(SQUARED_ERROR, STANDARDIZED_ABSOLUTE_ERROR),
    test_metrics=(SQUARED_ERROR, ROOT_SQUARED_ERROR, ABSOLUTE_ERROR, R2),
    gives_probability=False,
    ranking_metric=R2,
    say_ranking=_say_r2,
    resolution=0.005,
    rise=0.01,
    progress=0.002,
    loss=StockObject("MeanSquaredError", {}),
    output_activation="linear",
    output_name="prediction",
    estimators=(
        EstimatorBaseline(
            "ridge_regression",
            "Ridge regression",
            "sklearn.linear_model:Ridge",
            {},
        ),
        gradient_boosting("HistGradientBoostingRegressor"),
    ),
    estimator_method="predict",
    estimator_predictions=lambda predictions: np.asarray(predictions, np.float64),
)
