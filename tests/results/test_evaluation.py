"""Re-training, the leaderboard over seeds, and the one look at the test rows."""

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

from hpsearch.data.splits import Scaling, SealedTest
from hpsearch.data.table import Features, Labels
from hpsearch.errors import WorkerError
from hpsearch.results.leaderboard import best_trials, importances
from hpsearch.results.reading import read_outcome
from hpsearch.results.reevaluate import best_weights, retrain
from hpsearch.results.standings import standings, winner
from hpsearch.results.test import Predict, already_measured, measure, recorded_test
from hpsearch.search.folder import StudyFolder, write_folder
from hpsearch.search.loop import search
from hpsearch.search.record import Record
from hpsearch.search.trial import TrialRecord
from hpsearch.training.segment import Segment
from tests.doubles import PROBLEM, FormulaTrainer, Pool, small_study
from tests.facts import FACTS


def trial(number: int, value: float | None, state: Any = "complete", units: int = 0) -> TrialRecord:
    params = {"units": units or number}
    return TrialRecord(number, state, value, params, 5, 3, 1, "", 0.0, 1.0)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[StudyFolder]:
    """A study that was searched, not evaluated yet."""
    spec = small_study(evaluate__top=3, evaluate__seeds=2, search__trials=16)
    with write_folder(tmp_path, spec, FACTS) as folder:
        for _ in search(spec, PROBLEM, folder.record, folder.files, Pool(FormulaTrainer(8))):
            pass
        yield folder


def finish(folder: StudyFolder, pool: Pool) -> None:
    *_, (done, total) = retrain(folder, PROBLEM, pool.train)
    assert done == total


def look(
    folder: StudyFolder, pool: Pool, features: Features, labels: Labels, predict: Predict
) -> None:
    """Measure the winner on test rows."""
    found = winner(folder)
    assert found is not None
    runs, exported = found
    measure(
        folder.record,
        SealedTest(features, labels),
        Scaling.fit(features),
        runs=runs,
        weights=best_weights(folder, PROBLEM, pool.train, runs),
        exported=exported,
        predict=predict,
    )


def test_the_best_are_complete_distinct_and_in_order() -> None:
    trials = [
        trial(0, 0.6),
        trial(1, 0.5),
        trial(2, 0.1, "pruned"),
        trial(3, 0.5),
        trial(4, 0.5, units=1),
        trial(5, None, "failed"),
    ]
    assert [one.number for one in best_trials(trials, 9)] == [1, 3, 0]
    assert [one.number for one in best_trials(trials, 1)] == [1]


def test_the_leaderboard_ranks_by_the_mean_over_seeds(folder: StudyFolder) -> None:
    finish(folder, Pool(FormulaTrainer(8), 4, 1))
    ranked = standings(folder)
    assert [one.rank for one in ranked] == [1, 2, 3]
    assert [one.mean for one in ranked] == sorted(one.mean for one in ranked)
    for one in ranked:
        values = [run.value for run in one.runs]
        assert len({run.seed for run in one.runs}) == 2
        assert one.mean == pytest.approx(np.mean(values))
        assert one.deviation == pytest.approx(np.std(values, ddof=1))
        assert one.params["layers"]


def test_what_was_retrained_is_kept_and_more_seeds_are_added(folder: StudyFolder) -> None:
    finish(folder, Pool(FormulaTrainer(8)))
    again = Pool(FormulaTrainer(8))
    finish(folder, again)
    assert again.segments == []


def test_lost_weights_are_trained_again_to_the_same_values(folder: StudyFolder) -> None:
    pool = Pool(FormulaTrainer(8))
    finish(folder, pool)
    found = winner(folder)
    assert found is not None
    runs, _ = found
    before = best_weights(folder, PROBLEM, pool.train, runs)
    folder.files.drop_states()
    again = Pool(FormulaTrainer(8))
    after = best_weights(folder, PROBLEM, again.train, runs)
    assert len(again.segments) == len(runs)
    np.testing.assert_array_equal(before, after)


def test_a_configuration_that_diverges_with_a_seed_does_not_win(folder: StudyFolder) -> None:
    best = best_trials(folder.record.trials(), 1)[0]

    def diverges(segment: Segment) -> bool:
        return segment.knobs.learning_rate == best.params["learning_rate"]

    finish(folder, Pool(FormulaTrainer(8, diverges)))
    last = standings(folder)[-1]
    assert (last.trial, last.mean) == (best.number, float("inf"))
    assert all(run.diverged for run in last.runs)


def test_the_test_rows_are_opened_once_and_the_opening_is_in_the_record(
    folder: StudyFolder,
) -> None:
    pool = Pool(FormulaTrainer(8))
    finish(folder, pool)
    found = winner(folder)
    assert found is not None
    runs, exported = found
    rng = np.random.default_rng(0)
    labels = (rng.random(400) < 0.5).astype(np.float32)
    features = rng.normal(size=(400, 2)).astype(np.float32)
    scores = [np.clip(0.3 * labels + rng.uniform(0, 0.7, 400), 0.01, 0.99) for _ in runs]
    openings_seen = []

    def predict(*arguments: Any) -> Future[Any]:
        openings_seen.append(len(folder.record.fact("openings", [])))
        np.testing.assert_array_equal(arguments[-1], features)
        future: Future[Any] = Future()
        future.set_result(scores[len(openings_seen) - 1])
        return future

    assert recorded_test(folder.record) is None
    assert not already_measured(folder.record, runs, exported)
    look(folder, pool, features, labels, predict)
    assert openings_seen == [1] * len(runs)
    result = recorded_test(folder.record)
    assert result is not None
    assert (result.trial, result.rows) == (runs[0].trial.number, 400)
    assert [opening.trial for opening in result.openings] == [result.trial]
    for measured in result.metrics.values():
        assert measured.low < measured.value < measured.high
        assert measured.value == measured.seeds[exported]
    assert already_measured(folder.record, runs, exported)
    assert not already_measured(folder.record, runs[:1], 0)
    outcome = read_outcome(folder)
    assert outcome.test == result
    assert outcome.standings[0].trial == result.trial
    assert len(outcome.run_curve(result.trial, 0)) == outcome.standings[0].runs[0].epochs


@pytest.mark.parametrize("trials", [9, 30])
def test_importance_needs_trials_and_sums_to_one(tmp_path: Path, trials: int) -> None:
    record = Record(tmp_path / "study.db", "important")
    rate = optuna.distributions.FloatDistribution(1e-4, 1e-1, log=True)
    momentum = optuna.distributions.FloatDistribution(0.0, 0.9)
    for number in range(trials):
        params = {"learning_rate": 1e-4 * 1000 ** (number / trials)}
        if number == 4:  # alive once
            params["momentum"] = 0.5
        trial = optuna.trial.create_trial(
            params=params,
            distributions={"learning_rate": rate, "momentum": momentum}
            if number == 4
            else {"learning_rate": rate},
            value=0.5 + number / 100,
            user_attrs={"seed": 1, "started_seconds": 0.0},
        )
        trial.number = number
        record.asked(trial)
    found = importances(record)
    record.close()
    if trials < 10:
        assert found == {}
    else:
        assert sum(found.values()) == pytest.approx(1, abs=0.01)
        assert max(found, key=lambda name: found[name]) == "learning_rate"


def test_a_look_that_was_cut_short_is_taken_up_and_counted_once(folder: StudyFolder) -> None:
    pool = Pool(FormulaTrainer(8))
    finish(folder, pool)
    features, labels = np.zeros((40, 2), np.float32), np.tile(np.array([0, 1], np.float32), 20)

    def dies(*_: Any) -> Future[Any]:
        raise WorkerError("killed")

    def lives(*_: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(np.linspace(0.2, 0.8, 40))
        return future

    for _ in range(2):
        with pytest.raises(WorkerError):
            look(folder, pool, features, labels, dies)
        assert recorded_test(folder.record) is None
        assert len(folder.record.fact("openings", [])) == 1
    look(folder, pool, features, labels, lives)
    result = recorded_test(folder.record)
    assert result is not None
    assert len(result.openings) == 1
