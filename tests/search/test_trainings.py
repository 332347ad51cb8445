"""Trainings under way, without a search: cut, kept, continued and ended."""

from pathlib import Path

import numpy as np
import pytest

from hpsearch.models.recipe import recipe_of
from hpsearch.record.histories import ProgressFiles
from hpsearch.search.trainings import Training, Trainings
from hpsearch.training.run import Run
from tests.doubles import PROBLEM, FormulaTrainer, ThreadPool

RUN = Run(
    "baseline-tiny",
    "baseline tiny",
    "tiny",
    recipe_of({"layers": 1, "units": 8}, epochs=20, patience=20),
    5,
)


def cut(epoch: int) -> int:
    """Segments end at 1, 3, 5, …, 19, 20."""
    return min(epoch + 1 + epoch % 2, 20)


def train(trainings: Trainings, training: Training, target: int) -> None:
    trainings.go_on(training, target, 0.0)
    while training.lacks():
        trainings.wait(training)


def trainings(folder: Path, pool: ThreadPool, lines: list[str]) -> Trainings:
    return Trainings(PROBLEM, ProgressFiles(folder), pool, lines.append)


def test_a_target_beyond_a_cut_is_reached_in_segments(tmp_path: Path) -> None:
    pool = ThreadPool(FormulaTrainer())
    ours = trainings(tmp_path, pool, [])
    training = ours.begin(RUN, cut)
    train(ours, training, 5)
    assert [segment.last for segment in pool.segments] == [1, 3, 5]
    assert len(training.history) == 5
    ours.end(training, 5)
    assert len(ProgressFiles(tmp_path).history(RUN.name, RUN.identity)) == 5


def test_one_that_rests_is_on_disk_alone_and_goes_on_from_there(tmp_path: Path) -> None:
    lines: list[str] = []
    pool = ThreadPool(FormulaTrainer())
    ours = trainings(tmp_path, pool, lines)
    training = ours.begin(RUN, cut)
    train(ours, training, 3)
    ours.rest(training)
    assert training.state is None
    assert not training.may_run_ahead()
    train(ours, training, 20)
    firsts = [segment.first for segment in pool.segments]
    assert firsts == sorted(set(firsts))
    assert lines == []
    whole = ThreadPool(FormulaTrainer()).train(RUN.segment(0, 20, None), 0.0).result()
    np.testing.assert_array_equal(training.history.curve.values, whole.curve.values)


def test_a_lost_state_is_trained_again_and_said(tmp_path: Path) -> None:
    lines: list[str] = []
    ours = trainings(tmp_path, ThreadPool(FormulaTrainer()), lines)
    training = ours.begin(RUN, cut)
    train(ours, training, 5)
    ours.rest(training)
    for file in (tmp_path / "checkpoints").iterdir():
        file.unlink()
    train(ours, training, 7)
    assert len(training.history) == 7
    assert lines == [
        "baseline tiny: no state after epoch 5 is in the folder; "
        "it is trained again from the beginning"
    ]


def test_what_its_own_computation_raises_is_a_failure_of_its_own(tmp_path: Path) -> None:
    class Failing(FormulaTrainer):
        def run(self, segment, fold):  # type: ignore[no-untyped-def]
            if segment.first >= 3:
                raise MemoryError("no memory")
            return super().run(segment, fold)

    ours = trainings(tmp_path, ThreadPool(Failing()), [])
    training = ours.begin(RUN, cut)
    train(ours, training, 5)
    assert training.failed()
    assert len(training.history) == 3
    with pytest.raises(MemoryError):
        raise training.failure or ValueError("no failure")
