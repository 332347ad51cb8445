"""Bootstrap intervals held to known answers."""

from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray

from hpsearch.statistics import bootstrap
from hpsearch.statistics.bootstrap import Comparison
from hpsearch.statistics.estimate import Estimate
from hpsearch.statistics.few_rows import widened
from hpsearch.tasks.binary import AUC, BINARY, CROSSENTROPY

Array = NDArray[np.float64]

METRICS = BINARY.test_metrics

#: Over the metrics of the binary task.
compare = partial(bootstrap.compare, metrics=METRICS, compared=(CROSSENTROPY, AUC))


def sample(rows: int, rng: np.random.Generator) -> tuple[Array, dict[str, Array]]:
    """Labels drawn from calibrated probabilities, and a model that knows less of them.

    ``blurred`` sees the log-odds through a fixed amount of noise, so both are much alike.
    """
    probabilities = rng.beta(2, 2, rows)
    labels = (rng.random(rows) < probabilities).astype(np.float64)
    odds = np.log(probabilities / (1 - probabilities)) + 0.5 * rng.normal(size=rows)
    return labels, {"calibrated": probabilities, "blurred": 1 / (1 + np.exp(-odds))}


def width(estimate: Estimate) -> float:
    return estimate.high - estimate.low


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """95 % intervals over 200 samples: fewer than 176 hits have a chance below 1 in 10,000.

    That is for each of 8 intervals that truly hold 95 %, so below 1 in 1,000 for all of them.
    """
    rng = np.random.default_rng(1)
    labels, models = sample(200_000, rng)
    truth = {
        (model, metric.name): metric.reference(labels, probabilities)
        for model, probabilities in models.items()
        for metric in METRICS
    }
    apart = {
        name: truth["blurred", name] - truth["calibrated", name]
        for name in ("binary_crossentropy", "auc")
    }
    hits = dict.fromkeys([*truth, *apart], 0)
    for seed in range(200):
        found = compare(*sample(300, rng), "calibrated", draws=200, seed=seed)
        for (model, name), value in truth.items():
            estimate = found[model].metrics[name]
            hits[model, name] += estimate.low <= value <= estimate.high
        for name, value in apart.items():
            estimate = found["blurred"].differences[name]
            hits[name] += estimate.low <= value <= estimate.high
    assert min(hits.values()) >= 176, hits


def test_values_are_the_metrics_and_lie_inside_their_intervals() -> None:
    labels, models = sample(1_000, np.random.default_rng(3))
    found = compare(labels, models, "calibrated")
    assert list(found) == ["calibrated", "blurred"]
    for name, probabilities in models.items():
        for metric in METRICS:
            estimate = found[name].metrics[metric.name]
            assert estimate.value == metric.reference(labels, probabilities)
            assert estimate.low < estimate.value < estimate.high
    for name, estimate in found["blurred"].differences.items():
        alone = found["blurred"].metrics[name].value - found["calibrated"].metrics[name].value
        assert estimate.value == alone
        assert estimate.low < alone < estimate.high


def test_a_difference_is_paired() -> None:
    """Were the rows of both drawn apart, its variance would be the sum of the variances."""
    labels, models = sample(2_000, np.random.default_rng(4))
    found = compare(labels, models, "calibrated")
    for name in ("binary_crossentropy", "auc"):
        widths = [width(found[model].metrics[name]) for model in models]
        alone = np.hypot(widths[0], widths[1])
        assert width(found["blurred"].differences[name]) < 0.6 * alone


def test_the_reference_and_what_equals_it_differ_by_exactly_nothing() -> None:
    labels, models = sample(777, np.random.default_rng(5))
    same = models["calibrated"]
    found = compare(labels, {**models, "same": same.copy()}, "calibrated")
    nothing = Estimate(0.0, 0.0, 0.0)
    for model in ("calibrated", "same"):
        assert found[model].differences == {"binary_crossentropy": nothing, "auc": nothing}
    assert found["same"].metrics == found["calibrated"].metrics


def test_a_difference_is_of_the_sign_that_the_reference_gives_it() -> None:
    labels, models = sample(5_000, np.random.default_rng(6))
    there = compare(labels, models, "calibrated")["blurred"].differences
    back = compare(labels, models, "blurred")["calibrated"].differences
    assert there["binary_crossentropy"].low > 0 > there["auc"].high
    for name, estimate in there.items():
        ends = (-back[name].value, -back[name].high, -back[name].low)
        assert (estimate.value, estimate.low, estimate.high) == pytest.approx(ends)


def test_a_model_fares_alike_in_any_company() -> None:
    """The rows are drawn by the seed alone, so that a baseline more changes no interval."""
    labels, models = sample(500, np.random.default_rng(7))
    alone: Comparison = compare(labels, {"blurred": models["blurred"]}, "blurred")["blurred"]
    assert compare(labels, models, "calibrated")["blurred"].metrics == alone.metrics


def test_ties_count_half_in_the_area() -> None:
    labels = np.array([0.0, 1.0, 0.0, 1.0] * 50)
    models = {"flat": np.full(200, 0.5), "coarse": np.tile([0.2, 0.2, 0.2, 0.8], 50)}
    found = compare(labels, models, "flat")
    assert found["flat"].metrics["auc"] == Estimate(0.5, 0.5, 0.5)
    coarse = found["coarse"].metrics["auc"]
    assert coarse.value == 0.75
    assert 0.65 < coarse.low < 0.75 < coarse.high < 0.85


def test_a_drawn_area_is_that_of_the_drawn_rows() -> None:
    """One draw alone: from the metric of the rows that the seed draws to that of all rows."""
    labels, models = sample(300, np.random.default_rng(8))
    rounded = {name: probabilities.round(1) for name, probabilities in models.items()}
    drawn = np.random.default_rng(9).integers(0, 300, 300)
    found = compare(labels, rounded, "calibrated", draws=1, seed=9)
    for name, probabilities in rounded.items():
        for metric in METRICS:
            estimate = found[name].metrics[metric.name]
            of_draw = metric.reference(labels[drawn], probabilities[drawn])
            value = metric.reference(labels, probabilities)
            drawn_ends = Estimate(value, min(value, of_draw), max(value, of_draw))
            ends = widened(drawn_ends, 300)
            assert estimate.low == pytest.approx(ends.low, abs=1e-12)
            assert estimate.high == pytest.approx(ends.high, abs=1e-12)
            assert estimate.value in (estimate.low, estimate.high)


def test_the_width_shrinks_with_the_root_of_the_rows() -> None:
    rng = np.random.default_rng(2)
    few, many = (
        compare(*sample(rows, rng), "calibrated")["calibrated"].metrics["binary_crossentropy"]
        for rows in (500, 8_000)
    )
    assert width(few) / width(many) == pytest.approx(4, rel=0.25)


@pytest.mark.parametrize("labels", [np.ones(5), np.zeros(5)])
def test_targets_that_are_all_equal_are_refused(labels: Array) -> None:
    with pytest.raises(ValueError, match="targets that differ"):
        compare(labels, {"flat": np.full(5, 0.5)}, "flat")


def test_a_probability_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        compare(np.array([0.0, 1.0]), {"broken": np.array([0.5, np.nan])}, "broken")
