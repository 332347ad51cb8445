"""Luck held to known answers: trials whose true losses, and whose luck, the simulation knows."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from statistics import fmean, stdev

import numpy as np
import pytest
from scipy.special import ndtr

from hpsearch.analysis.luck import average_selection
from hpsearch.evaluation.leaderboard import Standing
from hpsearch.evaluation.runs import Trained
from hpsearch.statistics.split import split_estimate
from hpsearch.statistics.stability import first_by_one_seed, resample_rows, rows_needed
from hpsearch.tasks.binary import CROSSENTROPY
from tests.outcomes import make_trial, retraining_runs

#: Mean of the largest of so many standard normal values (Harter, Biometrika 48, 1961).
LARGEST = {10: 1.53875, 50: 2.24907}

TRUE, RESOLUTION = 0.55, 0.005


def stand(search_value: float, values: Sequence[float], trial: int = 0) -> Standing:
    """A configuration that the search saw at one value and fresh seeds at others."""
    runs = tuple(
        Trained(replace(run, seed=run.index), value, 1, 1)
        for run, value in zip(retraining_runs(make_trial(trial), len(values)), values, strict=True)
    )
    deviation = stdev(values) if len(values) > 1 and math.isfinite(sum(values)) else 0.0
    return Standing(1, trial, {}, search_value, fmean(values), deviation, runs)


def draw_losses(
    rng: np.random.Generator, true: np.ndarray, rows: int, common: float = 0.4, own: float = 0.25
) -> np.ndarray:
    """Row losses of trials around their true losses: rows are hard for all, or for one."""
    hard = common * rng.normal(size=rows)
    return np.asarray(true[:, None] + hard + own * rng.normal(size=(len(true), rows)))


def apart(mean: float, deviation: float, rows: int, seed: int) -> np.ndarray:
    """Values with exactly this mean and sample standard deviation."""
    drawn = np.random.default_rng(seed).normal(size=rows)
    return np.asarray((drawn - drawn.mean()) / drawn.std(ddof=1) * deviation + mean)


def test_the_split_interval_holds_the_truth_as_often_as_it_says() -> None:
    """95 % intervals over 400 samples: fewer than 362 hits have a chance below 1 in 10,000.

    Seeds share the rows, so an interval over seeds times rows would be too narrow.
    """
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(400):
        validation = draw_losses(rng, np.full(3, TRUE), 300)
        test = draw_losses(rng, np.full(3, TRUE + 0.02), 900)
        found = split_estimate(validation, test)
        hits += found.low <= 0.02 <= found.high
    assert 362 <= hits < 400, hits


def test_a_split_is_exact_where_rows_are_alike() -> None:
    found = split_estimate(np.full((2, 5), 0.5), np.full((2, 7), 0.75))
    assert (found.value, found.low, found.high) == (0.25, 0.25, 0.25)


def test_selection_recovers_the_luck_of_the_best_seed() -> None:
    """50 equal configurations with seed noise 0.01: the best is 0.0225 too good on average.

    The mean of 300 searches leaves 4 standard errors in fewer than 1 of 10,000 runs; so do the
    intervals that hold the truth fewer than 268 times.
    """
    rng = np.random.default_rng(2)
    found, hits = [], 0
    for _ in range(300):
        promised = float((TRUE + 0.01 * rng.normal(size=50)).min())
        selection = average_selection(
            CROSSENTROPY, [stand(promised, (TRUE + 0.01 * rng.normal(size=4)).tolist())]
        )
        assert selection is not None
        found.append(selection.value)
        hits += selection.low <= TRUE - promised <= selection.high
    assert fmean(found) == pytest.approx(0.01 * LARGEST[50], abs=4 * stdev(found) / math.sqrt(300))
    assert hits >= 268, hits


def test_selection_on_average_holds_the_truth_as_often_as_it_says() -> None:
    """Of the best three of 50, over 300 searches; fewer than 268 hits are below 1 in 10,000."""
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(300):
        best = np.sort(TRUE + 0.01 * rng.normal(size=50))[:3].tolist()
        standings = [stand(value, (TRUE + 0.01 * rng.normal(size=3)).tolist()) for value in best]
        selection = average_selection(CROSSENTROPY, standings)
        assert selection is not None
        hits += selection.low <= TRUE - fmean(best) <= selection.high
    assert hits >= 268, hits


def test_selection_without_an_interval_or_a_value() -> None:
    single = average_selection(CROSSENTROPY, [stand(0.50, [0.53])])
    assert single is not None
    assert single.value == pytest.approx(0.03)
    assert (single.low, single.high) == (-math.inf, math.inf)
    assert not single.excludes_zero
    assert average_selection(CROSSENTROPY, [stand(0.50, [0.53, math.inf])]) is None
    assert average_selection(CROSSENTROPY, []) is None


def test_choosing_on_equal_trials_is_corrected_by_just_its_luck() -> None:
    """10 equal trials on 200 rows: the best is 0.25 / 14.1 * 1.54 = 0.0272 too good on average.

    Means of 200 searches; each leaves 4 standard errors in fewer than 1 of 10,000 runs.
    """
    rng = np.random.default_rng(4)
    known = 0.25 / math.sqrt(200) * LARGEST[10]
    resampled = [
        resample_rows(draw_losses(rng, np.full(10, TRUE), 200), draws=100) for _ in range(200)
    ]
    luck = [one.luck for one in resampled]
    corrected = [one.corrected.value for one in resampled]
    root = math.sqrt(200)
    assert fmean(luck) == pytest.approx(known, abs=4 * stdev(luck) / root)
    assert fmean(corrected) == pytest.approx(TRUE, abs=4 * stdev(corrected) / root)


def test_choosing_among_unequal_trials_is_corrected_by_its_luck_or_a_little_more() -> None:
    """True losses 0.05 apart at most: the simulation knows how far the best lies below its own.

    Over 300 searches; the two means are wrong together in fewer than 1 of 10,000 runs. The 95 %
    intervals hold the chosen trial's true loss more often, as they say.
    """
    rng = np.random.default_rng(5)
    true = TRUE + 0.05 * np.linspace(0, 1, 10)
    known, found, hits = [], [], 0
    for _ in range(300):
        # Without rows that are hard for all, whose chance hides the luck of the choice.
        resampled = resample_rows(draw_losses(rng, true, 200, common=0), draws=100)
        known.append(float(true[resampled.best]) - resampled.value)
        found.append(resampled.luck)
        hits += resampled.corrected.low <= true[resampled.best] <= resampled.corrected.high
    error = stdev([a - b for a, b in zip(found, known, strict=True)]) / math.sqrt(300)
    assert fmean(known) - 4 * error <= fmean(found) <= 1.25 * fmean(known) + 4 * error
    assert hits >= 268, hits


@pytest.mark.parametrize("difference", [0.0, 0.005, 0.02])
def test_two_trials_win_as_often_as_their_difference_allows(difference: float) -> None:
    """1,000 draws: 4 standard errors are left in fewer than 1 of 10,000 runs."""
    first = np.random.default_rng(6).normal(TRUE, 0.5, 500)
    losses = np.stack([first, first + apart(difference, 0.25, 500, 7)])
    shares = resample_rows(losses).shares
    known = float(ndtr(-difference * math.sqrt(500) / 0.25))
    assert shares[1] == pytest.approx(known, abs=4 * math.sqrt(known * (1 - known) / 1_000))
    assert shares.sum() == 1


def test_equal_trials_win_equally_often() -> None:
    """10 trials over 200 searches: a mean share leaves 4 standard errors in 1 of 1,000 runs."""
    rng = np.random.default_rng(8)
    shares = np.stack(
        [
            resample_rows(draw_losses(rng, np.full(10, TRUE), 200), draws=100).shares
            for _ in range(200)
        ]
    )
    errors = shares.std(axis=0, ddof=1) / math.sqrt(200)
    assert np.abs(shares.mean(axis=0) - 0.1).max() <= 4 * errors.max()


def test_resampling_is_repeatable_and_its_first_is_the_best() -> None:
    losses = draw_losses(np.random.default_rng(9), np.full(3, TRUE), 50).astype(np.float32)
    once, again = resample_rows(losses), resample_rows(losses)
    assert once.best == int(losses.astype(np.float64).mean(axis=1).argmin())
    assert once.shares.tolist() == again.shares.tolist()
    assert once.corrected == again.corrected


def test_a_trial_alone_wins_always() -> None:
    """Its correction is chance alone, 4 standard errors are left in 1 of 10,000 runs."""
    losses = apart(TRUE, 0.5, 400, 10)[None]
    alone = resample_rows(losses)
    assert alone.shares.tolist() == [1.0]
    outside = 0.5 / math.sqrt(400 * 0.37)
    assert alone.luck == pytest.approx(0, abs=4 * outside / math.sqrt(1_000))


def test_a_handful_of_rows_is_enough_to_resample() -> None:
    resampled = resample_rows(np.array([[0.5, 0.7], [0.6, 0.8]]))
    assert (resampled.best, resampled.shares.tolist()) == (0, [1.0, 0.0])
    assert resampled.corrected.low >= 0.5


def test_one_seed_each_is_the_same_as_every_combination() -> None:
    values = [[0.51, 0.53, 0.58], [0.52, 0.54], [0.50, 0.58, math.inf, 0.55]]
    wins = [0, 0, 0]
    for drawn in product(*values):
        wins[drawn.index(min(drawn))] += 1
    known = [count / sum(wins) for count in wins]
    assert first_by_one_seed(values) == pytest.approx(known)


def test_equal_seeds_leave_the_first_in_front() -> None:
    assert first_by_one_seed([[0.5], [0.5]]) == (1.0, 0.0)
    assert first_by_one_seed([[math.inf], [math.inf]]) == (1.0, 0.0)
    assert first_by_one_seed([]) == ()


def test_rows_needed_follow_from_the_median_difference() -> None:
    """Nine differences of known deviation, the median 0.25: (1.96 * 0.25 / 0.005) ** 2 rows."""
    best = np.random.default_rng(11).normal(TRUE, 0.5, 1_000)
    others = [best + apart(0.01, 0.05 * step, 1_000, step) for step in range(1, 10)]
    far = best + apart(0.5, 9.0, 1_000, 12)  # the eleventh takes no part
    needed = rows_needed(np.stack([far, *others, best]), 0.005)
    assert needed.deviation == pytest.approx(0.25)
    assert needed.needed == pytest.approx(9_604, abs=1)
    assert needed.resolved == pytest.approx(1.96 * 0.25 / math.sqrt(1_000))
    assert not needed.enough


def test_rows_that_are_needed_resolve_what_they_should() -> None:
    first = np.random.default_rng(13).normal(TRUE, 0.5, 2_000)
    needed = rows_needed(np.stack([first, first + apart(0.01, 0.11, 2_000, 14)]), RESOLUTION)
    assert needed.enough
    assert needed.resolved < RESOLUTION
    assert pytest.approx(1.96 * 0.11 / math.sqrt(needed.needed), rel=1e-3) == RESOLUTION
