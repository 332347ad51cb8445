"""The metrics' references, checked against scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics as theirs

from hpsearch.tasks import binary as ours
from hpsearch.tasks.multiclass import MULTICLASS
from hpsearch.tasks.ranking import auc
from hpsearch.tasks.regression import REGRESSION

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
