"""The metrics' references, checked against scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics as theirs

from hpsearch.tasks import binary as ours
from hpsearch.tasks.ranking import auc

RNG = np.random.default_rng(3)
LABELS = (RNG.random(500) < 0.4).astype(np.float32)
PROBABILITIES = np.round(np.clip(0.5 * LABELS + RNG.normal(0.25, 0.3, 500), 0.01, 0.99), 2)


def test_references_agree_with_scikit_learn() -> None:
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


def test_a_certain_and_wrong_prediction_costs_a_finite_loss() -> None:
    loss = ours.binary_crossentropy(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    assert loss == pytest.approx(-np.log(ours.EPSILON), rel=1e-6)


def test_auc_of_one_label_is_not_a_number() -> None:
    assert np.isnan(auc(np.ones(3), np.array([0.1, 0.2, 0.3])))
