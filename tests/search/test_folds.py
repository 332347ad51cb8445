"""A search over several folds: a trial goes from fold to fold, and its value is the mean."""

import itertools
from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpsearch.data.parts import Fold
from hpsearch.record.folder import read_folder, write_folder
from hpsearch.record.trial import TrialRecord
from hpsearch.search.clock import Problem
from hpsearch.search.loop import search
from hpsearch.study.spec import StudySpec
from hpsearch.training.curve import Ending, summarize
from hpsearch.training.run import part_name
from hpsearch.training.segment import Progress, Segment
from tests.doubles import FormulaTrainer, ThreadPool, small_study
from tests.facts import FACTS

FOLDS, EPOCHS = 3, 20

PROBLEM = Problem(28, 900, 900, folds=((600, 300), (600, 300), (601, 299)))

Found = tuple[tuple[TrialRecord, ...], list[dict[int, float]], dict[str, bytes]]


class FoldTrainer(FormulaTrainer):
    """The formula of ``FormulaTrainer``, with noise and a level of their own on each fold."""

    def _row(self, segment: Segment, epoch: int) -> Any:
        row = super()._row(segment, epoch)
        noise = np.random.default_rng([segment.seed, epoch, segment.fold]).normal(0, 0.01)
        return (row + np.float32(0.1 * segment.fold + noise)).astype(np.float32)


def folded(**overrides: Any) -> StudySpec:
    return small_study(data__source="csv", data__folds=FOLDS, **overrides)


def run(
    path: Path, spec: StudySpec, events: int | None = None, pool: ThreadPool | None = None
) -> None:
    with write_folder(path, spec, FACTS, tell=lambda line: None) as folder:
        pool = pool or ThreadPool(FoldTrainer())
        walk = search(spec, PROBLEM, folder.record, folder.files, pool, lambda line: None)
        for _ in itertools.islice(walk, events):
            pass


def found(path: Path) -> Found:
    curves = {}
    for curve in sorted((path / "curves").glob("*.npz")):
        with np.load(curve) as arrays:
            curves[curve.stem] = arrays["curve"].tobytes()
    with read_folder(path) as folder:
        frozen = folder.record.frozen_trials()
        return folder.record.trials(), [dict(one.intermediate_values) for one in frozen], curves


@pytest.fixture(scope="module")
def through(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Found]:
    path = tmp_path_factory.mktemp("through")
    run(path, folded())
    return path, found(path)


def test_a_trial_is_the_mean_over_its_folds(through: tuple[Path, Found]) -> None:
    path, (trials, reports, curves) = through
    states = [trial.state for trial in trials]
    assert {"complete", "pruned"} == set(states)
    with read_folder(path) as folder:
        for trial, reported in zip(trials, reports, strict=True):
            names = [part_name(trial.run, fold) for fold in range(FOLDS)]
            begun = [name for name in names if name in curves]
            seen = [
                summarize(folder.files.history(name).curve, folder.spec.training.patience, "best")
                for name in begun
            ]
            assert begun == names[: len(begun)]
            assert trial.epochs == sum(one.epochs for one in seen)
            assert trial.value == pytest.approx(fmean(one.value or np.nan for one in seen))
            assert trial.best_epoch == round(fmean(one.best_epoch or 0 for one in seen))
            ends = [EPOCHS * (fold + 1) for fold in range(FOLDS)]
            if trial.state == "complete":
                assert len(begun) == FOLDS
                assert trial.cause == "ran on all folds"
                assert list(reported)[-FOLDS:] == ends
                assert all(one.ending == Ending.STOPPED_EARLY or one.epochs == 20 for one in seen)
            assert [step for step in reported if step > EPOCHS] == ends[1 : len(begun)]


def test_a_fold_may_end_a_hopeless_trial(through: tuple[Path, Found]) -> None:
    _, (trials, reports, _) = through
    pruned = [
        max(report)
        for trial, report in zip(trials, reports, strict=True)
        if trial.cause == "pruned by median"
    ]
    assert any(step < EPOCHS for step in pruned)
    assert any(EPOCHS <= step < EPOCHS * FOLDS for step in pruned)


@settings(max_examples=8, deadline=None)
@given(stops=st.lists(st.integers(1, 60), max_size=4), workers=st.integers(1, 8))
def test_any_interruptions_and_workers_change_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    through: tuple[Path, Found],
    stops: list[int],
    workers: int,
) -> None:
    path = tmp_path_factory.mktemp("stopped")
    for seed, events in enumerate(stops):
        run(path, folded(), events, ThreadPool(FoldTrainer(), workers, seed))
    run(path, folded(), None, ThreadPool(FoldTrainer(), workers, 9))
    assert found(path) == through[1]


@pytest.mark.parametrize("name", ["successive_halving", "hyperband", "patient", "none"])
def test_all_schedulers_go_from_fold_to_fold(tmp_path: Path, name: str) -> None:
    startup = {"startup_trials": 3} if name == "patient" else {}
    spec = folded(search__pruner={"name": name, **startup})
    run(tmp_path / "alone", spec)
    run(tmp_path / "four", spec, None, ThreadPool(FoldTrainer(), 4, 2, deaths=0.2))
    alone = found(tmp_path / "alone")
    assert alone == found(tmp_path / "four")
    assert any(trial.cause == "ran on all folds" for trial in alone[0])


def breaks(where: Callable[[Segment], bool]) -> FoldTrainer:
    return FoldTrainer(diverges=where)


def test_a_trial_that_diverges_on_a_fold_ends_there(tmp_path: Path) -> None:
    trainer = breaks(lambda segment: segment.fold == 1)
    run(tmp_path, folded(search__trials=4), None, ThreadPool(trainer))
    trials, _, curves = found(tmp_path)
    causes = {trial.cause for trial in trials if not trial.cause.startswith("pruned")}
    assert causes == {"diverged at epoch 3 on fold 1"}
    assert not any(name.endswith("fold-2") for name in curves)


class FailingTrainer(FoldTrainer):
    """Raises on the last fold."""

    def run(self, segment: Segment, fold: Fold) -> Progress:
        if segment.fold == FOLDS - 1:
            raise ValueError("no such rows")
        return super().run(segment, fold)


def test_a_trial_that_fails_on_a_fold_says_so_and_the_others_go_on(tmp_path: Path) -> None:
    spec = folded(search__trials=6, search__pruner={"name": "none"})
    trainer = FailingTrainer()
    with pytest.raises(Exception, match="all of the first 5 trials failed; last error: failed: no"):
        run(tmp_path, spec, None, ThreadPool(trainer))
    trials, _, _ = found(tmp_path)
    assert {trial.state for trial in trials} <= {"failed", "running"}
    assert all(trial.epochs > 2 * 8 for trial in trials if trial.state == "failed")


def test_one_fold_that_is_lost_is_trained_again(
    tmp_path: Path, through: tuple[Path, Found]
) -> None:
    run(tmp_path, folded())
    (tmp_path / "curves" / "0000-fold-1.npz").unlink()
    run(tmp_path, folded(search__trials=12))
    assert found(tmp_path) == through[1]
