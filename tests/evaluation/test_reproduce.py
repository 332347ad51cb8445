"""Recorded runs trained again: equal, or where and by how much they differ."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.data.parts import Fold
from hpsearch.errors import RecordError, UsageError
from hpsearch.evaluation.allowance import allowance
from hpsearch.evaluation.leaderboard import read_leaderboard
from hpsearch.evaluation.reproduce import (
    Choose,
    Reproduction,
    choose_all,
    choose_best,
    choose_trial,
    repeat,
    reproduction,
)
from hpsearch.evaluation.retraining import best_trials
from hpsearch.evaluation.runs import trial_run
from hpsearch.listing.reproduction import reproduction_values, say_reproduction
from hpsearch.record.environment import environment
from hpsearch.record.folder import StudyFolder, write_folder
from hpsearch.search.loop import search
from hpsearch.training.curve import Curve
from hpsearch.training.segment import Progress, Segment, State
from tests.doubles import PROBLEM, FormulaTrainer, ThreadPool, evaluate, small_study
from tests.facts import FACTS


@contextmanager
def searched(path: Path, trainer: FormulaTrainer, **overrides: Any) -> Iterator[StudyFolder]:
    """A study that was searched and re-trained."""
    settings = {"evaluate__top": 2, "evaluate__baselines": ["tiny"], **overrides}
    spec = small_study(**settings)
    with write_folder(path, spec, FACTS) as folder:
        pool = ThreadPool(trainer)
        for _ in search(spec, PROBLEM, folder.record, folder.files, pool):
            pass
        evaluate(folder, pool)
        yield folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudyFolder]:
    """A study with two seeds each."""
    path = tmp_path_factory.mktemp("study")
    with searched(path, FormulaTrainer(), evaluate__seeds=2) as folder:
        yield folder


def train_again(
    folder: StudyFolder, choose: Choose, trainer: FormulaTrainer | None = None
) -> Reproduction:
    pool = ThreadPool(trainer or FormulaTrainer(), workers=3, seed=1)
    found = list(repeat(choose(folder), PROBLEM, pool))
    return reproduction(found, folder)


def test_all_runs_of_a_study_are_equal_to_the_bit(folder: StudyFolder) -> None:
    found = train_again(folder, choose_all)
    labels = {one.label for one in found.repetitions}
    assert {f"trial {number}" for number in range(12)} < labels
    assert labels >= {"baseline-tiny"}
    ablated = {label for label in labels if "-without-" in label}
    assert len(labels) == 12 + 4 + 1 + len(ablated)
    assert found.holds
    assert found.differences == {}
    assert say_reproduction(found).endswith(
        f"{len(labels)} of {len(labels)} runs are equal to the bit"
    )


def test_the_winner_is_chosen_with_its_retrainings(folder: StudyFolder) -> None:
    labels = [recorded.run.label for recorded in choose_best(folder)]
    assert len(labels) == 3
    assert labels[1:] == [f"{labels[0]}, re-training {index}" for index in (0, 1)]


class Different(FormulaTrainer):
    """From an epoch on, metrics or weights differ by a little."""

    def __init__(self, epoch: int, metric: float, weight: float) -> None:
        super().__init__()
        self._epoch, self._metric, self._weight = epoch, metric, weight

    def run(self, segment: Segment, fold: Fold) -> Progress:
        done = super().run(segment, fold)
        values = done.curve.values.copy()
        values[self._epoch - 1 :] += np.float32(self._metric)
        curve = Curve(done.curve.metrics, values)
        last = np.asarray(done.state.weights[-1], np.float32) + np.float32(self._weight)
        weights = (*done.state.weights[:-1], last)
        state = State(done.state.epoch, weights, done.state.optimizer, done.state.best)
        return Progress(state, curve, done.ending)


def test_a_difference_is_placed_and_measured(folder: StudyFolder) -> None:
    found = train_again(folder, choose_trial(0), Different(2, 1e-3, 0.0))
    (one,) = found.repetitions
    assert not found.holds
    assert one.first_difference == 2
    assert one.largest == pytest.approx(1e-3, rel=1e-3)
    assert one.apart == pytest.approx(1e-3, rel=1e-3)
    said = say_reproduction(found)
    assert f"trial 0: differs from epoch 2 of {one.epochs} on, by 0.001 at most" in said
    assert "nothing that the record keeps of the environment differs" in said
    assert reproduction_values(found)["runs"][0]["first_difference"] == 2


def test_other_final_weights_are_a_difference(folder: StudyFolder) -> None:
    found = train_again(folder, choose_trial(0), Different(99, 0.0, 1e-6))
    assert not found.holds
    assert found.repetitions[0].first_difference is None
    assert "the state after the last is not" in say_reproduction(found)


def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another kind of processor, and another TensorFlow."""
    other = {**environment(), "processor": "another", "tensorflow": "9.9"}
    monkeypatch.setattr("hpsearch.evaluation.reproduce.environment", lambda: other)


def seed_values(folder: StudyFolder) -> list[list[float]]:
    """The values of the re-trainings, by configuration."""
    ranked = read_leaderboard(folder, folder.record.trials()).standings
    return [[run.value for run in standing.runs] for standing in ranked]


@pytest.mark.parametrize(("share", "holds"), [(0.9, True), (1.1, False)])
def test_on_another_processor_a_run_may_differ_as_two_seeds_do(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch, share: float, holds: bool
) -> None:
    elsewhere(monkeypatch)
    (a, b), (c, d) = seed_values(folder)
    pooled = math.sqrt(((a - b) ** 2 / 2 + (c - d) ** 2 / 2) / 2)
    allowed = 2 * math.sqrt(2) * pooled
    again = train_again(folder, choose_trial(0), Different(1, share * allowed, 0.0))
    assert again.other_hardware
    assert again.allowance is not None
    assert again.allowance.value == pytest.approx(allowed)
    assert again.holds is holds
    said = say_reproduction(again)
    assert "here another" in said
    assert "tensorflow: 2." in said
    assert "equality to the bit can't be promised" in said
    assert ("; all are within" if holds else "; not all are within") in said
    assert "between two seeds, by 4 re-trainings of 2 configurations" in said
    assert reproduction_values(again)["allowed"]["apart"] == again.allowance.value


def test_a_study_of_noisier_seeds_allows_more(tmp_path: Path) -> None:
    allowed = []
    for noise in (0.01, 0.05):
        trainer = FormulaTrainer(noise=noise)
        with searched(tmp_path / f"{noise}", trainer, evaluate__seeds=3) as folder:
            found = allowance(folder)
            assert found is not None
            allowed.append(found.value)
    assert allowed[1] > 2 * allowed[0]


def test_without_two_seeds_the_validation_rows_say_what_may_differ(tmp_path: Path) -> None:
    with searched(tmp_path, FormulaTrainer(), evaluate__seeds=1) as folder:
        best = best_trials(folder.record.trials(), 1, 1)[0]
        assert allowance(folder) is None  # the double keeps no losses of rows
        losses = np.array([0.5, 0.7, 0.6, 0.8], np.float32)
        history = replace(folder.files.history(best.run), losses=losses)
        key = trial_run(folder.spec, best, folder.classes).identity
        (folder.path / "curves" / f"{best.run}.npz").unlink()
        folder.files.save_history(best.run, key, history)
        found = allowance(folder)
        assert found is not None
        assert found.value == pytest.approx(losses.std(ddof=1) / 2, rel=1e-6)
        assert f"standard error of trial {best.number}'s value over 4 validation" in found.basis


def test_where_nothing_tells_how_much_may_differ_nothing_may(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere(monkeypatch)
    monkeypatch.setattr("hpsearch.evaluation.reproduce.allowance", lambda _: None)
    assert train_again(folder, choose_trial(0)).holds
    again = train_again(folder, choose_trial(0), Different(1, 1e-6, 0.0))
    assert not again.holds
    assert "nothing recorded tells how far apart" in say_reproduction(again)


def test_missing_epochs_are_told_and_do_not_hold(folder: StudyFolder) -> None:
    curve = folder.path / "curves" / "0003.npz"
    content = curve.read_bytes()
    curve.unlink()
    try:
        found = train_again(folder, choose_all)
    finally:
        curve.write_bytes(content)
    assert not found.holds
    said = say_reproduction(found)
    assert "trial 3: its epochs are missing or damaged in the folder" in said
    runs = len(found.repetitions)
    assert f"{runs - 1} of {runs} runs are equal to the bit" in said


def test_what_is_not_there_cannot_be_trained_again(folder: StudyFolder, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="must be a recorded trial, 0 to 11, got 12"):
        choose_trial(12)(folder)
    with (
        write_folder(tmp_path, small_study(), FACTS) as empty,
        pytest.raises(RecordError, match=r"must have recorded epochs of .* got none"),
    ):
        choose_best(empty)
