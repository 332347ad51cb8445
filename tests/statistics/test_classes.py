"""Decisions among several classes, checked against scikit-learn and against known truth."""

import numpy as np
from sklearn.metrics import confusion_matrix

from hpsearch.statistics.classes import decide


def draw(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Classes drawn from the probabilities themselves."""
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet((1.0, 1.0, 1.0), rows)
    places = (rng.random(rows)[:, None] > probabilities.cumsum(axis=1)).sum(axis=1)
    return places.astype(np.float64), probabilities


def test_the_confusion_is_scikit_learns() -> None:
    targets, probabilities = draw(500, 0)
    wanted = confusion_matrix(targets, probabilities.argmax(axis=1), labels=[0, 1, 2])
    np.testing.assert_array_equal(decide(targets, probabilities).confusion, wanted)


def test_a_class_that_no_row_has_keeps_its_row_and_column() -> None:
    probabilities = np.array([[0.5, 0.2, 0.3], [0.1, 0.2, 0.7], [0.4, 0.2, 0.4]])
    decisions = decide(np.array([0.0, 2.0, 2.0]), probabilities)
    assert decisions.confusion == ((1, 0, 0), (0, 0, 0), (1, 0, 1)), "of equals the first is called"


def test_a_calibrated_model_is_called_so_and_one_that_is_too_sure_is_not() -> None:
    """The seed is fixed; of others, 1 in 40 would be above chance's range."""
    targets, probabilities = draw(4_000, 1)
    assert decide(targets, probabilities).reliability.within_chance
    sharp = probabilities**3 / (probabilities**3).sum(axis=1, keepdims=True)
    reliability = decide(targets, sharp).reliability
    assert not reliability.within_chance
    assert all(bin_.observed.value < bin_.predicted for bin_ in reliability.bins)
    share_right = (targets == sharp.argmax(axis=1)).mean()
    rows = sum(bin_.rows for bin_ in reliability.bins)
    right = sum(bin_.rows * bin_.observed.value for bin_ in reliability.bins)
    assert right / rows == share_right
