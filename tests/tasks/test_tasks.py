"""The laws of tasks and of their metrics: resamples, differences, directions, chance, links."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hpsearch.tasks.metric import Metric
from hpsearch.tasks.registry import TASKS
from tests.tasks.rows import CLASSES, JUDGED, MODELS, ROWS, Judged

Array = NDArray[np.float64]

#: A resample: how often each row is there.
COUNTS = np.bincount(np.random.default_rng(6).integers(0, ROWS, ROWS), minlength=ROWS).astype(float)


def _metrics(judged: Judged) -> list[Metric]:
    """What is measured on test rows, whatever trials are ranked by."""
    task = judged.task
    every = (*task.test_metrics, *task.other_objectives)
    return list({metric.name: metric for metric in every}.values())


EACH_TASK = pytest.mark.parametrize("judged", JUDGED.values(), ids=JUDGED)
EACH_METRIC = pytest.mark.parametrize(
    ("judged", "metric"),
    [
        pytest.param(judged, metric, id=f"{name} {metric.name}")
        for name, judged in JUDGED.items()
        for metric in _metrics(judged)
    ],
)


def references(judged: Judged, metric: Metric, counts: Array) -> list[float]:
    """Of each model, by the metric's reference, on rows that are repeated."""
    repeats = counts.astype(int)
    targets = np.repeat(judged.targets, repeats)
    return [metric.reference(targets, np.repeat(model, repeats, axis=0)) for model in judged.models]


def test_each_task_has_rows_to_be_judged_on() -> None:
    assert set(JUDGED) == set(TASKS)


@EACH_METRIC
@pytest.mark.parametrize("counts", [np.ones(ROWS), COUNTS], ids=["all once", "a resample"])
def test_resampled_values_are_the_references_of_repeated_rows(
    judged: Judged, metric: Metric, counts: Array
) -> None:
    values = metric.resampled(judged.targets, judged.models)(counts)
    assert values == pytest.approx(references(judged, metric, counts), rel=1e-9)


@EACH_METRIC
def test_resampled_differences_are_those_of_the_references(judged: Judged, metric: Metric) -> None:
    differences = metric.resampled_differences(judged.targets, judged.models, reference=2)(COUNTS)
    expected = np.array(references(judged, metric, COUNTS))
    assert differences == pytest.approx(expected - expected[2], rel=1e-9, abs=1e-9)


@EACH_METRIC
def test_equal_models_differ_by_nothing(judged: Judged, metric: Metric) -> None:
    twins = np.stack([judged.models[1], judged.models[1]])
    differences = metric.resampled_differences(judged.targets, twins, reference=0)(COUNTS)
    assert differences.tolist() == [0, 0]


@EACH_METRIC
def test_a_metric_is_a_mean_over_rows_or_resamples_itself(judged: Judged, metric: Metric) -> None:
    assert (metric.row_values is None) != (metric.resampler is None)
    if metric.row_values is not None:
        values = metric.row_values(judged.targets, judged.models)
        assert values.shape == (MODELS, ROWS)
        expected = references(judged, metric, np.ones(ROWS))
        assert values.mean(axis=1) == pytest.approx(expected, rel=1e-9)


@EACH_METRIC
def test_a_better_model_is_on_the_better_side_of_a_worse_one(
    judged: Judged, metric: Metric
) -> None:
    good, bad = (metric.reference(judged.targets, model) for model in (judged.good, judged.bad))
    assert (good < bad) == (metric.direction == "minimize")


@EACH_METRIC
def test_chance_is_what_a_model_that_knows_nothing_reaches(judged: Judged, metric: Metric) -> None:
    if metric.chance is None:
        assert metric.name in ("accuracy", "brier_score", "f1", "macro_f1")
    elif metric.name == "mean_absolute_error":
        median = np.full(ROWS, np.median(judged.targets))
        assert metric.chance(judged.targets, None) == metric.reference(judged.targets, median)
    else:
        expected = metric.reference(judged.targets, judged.constant)
        assert metric.chance(judged.targets, None) == pytest.approx(expected, abs=1e-9)


@EACH_TASK
def test_the_objective_is_the_first_metric_on_the_validation_rows(judged: Judged) -> None:
    task = judged.task
    assert task.objective == f"val_{task.test_metrics[0].name}"
    assert task.metric == task.test_metrics[0]
    assert task.ranking_metric in task.test_metrics
    assert task.ranking_metric.chance is not None


@EACH_TASK
def test_a_task_may_be_judged_by_each_of_its_objectives(judged: Judged) -> None:
    task = judged.task
    for metric in task.objectives:
        other = task.judged_by(metric.name)
        assert other.metric == metric
        assert other.objective == f"val_{metric.name}"
        assert other.loss_metric == task.loss_metric == task.metric
        assert set(other.curve_names) == {*task.curve_names, metric.name}
        assert metric.name in [tested.name for tested in other.test_metrics]
        assert other.ranks_by_loss == (metric == task.metric)
        assert (metric.stock is None) == (metric not in task.curve_metrics)
    assert task.judged_by(task.metric.name) == task
    with pytest.raises(KeyError, match="brier"):
        task.judged_by("brier")


@EACH_TASK
def test_losses_of_outputs_are_those_of_their_predictions(judged: Judged) -> None:
    task = judged.task
    outputs = np.random.default_rng(1).normal(0, 4, (ROWS, task.outputs(CLASSES)))
    targets = judged.targets.astype(np.float32)
    predictions = task.predictions(outputs.astype(np.float32))
    assert predictions.dtype == np.float64
    assert predictions.shape == judged.models.shape[1:]
    by_output = task.output_losses(outputs.astype(np.float32), targets)
    assert by_output.dtype == np.float32
    by_prediction = task.prediction_losses(targets, predictions)
    assert by_output == pytest.approx(by_prediction, rel=1e-4, abs=1e-5)
    assert by_prediction.mean() == pytest.approx(task.metric.reference(targets, predictions))


@EACH_TASK
def test_targets_that_were_valid_are_no_problem(judged: Judged) -> None:
    names = [f"class {place}" for place in range(CLASSES)]
    assert judged.task.targets_problem(judged.targets, names) is None
    assert judged.task.valid_targets(judged.targets).all()
    for wrong in (np.nan, np.inf, -np.inf):
        assert not judged.task.valid_targets(np.array([wrong])).any()
