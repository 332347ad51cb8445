"""What pruning saved and what a search spent, held to sums by hand."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hpsearch.analysis.pruning import Pruning, best_so_far, weigh_pruning
from hpsearch.analysis.spending import core_seconds, endings
from hpsearch.record.trial import StateName, TrialRecord
from hpsearch.search.clock import EPOCH_SECONDS, OPERATIONS_PER_SECOND, Problem
from hpsearch.study.reading import check_study
from hpsearch.study.spec import StudySpec
from hpsearch.tasks.binary import BINARY, CROSSENTROPY
from hpsearch.training.curve import Curve

PROBLEM = Problem(columns=4, train_rows=100, validation_rows=50)


def operations(units: int) -> float:
    """Of an epoch of one hidden layer: 5 weights a unit and its 1 to the logit, with a bias."""
    return (6 * units + 1) * (6 * 100 + 2 * 50)


def epoch_seconds(units: int) -> float:
    return operations(units) / OPERATIONS_PER_SECOND + EPOCH_SECONDS


def spec() -> StudySpec:
    tables = {
        "study": {"name": "made"},
        "network": {"layers": 1},
        "space": {"units": {"int": [1, 8_192]}},
        "training": {"epochs": 100},
    }
    return check_study(tables, "made.toml")


def trial(number: int, state: StateName, epochs: int, **changes: Any) -> TrialRecord:
    made = TrialRecord(
        number=number,
        state=state,
        value=0.6,
        params={"units": 1_000},
        epochs=epochs,
        best_epoch=1,
        seed=number,
        cause="pruned by median" if state == "pruned" else "",
        started_seconds=0.0,
        ended_seconds=None if state == "running" else float(number),
    )
    return replace(made, **changes)


def falling(values: Sequence[float]) -> Curve:
    """A curve with these values on the validation rows."""
    curve = np.ones((len(values), 2, 2), np.float32)
    curve[:, 1, 0] = values
    return Curve(BINARY.curve_names, curve)


def weigh(trials: Sequence[TrialRecord], values: Sequence[float] = ()) -> Pruning:
    return weigh_pruning(trials, spec(), PROBLEM, 0, falling(values), "best")


def test_a_trial_costs_its_own_epochs() -> None:
    assert core_seconds(trial(0, "complete", 10), spec(), PROBLEM) == pytest.approx(
        10 * epoch_seconds(1_000)
    )


def test_what_was_not_run_is_added_up_at_each_network_s_own_cost() -> None:
    trials = [
        trial(0, "complete", 100),
        trial(1, "complete", 40),
        trial(2, "pruned", 30),
        trial(3, "pruned", 90, params={"units": 10}),
        trial(4, "pruned", 5, cause="diverged at epoch 5", value=None),
        trial(5, "running", 5),
        trial(6, "failed", 0, value=None),
    ]
    found = weigh(trials)
    assert (found.pruned, found.epochs) == (2, 120)
    assert found.core_seconds == pytest.approx(30 * epoch_seconds(1_000) + 90 * epoch_seconds(10))
    limit, complete = found.against_limit, found.against_complete
    assert (limit.length, limit.epochs) == (100, 70 + 10)
    assert limit.core_seconds == pytest.approx(70 * epoch_seconds(1_000) + 10 * epoch_seconds(10))
    assert complete is not None
    assert (complete.length, complete.epochs) == (70, 40)  # trial 3 is past the mean already
    assert complete.core_seconds == pytest.approx(40 * epoch_seconds(1_000))


def test_without_a_complete_trial_there_is_no_mean_length() -> None:
    found = weigh([trial(1, "pruned", 30)])
    assert found.against_complete is None
    assert found.against_limit.epochs == 70


def test_without_pruned_trials_nothing_was_saved() -> None:
    found = weigh([trial(0, "complete", 100)], [0.6])
    assert (found.pruned, found.epochs, found.core_seconds) == (0, 0, 0)
    assert found.against_limit.core_seconds == 0
    assert found.beside == ()


def test_pruned_trials_are_held_to_the_winner_at_their_epoch() -> None:
    trials = [
        trial(0, "complete", 4, value=0.5),
        trial(1, "pruned", 1, value=0.65),  # the winner stands at 0.70
        trial(2, "pruned", 2, value=0.66),  # at 0.60
        trial(3, "pruned", 3, value=float(np.float32(0.60))),  # at 0.60 still: as good is not ahead
        trial(4, "pruned", 9, value=0.49),  # at 0.50, its best, as it ran for 4 epochs
    ]
    found = weigh(trials, [0.70, 0.60, 0.62, 0.50])
    told = [(one.trial, one.epoch, one.value, round(one.winner, 6)) for one in found.ahead]
    assert told == [(1, 1, 0.65, 0.7), (4, 9, 0.49, 0.5)]
    assert [one.trial for one in found.beside] == [1, 4, 3, 2]


def test_without_a_winner_or_its_curve_nothing_is_compared() -> None:
    trials = [trial(0, "complete", 4), trial(1, "pruned", 1)]
    assert weigh(trials).beside == ()
    assert weigh_pruning(trials[1:], spec(), PROBLEM, None, falling([]), "best").beside == ()


def test_the_best_so_far_leaves_out_what_is_not_finite() -> None:
    found = best_so_far(CROSSENTROPY, falling([np.nan, 0.5, np.inf, 0.75, 0.25]), "best")
    assert found == [np.inf, 0.5, 0.5, 0.5, 0.25]
    assert best_so_far(CROSSENTROPY, falling([]), "best") == []


def test_a_winner_that_keeps_its_last_weights_stands_with_those_of_the_epoch() -> None:
    found = best_so_far(CROSSENTROPY, falling([0.5, 0.25, 0.75]), "last")
    assert found == [0.5, 0.25, 0.75]
    trials = [trial(0, "complete", 4), trial(1, "pruned", 2, value=0.3)]
    (beside,) = weigh_pruning(trials, spec(), PROBLEM, 0, falling([0.5, 0.25, 0.75]), "last").beside
    assert (beside.winner, beside.ahead) == (0.25, False)


def test_core_seconds_add_up_by_the_end_of_each_trial() -> None:
    """Two trials at a time: 0 and 1 from the start, then 2 after 1, which was short."""
    each = epoch_seconds(1_000)
    trials = [
        trial(0, "complete", 100, ended_seconds=100 * each),
        trial(1, "pruned", 30, ended_seconds=30 * each),
        trial(2, "complete", 50, started_seconds=30 * each, ended_seconds=90 * each),
        trial(3, "running", 10, started_seconds=90 * each),
    ]
    found = endings(trials, spec(), PROBLEM)
    assert [one.trial.number for one in found] == [1, 2, 0]
    # 2 stopped early, after 50 of the 60 epochs that the clock gave it
    spent = [30 + 30, 90 + 30 + 50, 100 + 30 + 50 + 10]
    assert [one.core_seconds / each for one in found] == pytest.approx(spent)


def test_trials_that_end_at_once_stand_by_number() -> None:
    trials = [trial(number, "complete", 1, ended_seconds=1.0) for number in (2, 0, 1)]
    assert [one.trial.number for one in endings(trials, spec(), PROBLEM)] == [0, 1, 2]
