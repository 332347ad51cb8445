"""Recorded runs trained again: equal, or where and by how much they differ."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hpsearch.data.parts import Fold
from hpsearch.errors import RecordError, UsageError
from hpsearch.evaluation.reproduce import (
    Choose,
    Reproduction,
    choose_all,
    choose_best,
    choose_trial,
    repeat,
    reproduction,
)
from hpsearch.listing import reproduction_values, say_reproduction
from hpsearch.record.environment import environment
from hpsearch.record.folder import StudyFolder, write_folder
from hpsearch.search.loop import search
from hpsearch.training.curve import Curve
from hpsearch.training.segment import Progress, Segment, State
from tests.doubles import PROBLEM, FormulaTrainer, Pool, evaluate, small_study
from tests.facts import FACTS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudyFolder]:
    """A study that was searched and re-trained."""
    spec = small_study(evaluate__top=2, evaluate__seeds=2, evaluate__baselines=["tiny"])
    with write_folder(tmp_path_factory.mktemp("study"), spec, FACTS) as folder:
        pool = Pool(FormulaTrainer())
        for _ in search(spec, PROBLEM, folder.record, folder.files, pool):
            pass
        evaluate(folder, pool)
        yield folder


def train_again(
    folder: StudyFolder, choose: Choose, trainer: FormulaTrainer | None = None
) -> Reproduction:
    pool = Pool(trainer or FormulaTrainer(), workers=3, seed=1)
    found = list(repeat(choose(folder), PROBLEM, pool.train))
    return reproduction(found, folder.environments())


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


@pytest.mark.parametrize(("metric", "holds"), [(1e-3, True), (0.1, False)])
def test_on_another_processor_a_tolerance_holds(
    folder: StudyFolder, monkeypatch: pytest.MonkeyPatch, metric: float, holds: bool
) -> None:
    elsewhere = {**environment(), "processor": "another", "tensorflow": "9.9"}
    monkeypatch.setattr("hpsearch.evaluation.reproduce.environment", lambda: elsewhere)
    found = train_again(folder, choose_trial(0), Different(1, metric, 0.0))
    assert found.other_hardware
    assert found.holds is holds
    said = say_reproduction(found)
    assert "here another" in said
    assert "tensorflow: 2." in said
    assert "equality to the bit can't be promised" in said


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
