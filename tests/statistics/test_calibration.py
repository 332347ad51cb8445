"""Calibration of models whose truth is known, and decisions held to scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, roc_auc_score, roc_curve

from hpsearch.statistics.calibration import BINS, Calibration, calibrate, choose_threshold
from hpsearch.study.weights import Costs, ThresholdRule

Array = NDArray[np.float64]


def calibrated(rows: int, seed: int) -> tuple[Array, Array]:
    """Labels drawn from the probabilities themselves."""
    rng = np.random.default_rng(seed)
    probabilities = rng.beta(2, 2, rows)
    return (rng.random(rows) < probabilities).astype(np.float64), probabilities


def sharpened(probabilities: Array) -> Array:
    """Twice the log-odds: a model that is too sure of itself."""
    odds = (probabilities / (1 - probabilities)) ** 2
    return odds / (1 + odds)


def within_chance(found: Calibration) -> bool:
    return found.error <= found.error_by_chance.high


@pytest.fixture(scope="module")
def samples() -> list[Calibration]:
    """Of 200 samples of a calibrated model, 500 rows each."""
    return [calibrate(*calibrated(500, seed), 0.5, seed=seed) for seed in range(200)]


def test_a_calibrated_model_is_within_chance_as_often_as_stated(samples: list[Calibration]) -> None:
    """Its error passes the 97.5 % quantile in 2.5 % of samples.

    Of 200 samples, 15 or more would: the chance of that is below 1 in 5,000.
    """
    assert sum(not within_chance(found) for found in samples) < 15


def test_the_error_by_chance_is_the_mean_error_of_calibrated_models(
    samples: list[Calibration],
) -> None:
    """The mean of 200 errors has a standard deviation of 0.0009; 4 of them are a chance of 1e-4."""
    drawn = np.mean([found.error for found in samples])
    expected = np.mean([found.error_by_chance.value for found in samples])
    assert drawn == pytest.approx(expected, abs=0.0036)
    assert expected > 0.03, "finite bins never match"


def test_intervals_of_the_bins_hold_the_truth_as_often_as_they_say(
    samples: list[Calibration],
) -> None:
    """2,000 bins of 95 %: fewer than 1,860 hits have a chance below 1 in 10,000."""
    bins = [one for found in samples for one in found.bins]
    assert len(bins) == 2_000
    assert sum(one.observed.low <= one.predicted <= one.observed.high for one in bins) >= 1_860


def test_a_model_that_is_too_sure_has_the_error_of_the_formula() -> None:
    """A bin of 2,000 rows is off by 0.011, the mean of ten by 0.0035; 4 of that are allowed."""
    labels, probabilities = calibrated(20_000, 3)
    sure = sharpened(probabilities)
    found = calibrate(labels, sure, 0.5)
    parts = np.array_split((probabilities - sure)[np.argsort(sure)], BINS)
    truth = np.mean([abs(part.mean()) for part in parts])
    assert found.error == pytest.approx(truth, abs=0.014)
    assert not within_chance(found)
    assert found.bins[-1].predicted > found.bins[-1].observed.high
    assert found.bins[0].predicted < found.bins[0].observed.low


def test_bins_hold_equal_numbers_of_rows_and_all_of_them() -> None:
    labels, probabilities = calibrated(1_003, 5)
    bins = calibrate(labels, probabilities, 0.5).bins
    assert len(bins) == BINS
    assert {one.rows for one in bins} == {100, 101}
    assert sum(one.rows * one.observed.value for one in bins) == pytest.approx(labels.sum())
    assert sum(one.rows * one.predicted for one in bins) == pytest.approx(probabilities.sum())
    predicted = [one.predicted for one in bins]
    assert predicted == sorted(predicted)


def test_rows_of_equal_probability_are_not_parted() -> None:
    """However the rows are sorted: here all of label 0 come first."""
    labels = np.repeat([0.0, 1.0], 500)
    found = calibrate(labels, np.full(1_000, 0.5), 0.5)
    assert [(one.predicted, one.observed.value, one.rows) for one in found.bins] == [
        (0.5, 0.5, 1_000)
    ]
    assert found.error == 0.0
    assert found.roc == ((0.0, 0.0), (1.0, 1.0))


def test_the_roc_is_that_of_scikit_learn() -> None:
    labels, probabilities = calibrated(150, 6)
    rounded = probabilities.round(2)
    false, true, _ = roc_curve(labels, rounded, drop_intermediate=False)
    found = calibrate(labels, rounded, 0.5).roc
    assert np.array(found) == pytest.approx(np.stack([false, true], axis=1))


def test_a_thinned_roc_keeps_its_ends_and_its_area() -> None:
    labels, probabilities = calibrated(20_000, 7)
    points = np.array(calibrate(labels, probabilities, 0.5).roc)
    assert len(points) == 201
    assert points[[0, -1]].tolist() == [[0.0, 0.0], [1.0, 1.0]]
    assert (np.diff(points, axis=0) >= 0).all()
    area = np.trapezoid(points[:, 1], points[:, 0])
    assert area == pytest.approx(roc_auc_score(labels, probabilities), abs=1e-3)


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 0.7, 1.1])
def test_the_confusion_is_that_of_scikit_learn(threshold: float) -> None:
    labels, probabilities = calibrated(400, 8)
    rounded = probabilities.round(1)
    found = calibrate(labels, rounded, threshold)
    assert found.threshold == threshold
    called = (rounded >= threshold).astype(np.float64)
    expected = confusion_matrix(labels, called, labels=[0.0, 1.0]).tolist()
    assert [list(row) for row in found.confusion] == expected


def test_scores_are_counted_by_label_with_both_ends() -> None:
    labels = np.array([0.0, 0.0, 1.0, 1.0, 1.0])
    found = calibrate(labels, np.array([0.0, 0.51, 0.51, 0.99, 1.0]), 0.5)
    assert [sum(bars) for bars in found.scores] == [2, 3]
    assert (found.scores[0][0], found.scores[0][10]) == (1, 1)
    assert (found.scores[1][10], found.scores[1][-1]) == (1, 2)


def test_the_same_input_gives_the_same_calibration() -> None:
    labels, probabilities = calibrated(300, 9)
    assert calibrate(labels, probabilities, 0.5) == calibrate(labels, probabilities, 0.5)
    other = calibrate(labels, probabilities, 0.5, seed=1)
    assert other.error_by_chance != calibrate(labels, probabilities, 0.5).error_by_chance


def test_the_threshold_parts_what_can_be_parted() -> None:
    labels = np.array([0.0, 0.0, 1.0, 1.0])
    assert choose_threshold(labels, np.array([0.1, 0.2, 0.4, 0.9])) == 0.4


def test_of_equal_thresholds_the_middle_one_is_taken() -> None:
    """Labels 0 1 0 1 0 1 by rank: cuts before ranks 1, 3 and 5 are right 4 times of 6."""
    assert choose_threshold(np.array([0.0, 1.0] * 3), np.arange(6) / 10) == 0.3


@pytest.mark.parametrize(("label", "called"), [(1.0, True), (0.0, False)])
def test_one_label_alone_is_called_throughout(label: float, called: bool) -> None:
    probabilities = np.array([0.0, 0.5, 1.0])
    threshold = choose_threshold(np.full(3, label), probabilities)
    assert ((probabilities >= threshold) == called).all()


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 0.1, 0.3, 0.6, 1.0])),
        min_size=1,
        max_size=30,
    )
)
def test_no_threshold_has_a_better_accuracy(rows: list[tuple[float, float]]) -> None:
    labels, probabilities = np.array(rows).T
    chosen = choose_threshold(labels, probabilities)

    def right(threshold: float) -> int:
        return int(((probabilities >= threshold) == (labels == 1)).sum())

    assert right(chosen) == max(right(one) for one in (0.0, 0.1, 0.3, 0.6, 1.0, 1.1))


@pytest.mark.parametrize("weighted", [False, True])
def test_thresholds_are_best_by_their_rule_among_all(weighted: bool) -> None:
    """Held to scikit-learn's counts at every threshold that there is."""
    labels, probabilities = calibrated(300, 8)
    probabilities = np.round(probabilities, 2)
    weights = np.random.default_rng(0).exponential(1, 300) if weighted else None

    def counts(threshold: float) -> tuple[float, float, float]:
        called = probabilities >= threshold
        matrix = confusion_matrix(labels, called, sample_weight=weights)
        return matrix[0, 1], matrix[1, 0], matrix[1, 1]

    def worth(rule: ThresholdRule, threshold: float) -> float:
        false, missed, found = counts(threshold)
        if isinstance(rule, Costs):
            return float(-rule.false_positive * false - rule.false_negative * missed)
        f1 = 2 * found / (2 * found + false + missed)
        return float(f1 if rule == "f1" else -false - missed)

    rules: tuple[ThresholdRule, ...] = ("accuracy", "f1", Costs(1, 9), Costs(4, 0.5))
    chosen = [choose_threshold(labels, probabilities, rule, weights) for rule in rules]
    for rule, threshold in zip(rules, chosen, strict=True):
        best = max(worth(rule, level) for level in (*np.unique(probabilities), 2.0))
        assert worth(rule, threshold) == pytest.approx(best)
    accuracy, _, careful, strict = chosen
    assert careful < accuracy < strict, "dear misses call more, dear alarms fewer"


def test_costs_that_are_equal_are_accuracy() -> None:
    labels, probabilities = calibrated(300, 9)
    expected = choose_threshold(labels, probabilities)
    assert choose_threshold(labels, probabilities, Costs(3, 3)) == expected


def test_rows_without_weight_choose_nothing() -> None:
    labels, probabilities = calibrated(300, 10)
    kept = np.arange(300) % 3 > 0
    for rule in ("accuracy", "f1"):
        few = choose_threshold(labels[kept], probabilities[kept], rule)
        weighted = choose_threshold(labels, probabilities, rule, kept.astype(float))
        called, other = (probabilities[kept] >= each for each in (few, weighted))
        assert (called == other).all()
