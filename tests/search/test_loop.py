"""The search as a function of the study alone, with a formula in place of training."""

import itertools
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpsearch.data.parts import Fold
from hpsearch.errors import HpsearchError, WorkerError
from hpsearch.progress import Snapshot
from hpsearch.record.histories import ProgressFiles
from hpsearch.record.record import Record
from hpsearch.record.trial import TrialRecord
from hpsearch.search.loop import search
from hpsearch.study.spec import StudySpec
from hpsearch.training.curve import Curve
from hpsearch.training.segment import Progress, Segment
from tests.doubles import PROBLEM, FormulaTrainer, ThreadPool, small_study

Found = tuple[tuple[TrialRecord, ...], list[Curve]]


def walk(folder: Path, spec: StudySpec, pool: ThreadPool, events: int | None = None) -> Found:
    """Run a study in a folder, as far as ``events`` snapshots, and read what it left."""
    files = ProgressFiles(folder)
    with closing(Record.open(folder / "study.db", spec.study.name)) as record:
        steps: Iterator[Snapshot] = search(spec, PROBLEM, record, files, pool)
        for _ in itertools.islice(steps, events):
            pass
        trials = record.trials()
    return trials, [files.history(f"{trial.number:04d}").curve for trial in trials]


def snapshots(folder: Path, spec: StudySpec, pool: ThreadPool) -> list[Snapshot]:
    """Run a study in a folder, and return where it stood after each event."""
    with closing(Record.open(folder / "study.db", spec.study.name)) as record:
        return list(search(spec, PROBLEM, record, ProgressFiles(folder), pool))


def run(folder: Path, spec: StudySpec, **pool: Any) -> Found:
    return walk(folder, spec, ThreadPool(FormulaTrainer(), **pool))


def assert_equal(one: Found, other: Found) -> None:
    assert one[0] == other[0]
    for mine, theirs in zip(one[1], other[1], strict=True):
        np.testing.assert_array_equal(mine.values, theirs.values)


@pytest.fixture(scope="module")
def through(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """The small study, run through by one worker."""
    return run(tmp_path_factory.mktemp("through"), small_study())


def test_a_study_has_its_trials_in_the_states_that_the_record_knows(through: Found) -> None:
    trials, curves = through
    assert [trial.number for trial in trials] == list(range(12))
    assert {trial.state for trial in trials} == {"complete", "pruned"}
    for trial, curve in zip(trials, curves, strict=True):
        assert trial.epochs == len(curve)
        assert trial.value == curve.validation().min()
        assert trial.best_epoch == curve.validation().argmin() + 1
        assert trial.ended_seconds is not None
        assert trial.ended_seconds > trial.started_seconds


@pytest.mark.parametrize("pruner", ["median", "successive_halving", "hyperband", "patient"])
def test_what_is_maximized_is_searched_as_its_mirror_image_is_minimized(
    tmp_path: Path, pruner: str
) -> None:
    spec = small_study(search__pruner=early(pruner))
    mirrored = small_study(search__pruner=early(pruner), search__objective="val_auc")
    down, _ = run(tmp_path / "down", spec)
    path = tmp_path / "up" / "study.db"
    with closing(Record.open(path, "small", maximize=True)) as record:
        pool, files = ThreadPool(FormulaTrainer()), ProgressFiles(path.parent)
        last = list(search(mirrored, PROBLEM, record, files, pool))[-1]
        up = record.trials()
    assert [(trial.params, trial.state, trial.epochs) for trial in up] == [
        (trial.params, trial.state, trial.epochs) for trial in down
    ]
    complete = [trial.value for trial in up if trial.state == "complete" and trial.value]
    assert last.best is not None
    assert (last.best.objective, last.best.value) == ("val_auc", max(complete))
    values = [trial.value for trial in down]
    assert [trial.value for trial in up] == pytest.approx([1.5 - (value or 0) for value in values])


def early(name: str) -> dict[str, Any]:
    """The table of a sampler or a pruner that begins after 3 trials, if it has such an option."""
    has_startup = name in ("tpe", "bayesian", "median", "patient")
    return {"name": name, **({"startup_trials": 3} if has_startup else {})}


@pytest.mark.parametrize("sampler", ["tpe", "random"])
@pytest.mark.parametrize("pruner", ["median", "successive_halving", "hyperband", "patient", "none"])
def test_workers_and_their_speed_change_nothing(tmp_path: Path, pruner: str, sampler: str) -> None:
    spec = small_study(search__pruner=early(pruner), search__sampler=early(sampler))
    alone = run(tmp_path / "alone", spec)
    for workers, seed in ((2, 1), (4, 2), (16, 3)):
        folder = tmp_path / f"{workers}"
        assert_equal(run(folder, spec, workers=workers, seed=seed), alone)


@settings(max_examples=15, deadline=None)
@given(stops=st.lists(st.integers(1, 40), max_size=5), workers=st.integers(1, 8))
def test_any_interruptions_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, through: Found, stops: list[int], workers: int
) -> None:
    folder, spec = tmp_path_factory.mktemp("stopped"), small_study()
    for seed, events in enumerate(stops):
        pool = ThreadPool(FormulaTrainer(), workers, seed)
        walk(folder, spec, pool, events)
    assert_equal(run(folder, spec, workers=workers, seed=99), through)


def test_trials_that_keep_their_last_weights_are_valued_there(tmp_path: Path) -> None:
    spec = small_study(space__keep={"choice": ["best", "last"]}, training__patience=4)
    whole = run(tmp_path / "whole", spec)
    walk(tmp_path / "cut", spec, ThreadPool(FormulaTrainer()), events=9)
    assert_equal(run(tmp_path / "cut", spec, workers=4, seed=1), whole)
    complete = [trial for trial in whole[0] if trial.state == "complete"]
    last = [trial for trial in complete if trial.params["keep"] == "last"]
    assert last
    assert {(trial.epochs, trial.best_epoch, trial.cause) for trial in last} == {
        (20, 20, "ran all epochs")
    }
    assert any(trial.best_epoch < trial.epochs for trial in complete if trial.best_epoch)


def trained(pool: ThreadPool) -> int:
    return sum(segment.last - segment.first for segment in pool.segments)


def test_workers_that_would_be_idle_train_ahead_and_it_changes_nothing(tmp_path: Path) -> None:
    spec = small_study(training__patience=20)
    alone, many = ThreadPool(FormulaTrainer()), ThreadPool(FormulaTrainer(), workers=16, seed=5)
    trials, curves = walk(tmp_path / "alone", spec, alone)
    assert_equal(walk(tmp_path / "many", spec, many), (trials, curves))
    assert trained(many) > trained(alone) >= sum(trial.epochs for trial in trials)


def test_what_fails_ahead_of_a_decision_counts_only_if_it_is_needed(tmp_path: Path) -> None:
    spec = small_study(training__patience=20)
    through = run(tmp_path / "through", spec)
    decided = {trial.seed: trial.epochs for trial in through[0]}

    class FailsAhead(FormulaTrainer):
        def run(self, segment: Segment, fold: Fold) -> Progress:
            if segment.first >= decided[segment.seed]:
                raise RuntimeError("out of memory")
            return super().run(segment, fold)

    pool = ThreadPool(FailsAhead(), workers=16, seed=5)
    assert_equal(walk(tmp_path / "failing", spec, pool), through)
    assert any(segment.first >= decided[segment.seed] for segment in pool.segments)


def test_what_is_recorded_is_not_trained_again(tmp_path: Path, through: Found) -> None:
    run(tmp_path, small_study())
    pool = ThreadPool(FormulaTrainer())
    assert_equal(walk(tmp_path, small_study(), pool), through)
    assert pool.segments == []


def test_lost_and_damaged_files_are_trained_again_to_the_same_bits(
    tmp_path: Path, through: Found
) -> None:
    run(tmp_path, small_study())
    (tmp_path / "curves" / "0003.npz").unlink()
    damaged = tmp_path / "curves" / "0005.npz"
    damaged.write_bytes(damaged.read_bytes()[:-100])
    pool = ThreadPool(FormulaTrainer())
    assert_equal(walk(tmp_path, small_study(), pool), through)
    assert {segment.seed for segment in pool.segments} == {
        trial.seed for trial in through[0] if trial.number in (3, 5)
    }


def test_a_lost_record_is_written_again_from_the_curves(tmp_path: Path, through: Found) -> None:
    run(tmp_path, small_study())
    for file in tmp_path.glob("study.db*"):
        file.unlink()
    pool = ThreadPool(FormulaTrainer())
    assert_equal(walk(tmp_path, small_study(), pool), through)
    assert pool.segments == []


@pytest.mark.parametrize("first", [1, 3, 6, 11])
def test_a_longer_study_equals_one_begun_at_that_length(
    tmp_path: Path, through: Found, first: int
) -> None:
    run(tmp_path, small_study(search__trials=first))
    assert_equal(run(tmp_path, small_study(), workers=4, seed=5), through)


def test_trials_that_diverge_are_pruned_with_the_cause_and_harm_no_other(tmp_path: Path) -> None:
    def diverges(segment: Segment) -> bool:
        return segment.recipe.knobs.learning_rate > 5e-3

    spec = small_study(search__trials=20)
    pool = ThreadPool(FormulaTrainer(diverges), 4, 1)
    trials, curves = walk(tmp_path, spec, pool)
    broken = [trial for trial in trials if trial.diverged]
    assert 1 < len(broken) < 20
    for trial in broken:
        assert (trial.state, trial.cause, trial.epochs) == ("pruned", "diverged at epoch 3", 3)
        assert trial.value is None or np.isfinite(trial.value)
        assert np.isnan(curves[trial.number].validation()[-1])
    assert any(trial.state == "complete" for trial in trials[broken[0].number :])


def test_a_trial_whose_work_fails_is_recorded_as_failed(tmp_path: Path) -> None:
    class Failing(FormulaTrainer):
        def run(self, segment: Segment, fold: Any) -> Any:
            if len(segment.recipe.network.widths) == 3:
                raise MemoryError("no memory for three layers")
            return super().run(segment, fold)

    trials, _ = walk(tmp_path, small_study(), ThreadPool(Failing()))
    failed = [trial for trial in trials if trial.state == "failed"]
    assert failed
    assert {trial.params["layers"] for trial in failed} == {3}
    assert failed[0].cause == "failed: no memory for three layers"


def test_a_study_whose_first_trials_all_fail_stops(tmp_path: Path) -> None:
    class Broken(FormulaTrainer):
        def run(self, segment: Segment, fold: Any) -> Any:
            raise RuntimeError("nothing works")

    with pytest.raises(HpsearchError, match=r"first 5 trials failed; last error: .* nothing works"):
        walk(tmp_path, small_study(), ThreadPool(Broken()))


def test_deaths_of_workers_end_the_search_and_fail_no_trial(tmp_path: Path, through: Found) -> None:
    class Dying(FormulaTrainer):
        def run(self, segment: Segment, fold: Any) -> Any:
            if segment.first > 5:
                raise WorkerError("workers died, one after another")
            return super().run(segment, fold)

    with pytest.raises(WorkerError):
        walk(tmp_path, small_study(), ThreadPool(Dying()))
    with closing(Record.open(tmp_path / "study.db", "small")) as record:
        assert {trial.state for trial in record.trials()} <= {"running", "complete", "pruned"}
    assert_equal(run(tmp_path, small_study()), through)


def test_a_search_that_is_cut_anywhere_asks_what_it_would_have_asked(tmp_path: Path) -> None:
    # TPE looks at what it proposed for running trials, dead parameters included.
    spec = small_study(search__trials=14, search__sampler={"startup_trials": 2}, training__epochs=6)
    whole = run(tmp_path / "whole", spec)
    for events in range(1, 60, 2):
        path = tmp_path / f"{events}"
        walk(path, spec, ThreadPool(FormulaTrainer()), events)
        assert_equal(run(path, spec), whole)


def test_another_seed_is_another_search(tmp_path: Path, through: Found) -> None:
    spec = small_study(study__seed=0, study__name="small")
    assert [t.params for t in run(tmp_path, spec)[0]] != [t.params for t in through[0]]
