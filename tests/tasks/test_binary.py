"""The task of two classes: its metrics on resamples, its link, its losses and its target check."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hpsearch.errors import shown
from hpsearch.tasks.binary import BINARY
from hpsearch.tasks.metric import Metric

RNG = np.random.default_rng(5)
ROWS, MODELS = 301, 4
LABELS = (RNG.random(ROWS) < 0.4).astype(np.float64)
#: Of several models; rounded, so that some are equal.
PROBABILITIES = np.clip(0.3 * LABELS + RNG.normal(0.35, 0.25, (MODELS, ROWS)), 0.01, 0.99).round(2)
#: A resample: how often each row is there.
COUNTS = np.bincount(RNG.integers(0, ROWS, ROWS), minlength=ROWS).astype(np.float64)

METRICS = pytest.mark.parametrize("metric", BINARY.test_metrics, ids=lambda metric: metric.name)


def references(metric: Metric, counts: NDArray[np.float64]) -> list[float]:
    """Of each model, by the metric's reference, on rows that are repeated."""
    repeats = counts.astype(int)
    labels = np.repeat(LABELS, repeats)
    return [metric.reference(labels, np.repeat(model, repeats)) for model in PROBABILITIES]


@METRICS
@pytest.mark.parametrize("counts", [np.ones(ROWS), COUNTS], ids=["all once", "a resample"])
def test_resampled_values_are_the_references_of_repeated_rows(
    metric: Metric, counts: NDArray[np.float64]
) -> None:
    values = metric.resampled(LABELS, PROBABILITIES)(counts)
    assert values == pytest.approx(references(metric, counts), rel=1e-9)


@METRICS
def test_resampled_differences_are_those_of_the_references(metric: Metric) -> None:
    differences = metric.resampled_differences(LABELS, PROBABILITIES, reference=2)(COUNTS)
    expected = np.array(references(metric, COUNTS))
    assert differences == pytest.approx(expected - expected[2], abs=1e-9)


@METRICS
def test_equal_models_differ_by_nothing(metric: Metric) -> None:
    twins = np.stack([PROBABILITIES[1], PROBABILITIES[1]])
    assert metric.resampled_differences(LABELS, twins, reference=0)(COUNTS).tolist() == [0, 0]


@METRICS
def test_a_metric_is_a_mean_over_rows_or_resamples_itself(metric: Metric) -> None:
    assert (metric.row_values is None) != (metric.resampler is None)
    if metric.row_values is not None:
        values = metric.row_values(LABELS, PROBABILITIES)
        assert values.shape == (MODELS, ROWS)
        assert values.mean(axis=1) == pytest.approx(references(metric, np.ones(ROWS)), rel=1e-9)


@METRICS
def test_a_better_model_is_on_the_better_side_of_a_worse_one(metric: Metric) -> None:
    good, bad = (metric.reference(LABELS, p) for p in (0.8 * LABELS + 0.1, 0.9 - 0.8 * LABELS))
    assert (good < bad) == (metric.direction == "minimize")


def test_chance_is_what_a_model_that_knows_nothing_reaches() -> None:
    constant = np.full(ROWS, LABELS.mean())
    chances = {metric.name: metric.chance for metric in BINARY.test_metrics if metric.chance}
    assert set(chances) == {"binary_crossentropy", "auc"}
    for metric in BINARY.test_metrics:
        if metric.chance is not None:
            assert metric.reference(LABELS, constant) == pytest.approx(metric.chance(LABELS))


def test_the_objective_is_the_first_metric_on_the_validation_rows() -> None:
    assert BINARY.objective == "val_binary_crossentropy"
    assert BINARY.metric == BINARY.test_metrics[0]
    assert BINARY.curve_names == ("binary_crossentropy", "accuracy")
    assert BINARY.ranking_metric in BINARY.test_metrics


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        ([0, 1, 1], None),
        ([1, 0, 0], None),
        ([0, 1, 2], "must have labels that are 0 or 1, got 2.0"),
        ([-1, 1], "must have labels that are 0 or 1, got -1.0"),
        ([0, 0.5, 1], "must have labels that are 0 or 1, got 0.5"),
        ([0, 1, np.nan], "must have labels that are 0 or 1, got nan"),
        ([0, 1, np.inf], "must have labels that are 0 or 1, got inf"),
        ([1, 1], "must hold both labels, got only label 1"),
        ([0], "must hold both labels, got only label 0"),
    ],
    ids=shown,
)
def test_targets_that_are_not_two_labels_are_refused(
    labels: list[float], problem: str | None
) -> None:
    assert BINARY.targets_problem(np.array(labels, np.float32), ()) == problem


def test_losses_of_outputs_are_those_of_their_predictions() -> None:
    logits = np.linspace(-12, 12, ROWS, dtype=np.float32)[:, None]
    labels = LABELS.astype(np.float32)
    predictions = BINARY.predictions(logits)
    assert predictions.shape == (ROWS,)
    assert predictions.dtype == np.float64
    by_output = BINARY.output_losses(logits, labels)
    assert by_output.dtype == np.float32
    by_prediction = BINARY.prediction_losses(labels, predictions)
    assert by_output == pytest.approx(by_prediction, rel=1e-5, abs=1e-5)
    assert by_prediction.mean() == pytest.approx(BINARY.metric.reference(labels, predictions))


def test_losses_of_outputs_stay_finite_where_those_of_predictions_are_cut() -> None:
    logits, labels = np.array([[-500], [500]], np.float32), np.array([1, 0], np.float32)
    assert BINARY.output_losses(logits, labels).tolist() == [500, 500]
    assert BINARY.prediction_losses(labels, BINARY.predictions(logits)) == pytest.approx(
        [-np.log(1e-7)] * 2, rel=1e-6
    )
