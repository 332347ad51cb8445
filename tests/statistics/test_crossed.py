"""Intervals over seeds and rows at once, held to known answers."""

import numpy as np
import pytest
from scipy.stats import binom, t

from hpsearch.statistics.crossed import crossed_mean
from hpsearch.statistics.estimate import Estimate

TABLES = 400

#: Deviations of seed, row and rest, and how many seeds there are.
EFFECTS = [
    pytest.param(1.0, 0.0, 0.0, 3, id="seeds alone"),
    pytest.param(0.0, 1.0, 0.0, 3, id="rows alone"),
    pytest.param(0.1, 1.0, 1.0, 3, id="all of like weight"),
    pytest.param(0.05, 1.0, 1.0, 10, id="many seeds"),
    pytest.param(0.0, 0.0, 1.0, 3, id="the rest alone"),
]


def tables(seed: float, row: float, rest: float, seeds: int, rows: int = 100) -> list[np.ndarray]:
    """Tables of random effects around a mean of 0."""
    rng = np.random.default_rng([seeds, round(100 * seed), round(100 * row)])
    return [
        rng.normal(0, seed, (seeds, 1))
        + rng.normal(0, row, (1, rows))
        + rng.normal(0, rest, (seeds, rows))
        for _ in range(TABLES)
    ]


def covered(drawn: list[np.ndarray]) -> int:
    estimates = [crossed_mean(table) for table in drawn]
    return sum(one.low <= 0 <= one.high for one in estimates)


@pytest.mark.parametrize(("seed", "row", "rest", "seeds"), EFFECTS)
def test_an_interval_holds_the_truth_as_often_as_it_says(
    seed: float, row: float, rest: float, seeds: int
) -> None:
    """Of 400 intervals of 95 %, fewer than ``least`` hold it with a chance of 1 in 10,000."""
    least = binom.ppf(1e-4, TABLES, 0.95)
    assert covered(tables(seed, row, rest, seeds)) >= least


@pytest.mark.parametrize(("seeds", "share"), [(2, 0.87), (3, 0.92)])
def test_at_its_worst_it_holds_the_truth_as_often_as_its_docstring_says(
    seeds: int, share: float
) -> None:
    """Seeds have ten times the variance of rows. Either end is passed with 1 in 10,000."""
    least, most = binom.ppf([1e-4, 1 - 1e-4], TABLES, share)
    worst = (seeds * 10 / 100) ** 0.5
    assert least <= covered(tables(worst, 1.0, 0.0, seeds)) <= most


def test_rows_alone_would_be_too_sure() -> None:
    """Where seeds differ, intervals over rows hold the truth far less often."""
    assert covered([table[:1] for table in tables(1.0, 1.0, 0.0, 3)]) < TABLES // 2


def test_counting_the_rest_twice_makes_an_interval_wider_by_the_root_of_two() -> None:
    """Mean width of 400, whose standard error is 0.3 % of it: 5 % off is no chance."""
    many = tables(0.0, 0.0, 1.0, 50)
    width = np.mean([one.high - one.low for one in map(crossed_mean, many)])
    exact = 2 * 1.96 / np.sqrt(50 * 100)
    assert width / exact == pytest.approx(np.sqrt(2), rel=0.05)


def test_one_seed_gives_the_usual_interval_over_rows() -> None:
    row = np.random.default_rng(3).normal(0.2, 1.0, 50)
    reach = float(t.ppf(0.975, 49)) * row.std(ddof=1) / np.sqrt(50)
    estimate = crossed_mean(row[None])
    assert estimate.value == pytest.approx(row.mean())
    assert estimate.high - estimate.value == pytest.approx(reach)
    assert estimate.value - estimate.low == pytest.approx(reach)


def test_seeds_that_differ_by_a_constant_have_the_usual_interval_over_seeds() -> None:
    offsets = np.array([0.1, 0.4, 0.7])
    reach = float(t.ppf(0.975, 2)) * offsets.std(ddof=1) / np.sqrt(3)
    estimate = crossed_mean(np.tile(offsets[:, None], (1, 20)))
    assert estimate.high - estimate.value == pytest.approx(reach)


def test_no_variance_gives_no_width() -> None:
    assert crossed_mean(np.full((3, 20), 0.25)) == Estimate(0.25, 0.25, 0.25)
    assert crossed_mean(np.zeros((1, 2), np.float32)) == Estimate(0, 0, 0)


def test_losses_in_single_precision_are_summed_in_double() -> None:
    table = np.full((3, 100_000), 0.1, np.float32)
    assert crossed_mean(table).value == pytest.approx(float(np.float32(0.1)), abs=1e-12)
