"""Intervals of what few rows measured."""

import math

import numpy as np
import pytest

from hpsearch.statistics.bootstrap import compare
from hpsearch.statistics.estimate import Estimate
from hpsearch.statistics.few_rows import bounded, never_else, student_95, widened
from hpsearch.statistics.split import split_estimate
from hpsearch.tasks.binary import ACCURACY, AUC, BINARY, CROSSENTROPY
from hpsearch.tasks.regression import R2


@pytest.mark.parametrize(
    ("rows", "factor"), [(2, 9.168), (4, 1.875), (10, 1.217), (100, 1.0175), (5_000, 1.0004)]
)
def test_an_interval_is_widened_by_what_its_rows_demand(rows: int, factor: float) -> None:
    estimate = widened(Estimate(3.0, 2.0, 5.0), rows)
    assert estimate.value == 3.0
    assert 3.0 - estimate.low == pytest.approx(factor, rel=1e-3)
    assert estimate.high - 3.0 == pytest.approx(2 * factor, rel=1e-3)


def test_intervals_of_four_rows_hold_the_truth_about_as_often_as_they_say() -> None:
    """Means of normal losses: a bare bootstrap holds it in some 78 % of cases.

    Of 300 cases that hold it in 92 % fewer than 258 have a chance below 1 in 1,000.
    """
    rng = np.random.default_rng(0)
    hits = 0
    for seed in range(300):
        labels = np.array([0.0, 1.0, 0.0, 1.0])
        losses = np.clip(rng.normal(1.0, 0.2, 4), 0.01, None)
        probabilities = np.where(labels == 1, np.exp(-losses), 1 - np.exp(-losses))
        found = compare(
            labels,
            {"model": probabilities},
            "model",
            metrics=[CROSSENTROPY],
            compared=[],
            draws=200,
            seed=seed,
        )
        estimate = found["model"].metrics[CROSSENTROPY.name]
        hits += estimate.low <= 1.0 <= estimate.high
    assert hits >= 258


def test_two_rows_tell_no_two_models_apart() -> None:
    """The bare bootstrap says that the flat one is worse, as it is on either row."""
    labels = np.array([0.0, 1.0])
    models = {"good": np.array([0.4, 0.55]), "flat": np.array([0.5, 0.5])}
    found = compare(labels, models, "good", metrics=BINARY.test_metrics, compared=[CROSSENTROPY])
    difference = found["flat"].differences[CROSSENTROPY.name]
    assert difference.value > 0
    assert not difference.excludes_zero


def test_rows_that_are_all_right_might_not_have_been() -> None:
    labels = np.array([0.0, 1.0] * 4)
    right = {"right": np.where(labels == 1, 0.9, 0.2)}
    metrics = compare(labels, right, "right", metrics=[ACCURACY, AUC], compared=[])["right"].metrics
    accuracy, area = metrics["accuracy"], metrics["auc"]
    assert (accuracy.value, accuracy.high) == (1.0, 1.0)
    assert accuracy.low == pytest.approx(8 / (8 + 1.959964**2), abs=1e-6)  # Wilson's
    assert area.low < accuracy.low, "the area of 4 and 4 rows is known less well"


def test_what_resamples_change_or_is_no_end_of_a_share_is_left() -> None:
    for estimate in (Estimate(1.0, 0.9, 1.0), Estimate(0.5, 0.5, 0.5)):
        assert never_else(estimate, 10) == estimate


def test_an_interval_keeps_to_what_its_metric_can_be() -> None:
    assert ACCURACY.bounds == (0.0, 1.0)
    assert CROSSENTROPY.bounds == (0.0, math.inf)
    assert R2.bounds == (-math.inf, 1.0)
    assert bounded(Estimate(0.5, -0.2, 1.2), 0.0, 1.0) == Estimate(0.5, 0.0, 1.0)
    labels = np.array([0.0, 1.0, 0.0, 1.0])
    models = {"some": np.array([0.2, 0.9, 0.7, 0.6])}
    for name, estimate in compare(labels, models, "some", metrics=BINARY.test_metrics, compared=[])[
        "some"
    ].metrics.items():
        low, high = {metric.name: metric for metric in BINARY.test_metrics}[name].bounds
        assert low <= estimate.low <= estimate.high <= high


def test_a_split_of_few_rows_reaches_as_far_as_students_t() -> None:
    validation, test = np.array([[1.0, 2.0]]), np.array([[4.0, 5.0]])
    estimate = split_estimate(validation, test)
    assert estimate.value == 3.0
    assert estimate.high - 3.0 == pytest.approx(student_95(2) * math.sqrt(0.5))
    assert split_estimate(np.ones((1, 2)), np.ones((1, 3))) == Estimate(0.0, 0.0, 0.0)
