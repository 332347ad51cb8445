"""Predictions of any task become a result: each metric on its own scale, what they are worth."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hpsearch.data.target import UNSCALED, TargetScale
from hpsearch.evaluation.candidates import Candidates
from hpsearch.evaluation.judging import Predicted, Truth, judge
from hpsearch.evaluation.outcome import TestResult
from hpsearch.tasks.binary import ACCURACY, AUC, BINARY, CROSSENTROPY
from hpsearch.tasks.metric import Metric
from hpsearch.tasks.multiclass import MULTICLASS
from hpsearch.tasks.regression import ABSOLUTE_ERROR, REGRESSION, SQUARED_ERROR

Array = NDArray[np.float64]

RNG = np.random.default_rng(0)

#: Prices: far from 0, and wide.
SCALE = TargetScale(200_000.0, 50_000.0)

TEST = SCALE.restored(RNG.normal(size=300))
VALIDATION = SCALE.restored(RNG.normal(size=200))


def two_models(task_models: dict[str, Predicted]) -> Candidates:
    """Nothing but baselines, all of scikit-learn."""
    return Candidates({}, 0, (), dict.fromkeys(task_models, 0))


def test_numbers_are_measured_in_their_own_unit_and_the_loss_in_variances() -> None:
    predicted = {
        "ridge_regression": Predicted(VALIDATION + 10_000, TEST + 10_000),
        "gradient_boosting": Predicted(VALIDATION - 5_000, TEST - 20_000),
    }
    truth = Truth(SCALE, VALIDATION, TEST)
    result = judge(REGRESSION, two_models(predicted), predicted, truth)
    assert result.reference == "Histogram gradient boosting", "it is best on the validation rows"
    metrics = {name: measured.value for name, measured in result.metrics.items()}
    assert metrics["mean_squared_error"] == pytest.approx(0.4**2)
    assert metrics["root_mean_squared_error"] == pytest.approx(20_000)
    assert metrics["mean_absolute_error"] == pytest.approx(20_000)
    assert metrics["r2"] == pytest.approx(1 - 20_000**2 / TEST.var())
    assert result.metrics["mean_absolute_error"].validation == pytest.approx((5_000,))
    ridge = result.baselines[0]
    assert ridge.validation == pytest.approx(0.2**2)
    assert ridge.differences["mean_squared_error"].value == pytest.approx(0.2**2 - 0.4**2)
    assert ridge.differences["r2"].value > 0
    assert result.residuals is not None
    assert result.residuals.bias.value == pytest.approx(-20_000)
    assert result.calibration is None
    assert result.decisions is None


def test_several_classes_are_decided_by_the_most_probable() -> None:
    targets = RNG.integers(0, 3, 300).astype(np.float64)
    right = np.eye(3)[targets.astype(int)] * 0.7 + 0.1
    wrong = np.roll(right, 1, axis=1)
    predicted = {
        "logistic_regression": Predicted(wrong, wrong),
        "gradient_boosting": Predicted(right, right),
    }
    truth = Truth(UNSCALED, targets, targets)
    result = judge(MULTICLASS, two_models(predicted), predicted, truth)
    assert result.reference == "Histogram gradient boosting"
    assert result.metrics["accuracy"].value == 1
    assert result.metrics["sparse_categorical_crossentropy"].value == pytest.approx(-math.log(0.8))
    assert result.baselines[0].differences["macro_auc"].value < 0
    assert result.decisions is not None
    assert np.trace(result.decisions.confusion) == 300
    assert result.decisions.reliability.error == pytest.approx(0.2)
    assert result.residuals is None


@pytest.mark.parametrize("metric", [ACCURACY, AUC])
def test_the_reference_is_the_best_by_a_metric_that_is_maximized(metric: Metric) -> None:
    task = replace(BINARY, curve_metrics=(metric, CROSSENTROPY))
    labels = np.tile([0.0, 1.0], 100)
    good = np.where(labels == 1, 0.6, 0.4)
    bold = np.where(labels == 1, 0.9, 0.1)
    bold[:8] = 1 - bold[:8]
    predicted = {
        "logistic_regression": Predicted(bold, bold),
        "gradient_boosting": Predicted(good, good),
    }
    truth = Truth(UNSCALED, labels, labels)
    result = judge(task, two_models(predicted), predicted, truth)
    assert result.reference == "Histogram gradient boosting"
    assert result.baselines[0].validation == metric.reference(labels, bold)
    by_loss = judge(BINARY, two_models(predicted), predicted, truth)
    assert by_loss.reference == "Logistic regression"


def test_the_split_of_another_metric_than_the_loss_is_how_much_worse_the_test_is() -> None:
    """Validation is right in 90 % of rows, test in 80 %: 0.1 worse, by the errors of both."""
    task = replace(BINARY, curve_metrics=(ACCURACY, CROSSENTROPY))
    assert not task.ranks_by_loss
    assert BINARY.ranks_by_loss
    labels = np.tile([0.0, 1.0], 250)

    def right(share: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        wrong = np.arange(500) % 100 >= 100 * share
        return np.where(wrong, 1 - labels, labels)

    truth = Truth(UNSCALED, labels, labels)
    split = truth.split(task.metric, [Predicted(right(0.9), right(0.8))] * 2)
    assert split.value == pytest.approx(0.1)
    half = 1.96 * math.sqrt(0.9 * 0.1 / 500 + 0.8 * 0.2 / 500)
    assert (split.high - split.low) / 2 == pytest.approx(half, rel=0.15)
    numbers = Truth(SCALE, VALIDATION, TEST)
    worse = Predicted(VALIDATION + 5_000, TEST + 10_000)
    assert numbers.split(ABSOLUTE_ERROR, [worse]).value == pytest.approx(5_000)
    assert numbers.split(SQUARED_ERROR, [worse]).value == pytest.approx(0.2**2 - 0.1**2)


def test_rows_count_by_their_weights_on_both_sides_of_the_seal() -> None:
    """Rows of weight 2 are rows that come twice, to every value; rows of weight 0 are none."""
    labels = {part: RNG.integers(0, 2, 200).astype(np.float64) for part in ("validation", "test")}
    weights = {part: RNG.integers(0, 3, 200).astype(np.float64) for part in labels}

    def model(noise: float) -> dict[str, Array]:
        drawn = {part: rows + RNG.normal(0, noise, 200) for part, rows in labels.items()}
        return {part: 1 / (1 + np.exp(0.5 - rows)) for part, rows in drawn.items()}

    models = {"logistic_regression": model(1.0), "gradient_boosting": model(2.0)}
    again = {part: np.repeat(np.arange(200), each.astype(int)) for part, each in weights.items()}

    def result(kept: dict[str, Any], *weights: Array) -> TestResult:
        predicted = {
            name: Predicted(*(rows[part][kept[part]] for part in ("validation", "test")))
            for name, rows in models.items()
        }
        truth = Truth(
            UNSCALED, *(labels[part][kept[part]] for part in ("validation", "test")), *weights
        )
        return judge(BINARY, two_models(predicted), predicted, truth)

    everything = dict.fromkeys(labels, slice(None))
    weighted = result(everything, weights["validation"], weights["test"])
    repeated = result(again)
    assert weighted.reference == repeated.reference
    for name, measured in weighted.metrics.items():
        assert measured.value == pytest.approx(repeated.metrics[name].value)
        assert measured.validation == pytest.approx(repeated.metrics[name].validation)
        assert measured.low < measured.value < measured.high
    plain = result(everything)
    for one, other, unweighted in zip(
        weighted.baselines, repeated.baselines, plain.baselines, strict=True
    ):
        assert one.validation == pytest.approx(other.validation)
        assert one.validation != pytest.approx(unweighted.validation)
        for name, difference in one.differences.items():
            assert difference.value == pytest.approx(other.differences[name].value)
    assert weighted.calibration is not None
    assert repeated.calibration is not None
    assert weighted.calibration.threshold == repeated.calibration.threshold
