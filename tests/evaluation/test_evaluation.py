"""Re-training, the leaderboard over seeds, and the one look at the test rows."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

from hpsearch.data.columns import RawRows, number_columns
from hpsearch.data.features.table_preprocessing import TablePreprocessing
from hpsearch.data.folds import Prepared, Split
from hpsearch.data.parts import SealedTest
from hpsearch.data.table import Labels
from hpsearch.errors import WorkerError
from hpsearch.evaluation.candidates import Candidates, find_candidates
from hpsearch.evaluation.importance import importances
from hpsearch.evaluation.leaderboard import read_leaderboard
from hpsearch.evaluation.opening import (
    Predictors,
    already_measured,
    measure,
    recorded_test,
)
from hpsearch.evaluation.reading import read_outcome
from hpsearch.evaluation.retraining import best_trials, wanted_retrainings
from hpsearch.evaluation.runs import best_weights, train_runs, trained
from hpsearch.models.arrays import Arrays
from hpsearch.models.preparation import Preparation
from hpsearch.record.folder import StudyFolder, write_folder
from hpsearch.record.journal import Journal
from hpsearch.record.record import Record
from hpsearch.record.trial import TrialRecord
from hpsearch.search.loop import search
from hpsearch.study.weights import Costs
from hpsearch.tasks.binary import BINARY
from hpsearch.training.run import Run
from hpsearch.training.segment import Segment
from tests.doubles import PROBLEM, FormulaTrainer, ThreadPool, small_study, tiny_fold
from tests.facts import FACTS


def trial(number: int, value: float | None, state: Any = "complete", units: int = 0) -> TrialRecord:
    params = {"units": units or number}
    return TrialRecord(number, state, value, params, 5, 3, 1, "", 0.0, 1.0)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[StudyFolder]:
    """A study that was searched, not evaluated yet."""
    spec = small_study(evaluate__top=3, evaluate__seeds=2, search__trials=16)
    with write_folder(tmp_path, spec, FACTS) as folder:
        for _ in search(spec, PROBLEM, folder.record, folder.files, ThreadPool(FormulaTrainer())):
            pass
        yield folder


def finish(folder: StudyFolder, pool: ThreadPool) -> None:
    runs = wanted_retrainings(folder)
    *_, (done, total) = train_runs(folder, PROBLEM, pool, runs)
    assert done == total


def candidates_of(folder: StudyFolder) -> Candidates:
    found = find_candidates(folder)
    assert found is not None
    return found


def done(value: Any) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(value)
    return future


def made_rows(count: int = 400) -> Split:
    """Test rows beside the doubles' fold."""
    rng = np.random.default_rng(0)
    labels = (rng.random(count) < 0.5).astype(np.float32)
    raw = RawRows.of_numbers(rng.normal(size=(count, 3)).astype(np.float32))
    fitted = TablePreprocessing.fit(raw, number_columns(("a", "b", "c")))
    return Split([{Preparation(): Prepared(tiny_fold(), fitted)}], SealedTest(raw, labels))


def guesses(seed: int, labels: Labels) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Probabilities that know something of the labels."""
    noise = np.random.default_rng(seed).uniform(0, 0.7, len(labels))
    return np.clip(0.3 * labels + noise, 0.01, 0.99)


def guessing(rows: Split, watch: Callable[[], None] = lambda: None) -> Predictors:
    """Guesses for all; ``watch`` is called with each on the test rows."""
    validation = rows.fold.validation_labels

    def network(run: Run, weights: Arrays, raw: RawRows) -> list[Future[Any]]:
        watch()
        assert len(weights) == 1
        guessed = guesses(run.seed, (raw.numbers[:, 0] > 0).astype(np.float32))
        return [done(guessed[:100]), done(guessed[100:])]

    def model(name: str, seed: int, raw: RawRows, fold: int) -> Future[Any]:
        watch()
        test = guesses(seed, (raw.numbers[:, 0] > 0).astype(np.float32))
        return done((guesses(seed, validation), test))

    return Predictors(network, lambda run, weights: done(guesses(run.seed, validation)), model)


def evaluated_by(folder: StudyFolder, **settings: Any) -> StudyFolder:
    """The folder of the same study with another ``[evaluate]``."""
    evaluation = folder.spec.evaluate.model_copy(update=settings)
    return replace(folder, spec=folder.spec.model_copy(update={"evaluate": evaluation}))


def look(folder: StudyFolder, pool: ThreadPool, rows: Split, predictors: Predictors) -> None:
    """Measure all candidates on test rows."""
    candidates = candidates_of(folder)
    weights = best_weights(folder, PROBLEM, pool, candidates.runs)
    measure(folder, rows, candidates, weights, predictors)


def test_the_best_are_complete_distinct_and_in_order() -> None:
    trials = [
        trial(0, 0.6),
        trial(1, 0.5),
        trial(2, 0.1, "pruned"),
        trial(3, 0.5),
        trial(4, 0.5, units=1),
        trial(5, None, "failed"),
    ]
    assert [one.number for one in best_trials(trials, 9, 1)] == [1, 3, 0]
    assert [one.number for one in best_trials(trials, 1, 1)] == [1]


def test_the_leaderboard_ranks_by_the_mean_over_seeds(folder: StudyFolder) -> None:
    finish(folder, ThreadPool(FormulaTrainer(), 4, 1))
    ranked = read_leaderboard(folder, folder.record.trials()).standings
    assert [one.rank for one in ranked] == [1, 2, 3]
    assert [one.mean for one in ranked] == sorted(one.mean for one in ranked)
    for one in ranked:
        values = [run.value for run in one.runs]
        assert len({run.run.seed for run in one.runs}) == 2
        assert one.mean == pytest.approx(np.mean(values))
        assert one.deviation == pytest.approx(np.std(values, ddof=1))
        assert one.params["layers"]


def test_what_was_retrained_is_kept_and_more_seeds_are_added(folder: StudyFolder) -> None:
    finish(folder, ThreadPool(FormulaTrainer()))
    kept = {run: folder.files.history(run).curve.values.tobytes() for run in retrained(folder)}
    assert len(kept) == 3 * 2
    again = ThreadPool(FormulaTrainer())
    finish(folder, again)
    assert again.segments == []
    more = evaluated_by(folder, seeds=4)
    finish(more, again)
    added = set(retrained(more)) - kept.keys()
    assert len(added) == 3 * 2
    before, after = ({run.seed for run in wanted_retrainings(study)} for study in (folder, more))
    assert {segment.seed for segment in again.segments} == after - before
    for standing in read_leaderboard(more, more.record.trials()).standings:
        assert len({trained.run.seed for trained in standing.runs}) == 4
    for run, curve in kept.items():
        assert more.files.history(run).curve.values.tobytes() == curve


def retrained(folder: StudyFolder) -> list[str]:
    """The re-trainings that a folder has whole."""
    runs = wanted_retrainings(folder)
    return [run.name for run in runs if trained(folder, run) is not None]


def test_lost_weights_are_trained_again_to_the_same_values(folder: StudyFolder) -> None:
    pool = ThreadPool(FormulaTrainer())
    finish(folder, pool)
    runs = candidates_of(folder).runs
    before = best_weights(folder, PROBLEM, pool, runs)
    folder.files.drop_states()
    again = ThreadPool(FormulaTrainer())
    after = best_weights(folder, PROBLEM, again, runs)
    assert {segment.seed for segment in again.segments} == {run.seed for run in runs}
    np.testing.assert_array_equal(before, after)


def test_a_run_goes_on_where_it_stopped(folder: StudyFolder) -> None:
    run = wanted_retrainings(folder)[0]
    pool = ThreadPool(FormulaTrainer())
    for _ in train_runs(folder, PROBLEM, pool, [run]):
        if len(pool.segments) == 3:
            break
    again = ThreadPool(FormulaTrainer())
    *_, last = train_runs(folder, PROBLEM, again, [run])
    assert last == (1, 1)
    assert again.segments[0].first > 1
    assert again.segments[0].state is not None


def test_a_configuration_that_diverges_with_a_seed_does_not_win(folder: StudyFolder) -> None:
    best = best_trials(folder.record.trials(), 1, 1)[0]

    def diverges(segment: Segment) -> bool:
        return segment.recipe.knobs.learning_rate == best.params["learning_rate"]

    finish(folder, ThreadPool(FormulaTrainer(diverges)))
    last = read_leaderboard(folder, folder.record.trials()).standings[-1]
    assert (last.trial, last.mean) == (best.number, float("inf"))
    assert all(run.diverged for run in last.runs)


def test_the_test_rows_are_opened_once_and_the_opening_is_in_the_record(
    folder: StudyFolder,
) -> None:
    pool = ThreadPool(FormulaTrainer())
    finish(folder, pool)
    rows, candidates, openings_seen = made_rows(), candidates_of(folder), []

    def watch() -> None:
        openings_seen.append(len(folder.record.fact("openings", [])))

    assert recorded_test(folder.record) is None
    assert not already_measured(folder.record, candidates)
    look(folder, pool, rows, guessing(rows, watch))
    assert openings_seen == [1] * 8
    result = recorded_test(folder.record)
    assert result is not None
    assert (result.trial, result.rows) == (next(iter(candidates.configurations)), 400)
    assert [opening.trial for opening in result.openings] == [result.trial]
    for measured in result.metrics.values():
        assert measured.low < measured.value < measured.high
        assert len(measured.seeds) == len(measured.validation) == 2
    assert [one.trial for one in result.configurations] == list(candidates.configurations)
    assert [one.name for one in result.baselines] == ["logistic_regression", "gradient_boosting"]
    assert already_measured(folder.record, candidates)
    assert not already_measured(folder.record, replace(candidates, models={}))
    outcome = read_outcome(folder)
    assert outcome.test == result
    assert outcome.standings[0].trial == result.trial
    run = outcome.standings[0].runs[0]
    assert len(outcome.history(run.run.name).curve) == run.epochs


def test_what_was_measured_is_kept_and_going_back_to_it_opens_nothing(
    folder: StudyFolder,
) -> None:
    pool = ThreadPool(FormulaTrainer())
    finish(folder, pool)
    rows, first = made_rows(), candidates_of(folder)
    second = replace(first, models={})
    results = []
    for candidates in (first, second):
        weights = best_weights(folder, PROBLEM, pool, candidates.runs)
        measure(folder, rows, candidates, weights, guessing(rows))
        results.append(recorded_test(folder.record))
    assert already_measured(folder.record, first)
    assert already_measured(folder.record, second)
    openings = [result.openings for result in results if result is not None]
    assert [len(entries) for entries in openings] == [1, 2]
    back = recorded_test(folder.record, first.identity)
    assert back is not None
    assert results[0] is not None
    assert back == replace(results[0], openings=openings[1])
    assert recorded_test(folder.record) == recorded_test(folder.record, second.identity)
    assert recorded_test(folder.record, ["another"]) is None


def test_the_mean_of_the_seeds_is_measured_and_the_single_network_beside_it(
    folder: StudyFolder,
) -> None:
    """In one opening; and the single one alone is what older records hold."""
    pool, rows = ThreadPool(FormulaTrainer()), made_rows()
    finish(folder, pool)
    candidates = candidates_of(folder)
    alone = candidates_of(evaluated_by(folder, export="single"))
    assert list(candidates.saved) == ["best", "single"]
    assert list(alone.saved) == ["best"]
    assert [part for part in candidates.identity if part != "mean"] == alone.identity
    look(folder, pool, rows, guessing(rows))
    result = recorded_test(folder.record)
    assert result is not None
    seeds = candidates.configurations[result.trial or 0]
    raw, labels, _ = rows.sealed.unseal(None, "", lambda opening: None)
    signs = (raw.numbers[:, 0] > 0).astype(np.float32)
    mean = np.mean([guesses(run.seed, signs) for run in seeds], axis=0)
    single = result.model("single")
    assert single is not None
    for metric in BINARY.test_metrics:
        measured = result.metrics[metric.name]
        assert measured.value == pytest.approx(metric.value(labels, mean))
        assert single.metrics[metric.name].value == pytest.approx(measured.seeds[candidates.single])
    difference = single.differences["binary_crossentropy"]
    assert difference.value == pytest.approx(
        single.metrics["binary_crossentropy"].value - result.metrics["binary_crossentropy"].value
    )
    assert difference.low > 0, "the mean of two guesses that err apart is better"
    assert result.averaged == 2
    assert result.reference == f"the mean of trial {result.trial}'s 2 seeds"


@pytest.mark.parametrize("trials", [9, 30])
def test_importance_needs_trials_and_sums_to_one(tmp_path: Path, trials: int) -> None:
    record = Record.open(tmp_path / "study.db", "important")
    journal = Journal.of(record)
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
        journal.asked(trial, optuna.create_study())
    found = importances(record.frozen_trials(), "minimize")
    record.close()
    if trials < 10:
        assert found == {}
    else:
        assert sum(found.values()) == pytest.approx(1, abs=0.01)
        assert max(found, key=lambda name: found[name]) == "learning_rate"


def test_a_look_that_was_cut_short_is_taken_up_and_counted_once(folder: StudyFolder) -> None:
    pool = ThreadPool(FormulaTrainer())
    finish(folder, pool)
    rows = made_rows()

    def dies() -> None:
        raise WorkerError("killed")

    for _ in range(2):
        with pytest.raises(WorkerError):
            look(folder, pool, rows, guessing(rows, dies))
        assert recorded_test(folder.record) is None
        assert len(folder.record.fact("openings", [])) == 1
    look(folder, pool, rows, guessing(rows))
    result = recorded_test(folder.record)
    assert result is not None
    assert len(result.openings) == 1


def test_another_rule_for_the_threshold_is_another_result(folder: StudyFolder) -> None:
    """And the usual one is in no identity, so that results of older studies are found."""
    pool = ThreadPool(FormulaTrainer())
    finish(folder, pool)
    folder = evaluated_by(folder, export="single")
    usual = candidates_of(folder)
    careful = evaluated_by(folder, threshold=Costs(1, 20))
    changed = candidates_of(careful)
    assert changed.identity == [*usual.identity, {"false_positive": 1, "false_negative": 20}]
    thresholds = []
    for study in (folder, careful):
        look(study, pool, made_rows(), guessing(made_rows()))
        result = recorded_test(study.record)
        assert result is not None
        assert result.calibration is not None
        thresholds.append((result.calibration.rule, result.calibration.threshold))
    (usual_rule, accurate), (rule, called) = thresholds
    assert usual_rule == "accuracy"
    assert rule == Costs(1, 20)
    assert called < accurate
