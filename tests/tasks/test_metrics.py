"""The metrics' references, checked against scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics as theirs

from hpsearch.tasks import binary as ours
from hpsearch.tasks.metric import contributed, contributions
from hpsearch.tasks.multiclass import MULTICLASS
from hpsearch.tasks.ranking import auc
from hpsearch.tasks.registry import TASKS
from hpsearch.tasks.regression import REGRESSION
from hpsearch.tasks.task import Task

RNG = np.random.default_rng(3)
LABELS = (RNG.random(500) < 0.4).astype(np.float32)
PROBABILITIES = np.round(np.clip(0.5 * LABELS + RNG.normal(0.25, 0.3, 500), 0.01, 0.99), 2)


def test_references_of_two_classes_agree_with_scikit_learn() -> None:
    expected = {
        "binary_crossentropy": theirs.log_loss(LABELS, PROBABILITIES),
        "auc": theirs.roc_auc_score(LABELS, PROBABILITIES),
        "accuracy": theirs.accuracy_score(LABELS, PROBABILITIES > 0.5),
        "brier_score": theirs.brier_score_loss(LABELS, PROBABILITIES),
    }
    found = {
        metric.name: metric.reference(LABELS, PROBABILITIES) for metric in ours.BINARY.test_metrics
    }
    assert found == pytest.approx(expected, rel=1e-6)


def test_other_objectives_of_two_classes_agree_with_scikit_learn() -> None:
    expected = {
        "auc": theirs.roc_auc_score(LABELS, PROBABILITIES),
        "average_precision": theirs.average_precision_score(LABELS, PROBABILITIES),
        "f1": theirs.f1_score(LABELS, PROBABILITIES > 0.5),
    }
    found = {
        metric.name: metric.reference(LABELS, PROBABILITIES)
        for metric in ours.BINARY.other_objectives
    }
    assert found == pytest.approx(expected, rel=1e-9)


def test_references_of_several_classes_agree_with_scikit_learn() -> None:
    classes = RNG.choice(3, 500, p=(0.6, 0.3, 0.1))
    probabilities = RNG.dirichlet(np.ones(3), 500) + 0.5 * np.eye(3)[classes]
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    predicted = probabilities.argmax(axis=1)
    expected = {
        "sparse_categorical_crossentropy": theirs.log_loss(classes, probabilities),
        "accuracy": theirs.accuracy_score(classes, predicted),
        "balanced_accuracy": theirs.balanced_accuracy_score(classes, predicted),
        "macro_f1": theirs.f1_score(classes, predicted, average="macro"),
        "macro_auc": theirs.roc_auc_score(classes, probabilities, multi_class="ovr"),
    }
    found = {
        metric.name: metric.reference(classes.astype(np.float32), probabilities)
        for metric in MULTICLASS.test_metrics
    }
    assert found == pytest.approx(expected, rel=1e-6)


def test_references_of_numbers_agree_with_scikit_learn() -> None:
    targets = RNG.normal(1e4, 30, 500)
    predictions = targets + RNG.normal(5, 20, 500)
    expected = {
        "mean_squared_error": theirs.mean_squared_error(targets, predictions),
        "root_mean_squared_error": theirs.root_mean_squared_error(targets, predictions),
        "mean_absolute_error": theirs.mean_absolute_error(targets, predictions),
        "r2": theirs.r2_score(targets, predictions),
    }
    found = {
        metric.name: metric.reference(targets, predictions) for metric in REGRESSION.test_metrics
    }
    assert found == pytest.approx(expected, rel=1e-9)


def test_a_certain_and_wrong_prediction_costs_a_finite_loss() -> None:
    loss = ours.binary_crossentropy(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    assert loss == pytest.approx(-np.log(ours.EPSILON), rel=1e-6)


def test_auc_of_one_label_is_not_a_number() -> None:
    assert np.isnan(auc(np.ones(3), np.array([0.1, 0.2, 0.3])))


WEIGHTS = RNG.exponential(1.0, 500) * (RNG.random(500) > 0.1)


def test_weighted_values_of_two_classes_agree_with_scikit_learn() -> None:
    called, weights = PROBABILITIES > 0.5, {"sample_weight": WEIGHTS}
    expected = {
        "binary_crossentropy": theirs.log_loss(LABELS, PROBABILITIES, **weights),
        "auc": theirs.roc_auc_score(LABELS, PROBABILITIES, **weights),
        "accuracy": theirs.accuracy_score(LABELS, called, **weights),
        "brier_score": theirs.brier_score_loss(LABELS, PROBABILITIES, **weights),
        "average_precision": theirs.average_precision_score(LABELS, PROBABILITIES, **weights),
        "f1": theirs.f1_score(LABELS, called, **weights),
    }
    metrics = (*ours.BINARY.test_metrics, *ours.BINARY.other_objectives)
    found = {metric.name: metric.value(LABELS, PROBABILITIES, WEIGHTS) for metric in metrics}
    assert found == pytest.approx(expected, rel=1e-6)


def test_weighted_values_of_several_classes_agree_with_scikit_learn() -> None:
    classes = RNG.choice(3, 500, p=(0.6, 0.3, 0.1))
    probabilities = RNG.dirichlet(np.ones(3), 500) + 0.5 * np.eye(3)[classes]
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    predicted, weights = probabilities.argmax(axis=1), {"sample_weight": WEIGHTS}
    areas = [theirs.roc_auc_score(classes == k, probabilities[:, k], **weights) for k in range(3)]
    expected = {
        "sparse_categorical_crossentropy": theirs.log_loss(classes, probabilities, **weights),
        "accuracy": theirs.accuracy_score(classes, predicted, **weights),
        "balanced_accuracy": theirs.balanced_accuracy_score(classes, predicted, **weights),
        "macro_f1": theirs.f1_score(classes, predicted, average="macro", **weights),
        "macro_auc": np.mean(areas),
    }
    found = {
        metric.name: metric.value(classes.astype(np.float32), probabilities, WEIGHTS)
        for metric in MULTICLASS.test_metrics
    }
    assert found == pytest.approx(expected, rel=1e-6)


def test_weighted_values_of_numbers_agree_with_scikit_learn() -> None:
    targets = RNG.normal(1e4, 30, 500)
    predictions, weights = targets + RNG.normal(5, 20, 500), {"sample_weight": WEIGHTS}
    expected = {
        "mean_squared_error": theirs.mean_squared_error(targets, predictions, **weights),
        "root_mean_squared_error": theirs.root_mean_squared_error(targets, predictions, **weights),
        "mean_absolute_error": theirs.mean_absolute_error(targets, predictions, **weights),
        "r2": theirs.r2_score(targets, predictions, **weights),
    }
    found = {
        metric.name: metric.value(targets, predictions, WEIGHTS)
        for metric in REGRESSION.test_metrics
    }
    assert found == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_whole_weights_are_rows_that_come_again(task: Task) -> None:
    """So says each metric of the task, and what chance reaches by it."""
    targets = RNG.integers(0, 2, 60).astype(np.float32)
    predictions = task.predictions(RNG.normal(size=(60, task.outputs(2))).astype(np.float32))
    counts = RNG.integers(0, 4, 60)
    again = np.repeat(np.arange(60), counts)
    weights = 0.7 * counts
    for metric in task.objectives:
        expected = metric.reference(targets[again], predictions[again])
        assert metric.value(targets, predictions, weights) == pytest.approx(expected, rel=1e-6)
        if metric.chance is not None:
            chance = metric.chance(targets, weights)
            assert chance == pytest.approx(metric.chance(targets[again], None), rel=1e-6)


def test_contributions_have_the_weighted_mean_and_its_error_over_resamples() -> None:
    """The error of 4,000 draws is itself uncertain by 1.1 %; 5 % are allowed."""
    values, rows = RNG.normal(3, 1, 500), 500
    added = contributions(values, WEIGHTS)
    assert added.mean() == pytest.approx(np.average(values, weights=WEIGHTS))
    drawn = RNG.integers(0, rows, (4_000, rows))
    means = (values[drawn] * WEIGHTS[drawn]).sum(axis=1) / WEIGHTS[drawn].sum(axis=1)
    assert added.std(ddof=1) / np.sqrt(rows) == pytest.approx(means.std(), rel=0.05)


def test_values_are_told_by_their_contributions_where_rows_count() -> None:
    values = RNG.normal(size=(3, len(WEIGHTS)))
    known = contributed(contributions(values, WEIGHTS), WEIGHTS)
    np.testing.assert_allclose(known[:, WEIGHTS > 0], values[:, WEIGHTS > 0])
    means = np.average(values, axis=1, weights=WEIGHTS)
    np.testing.assert_allclose(known[:, WEIGHTS == 0].T, np.tile(means, (sum(WEIGHTS == 0), 1)))
    np.testing.assert_array_equal(contributed(contributions(values, None), None), values)
