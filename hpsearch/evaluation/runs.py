"""Trainings after the search: whole and unpruned, cut in segments so that little is ever lost."""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Protocol

from hpsearch.errors import HpsearchError, WorkerError
from hpsearch.models.arrays import Arrays
from hpsearch.record.folder import StudyFolder
from hpsearch.record.trial import TrialRecord
from hpsearch.search.clock import Problem
from hpsearch.search.trainings import POLL_SECONDS
from hpsearch.study.spec import StudySpec
from hpsearch.training.curve import Ending, summarize
from hpsearch.training.history import UNTRAINED, History
from hpsearch.training.run import Run
from hpsearch.training.segment import Progress, Segment


class TrainBy(Protocol):
    """Trains a segment; see ``LocalPool.train``."""

    def __call__(self, segment: Segment, urgency: float, *, name: str) -> Future[Progress]:
        """The least ``urgency`` goes first; ``name`` says in messages whose the segment is."""
        ...


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of a run after the search: a re-training, a baseline or an ablation.

    Attributes:
        value: Its best objective on the validation rows; infinite if it diverged.
        best_epoch: Epoch of ``value``, counted from 1; 0 where no epoch was finite.
        epochs: Epochs that it ran.
    """

    run: Run
    value: float
    best_epoch: int
    epochs: int

    @property
    def diverged(self) -> bool:
        """Whether a loss became NaN or infinite."""
        return math.isinf(self.value)


#: Virtual seconds after which a state is written down.
SEGMENT_SECONDS = 15.0

#: Epochs after which the kernels are summarised, whatever they cost; then each ``LOOK_EPOCHS``.
FIRST_LOOKS = (1, 2, 5, 10, 20, 50)
LOOK_EPOCHS = 50


def trial_run(spec: StudySpec, trial: TrialRecord) -> Run:
    """The training of a trial of the search."""
    return Run(trial.run, f"trial {trial.number}", "trial", spec.recipe(trial.params), trial.seed)


def recorded(folder: StudyFolder, run: Run) -> History:
    """What the folder has of a run."""
    return folder.files.history(run.name, run.identity)


def trained(folder: StudyFolder, run: Run) -> Trained | None:
    """What came of a run; None while it has epochs to go."""
    seen = summarize(recorded(folder, run).curve, run.recipe.patience)
    if seen.ending == Ending.RUNNING and seen.epochs < run.recipe.epochs:
        return None
    diverged = seen.ending == Ending.DIVERGED or seen.value is None
    value = float("inf") if diverged or seen.value is None else seen.value
    return Trained(run, value, seen.best_epoch or 0, seen.epochs)


def train_runs(
    folder: StudyFolder, problem: Problem, train: TrainBy, runs: Sequence[Run]
) -> Iterator[tuple[int, int]]:
    """Train what is missing of these runs, the longest first; each goes on where it stopped.

    Yields how many of how many are done, at least every ``POLL_SECONDS``.
    """
    missing = [run for run in runs if trained(folder, run) is None]
    for run in runs:
        if run not in missing:  # a curve that was lost may still be beside a state
            folder.files.save_history(run.name, run.identity, recorded(folder, run))
    yield from _train(folder, problem, train, missing, len(runs))


def best_weights(
    folder: StudyFolder, problem: Problem, train: TrainBy, runs: Sequence[Run]
) -> list[Arrays]:
    """The weights of each run's best epoch; trained again where they are not recorded."""
    missing = [run for run in runs if _weights(folder, run) is None]
    for _ in _train(folder, problem, train, missing, len(missing)):
        pass
    weights = [_weights(folder, run) for run in runs]
    return [one for one in weights if one is not None]


def _train(
    folder: StudyFolder, problem: Problem, train: TrainBy, missing: Sequence[Run], total: int
) -> Iterator[tuple[int, int]]:
    flights = [_Flight(folder, problem, run) for run in missing]
    waiting = {flight.next(train): flight for flight in flights}
    yield total - len(waiting), total
    while waiting:
        done, _ = wait(waiting, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            flight = waiting.pop(future)
            error = future.exception()
            if isinstance(error, WorkerError):
                raise error
            if error is not None:
                raise HpsearchError(f"training {flight.run.name} failed: {error}") from error
            if flight.goes_on(future.result()):
                waiting[flight.next(train)] = flight
        yield total - len(waiting), total


class _Flight:
    """A run that is trained, segment by segment."""

    def __init__(self, folder: StudyFolder, problem: Problem, run: Run) -> None:
        self.run = run
        self._folder = folder
        self._problem = problem
        self._history = recorded(folder, run)
        self._state = folder.files.state(run.name, run.identity, len(self._history))
        if self._state is None:
            self._history = UNTRAINED

    def next(self, train: TrainBy) -> Future[Progress]:
        """Ask for the epochs up to the next look, or as many as take ``SEGMENT_SECONDS``."""
        run, first = self.run, len(self._history)
        look = next(
            (epoch for epoch in FIRST_LOOKS if epoch > first),
            (first // LOOK_EPOCHS + 1) * LOOK_EPOCHS,
        )
        affordable = int(SEGMENT_SECONDS / self._problem.virtual_seconds(run.recipe.network, 1))
        last = min(look, first + max(affordable, 1), run.recipe.epochs)
        segment = run.segment(first, last, self._state)
        longest_first = -self._problem.virtual_seconds(
            run.recipe.network, run.recipe.epochs - first
        )
        return train(segment, longest_first, name=run.label)

    def goes_on(self, progress: Progress) -> bool:
        """Take in a segment, write it down, and say whether there is more to train."""
        run, files = self.run, self._folder.files
        self._history = self._history.then(progress)
        self._state = progress.state
        more = progress.ending == Ending.RUNNING and len(self._history) < run.recipe.epochs
        if not more:  # before the state: one that is over is not looked at again
            files.save_history(run.name, run.identity, self._history)
        files.save_state(run.name, run.identity, self._history, progress.state)
        return more


def _weights(folder: StudyFolder, run: Run) -> Arrays | None:
    epochs = len(recorded(folder, run))
    state = folder.files.state(run.name, run.identity, epochs)
    return None if state is None else state.best.weights
