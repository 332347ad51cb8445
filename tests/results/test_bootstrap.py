"""Bootstrap intervals held to known answers."""

import numpy as np
import pytest

from hpsearch.metrics import TEST_METRICS
from hpsearch.results.bootstrap import bootstrap_intervals


def sample(rows: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Labels drawn from calibrated probabilities, so that every true value is known."""
    probabilities = rng.beta(2, 2, rows)
    return (rng.random(rows) < probabilities).astype(np.float64), probabilities


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """95 % intervals over 200 samples: fewer than 176 hits have a chance below 1 in 10,000."""
    rng = np.random.default_rng(1)
    labels, probabilities = sample(200_000, rng)
    truth = {m.name: m.reference(labels, probabilities) for m in TEST_METRICS}
    hits = dict.fromkeys(truth, 0)
    for seed in range(200):
        intervals = bootstrap_intervals(*sample(300, rng), draws=200, seed=seed)
        for name, value in truth.items():
            hits[name] += intervals[name].low <= value <= intervals[name].high
    assert min(hits.values()) >= 176, hits


def test_ties_count_half_in_the_area() -> None:
    labels = np.array([0.0, 1.0, 0.0, 1.0] * 50)
    interval = bootstrap_intervals(labels, np.full(200, 0.5))["auc"]
    assert (interval.low, interval.high) == (0.5, 0.5)


def test_the_width_shrinks_with_the_root_of_the_rows() -> None:
    rng = np.random.default_rng(2)
    few, many = (
        bootstrap_intervals(*sample(rows, rng))["binary_crossentropy"] for rows in (500, 8_000)
    )
    assert (few.high - few.low) / (many.high - many.low) == pytest.approx(4, rel=0.25)


@pytest.mark.parametrize("labels", [np.ones(5), np.zeros(5)])
def test_one_label_alone_is_refused(labels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="both labels"):
        bootstrap_intervals(labels, np.full(5, 0.5))
