"""Trainings after the search: whole and unpruned, cut in segments so that little is ever lost."""

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass

from hpsearch.errors import HpsearchError, WorkerError
from hpsearch.evaluation.outcome import Trained
from hpsearch.execution.pool import Pool
from hpsearch.models.network import Knobs, Network
from hpsearch.record.folder import StudyFolder
from hpsearch.record.histories import identity
from hpsearch.search.clock import Problem
from hpsearch.search.trainings import POLL_SECONDS
from hpsearch.study.sections import TrainingSection
from hpsearch.training.curve import CurveSummary, Ending, summarise
from hpsearch.training.history import UNTRAINED, History
from hpsearch.training.segment import Arrays, Progress, Segment

#: Virtual seconds after which a state is written down.
SEGMENT_SECONDS = 15.0

#: Epochs after which the kernels are summarised, whatever they cost; then each ``LOOK_EPOCHS``.
FIRST_LOOKS = (1, 2, 5, 10, 20, 50)
LOOK_EPOCHS = 50


@dataclass(frozen=True, slots=True)
class Run:
    """A training with a name.

    Attributes:
        name: In ``curves/`` and ``checkpoints/``.
        variant: What it is a training of: a baseline's name, or what an ablation leaves out.
        label: The same for people.
        training: Batch size, patience and the most epochs.
    """

    name: str
    variant: str
    label: str
    network: Network
    knobs: Knobs
    seed: int
    training: TrainingSection

    @property
    def identity(self) -> str:
        """Digest of all that it depends on besides the rows."""
        return identity(self.network, self.knobs, self.seed, self.training)

    def segment(self, epochs: int) -> Segment:
        """All its epochs up to ``epochs`` in one piece."""
        return Segment(self.network, self.knobs, self.seed, 0, epochs, None)


def recorded(folder: StudyFolder, run: Run) -> History:
    """What the folder has of a run."""
    return folder.files.history(run.name, run.identity)


def summary(folder: StudyFolder, run: Run) -> CurveSummary | None:
    """What a run came to; None while it has epochs to go."""
    seen = summarise(recorded(folder, run).curve, run.training.patience)
    over = seen.ending != Ending.RUNNING or seen.epochs >= run.training.epochs
    return seen if over else None


def trained(folder: StudyFolder, run: Run) -> Trained | None:
    """A run that is done, as an outcome has it."""
    seen = summary(folder, run)
    if seen is None:
        return None
    diverged = seen.ending == Ending.DIVERGED or seen.value is None
    return Trained(
        run=run.name,
        name=run.variant,
        label=run.label,
        network=run.network,
        knobs=run.knobs,
        seed=run.seed,
        value=float("inf") if diverged or seen.value is None else seen.value,
        best_epoch=seen.best_epoch or 0,
        epochs=seen.epochs,
        limit=run.training.epochs,
    )


def train_runs(
    folder: StudyFolder, problem: Problem, pool: Pool, runs: Sequence[Run]
) -> Iterator[tuple[int, int]]:
    """Train what is missing of these runs, the longest first; each goes on where it stopped.

    Yields how many of how many are done, at least every ``POLL_SECONDS``.
    """
    missing = [run for run in runs if summary(folder, run) is None]
    for run in runs:
        if run not in missing:  # a curve that was lost may still be beside a state
            folder.files.save_history(run.name, run.identity, recorded(folder, run))
    yield from _train(folder, problem, pool, missing, len(runs))


def best_weights(
    folder: StudyFolder, problem: Problem, pool: Pool, runs: Sequence[Run]
) -> list[Arrays]:
    """The weights of each run's best epoch; trained again where they are not recorded."""
    missing = [run for run in runs if _weights(folder, run) is None]
    for _ in _train(folder, problem, pool, missing, len(missing)):
        pass
    weights = [_weights(folder, run) for run in runs]
    return [one for one in weights if one is not None]


def _train(
    folder: StudyFolder, problem: Problem, pool: Pool, missing: Sequence[Run], total: int
) -> Iterator[tuple[int, int]]:
    flights = [_Flight(folder, problem, run) for run in missing]
    waiting = {flight.next(pool): flight for flight in flights}
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
                waiting[flight.next(pool)] = flight
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

    def next(self, pool: Pool) -> Future[Progress]:
        """Ask for the epochs up to the next look, or as many as take ``SEGMENT_SECONDS``."""
        run, first = self.run, len(self._history)
        look = next(
            (epoch for epoch in FIRST_LOOKS if epoch > first),
            (first // LOOK_EPOCHS + 1) * LOOK_EPOCHS,
        )
        affordable = int(SEGMENT_SECONDS / self._problem.virtual_seconds(run.network, 1))
        last = min(look, first + max(affordable, 1), run.training.epochs)
        segment = Segment(run.network, run.knobs, run.seed, first, last, self._state)
        longest_first = -self._problem.virtual_seconds(run.network, run.training.epochs - first)
        return pool.train(segment, longest_first, run.training, name=run.label)

    def goes_on(self, progress: Progress) -> bool:
        """Take in a segment, write it down, and say whether there is more to train."""
        run, files = self.run, self._folder.files
        self._history = self._history.then(progress)
        self._state = progress.state
        more = progress.ending == Ending.RUNNING and len(self._history) < run.training.epochs
        if not more:  # before the state: one that is over is not looked at again
            files.save_history(run.name, run.identity, self._history)
        files.save_state(run.name, run.identity, self._history, progress.state)
        return more


def _weights(folder: StudyFolder, run: Run) -> Arrays | None:
    epochs = len(recorded(folder, run))
    state = folder.files.state(run.name, run.identity, epochs)
    return None if state is None else state.best.weights
