"""Trials in flight: which epochs of each are there, and which the pool is asked for.

What is there comes from the record or from the pool, and may be further than what is decided:
workers that would be idle train ahead. The search looks only at what it has asked for, so that this
changes nothing but the time.
"""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Protocol

import optuna

from hpsearch.errors import WorkerError
from hpsearch.models.recipe import Recipe
from hpsearch.record.histories import ProgressFiles
from hpsearch.search.clock import Problem
from hpsearch.search.schedulers.pruners import report_epochs
from hpsearch.study.spec import StudySpec
from hpsearch.training.curve import CurveSummary, Ending, summarize
from hpsearch.training.history import History
from hpsearch.training.run import Run
from hpsearch.training.segment import Progress, Segment, State

#: How often who waits for a result wakes up, so that a view and a timeout can act.
POLL_SECONDS = 0.25


class Pool(Protocol):
    """What trains the segments of a search."""

    def train(self, segment: Segment, urgency: float, *, name: str) -> Future[Progress]:
        """Train a segment; of those that wait, the least ``urgency`` goes first.

        The future raises ``WorkerError`` where workers died and died, which says nothing about the
        segment, and otherwise what its own computation raised; ``name`` says whose it is.
        """
        ...

    def idle(self) -> int:
        """How many workers have nothing to do."""
        ...


@dataclass(slots=True, eq=False)
class Flight:
    """A trial in flight.

    ``epoch`` is how far it is decided on; ``target`` is the epoch after which it will be decided on
    next, at virtual time ``due``. ``history`` and ``state`` may be further than that; ``unsaved``
    says that they are further than what is on disk.
    """

    trial: optuna.Trial
    run: Run
    history: History
    epoch: int = 0
    target: int = 0
    due: float = 0.0
    state: State | None = None
    pending: Future[Progress] | None = None
    failure: BaseException | None = None
    unsaved: bool = False


class Flights:
    """The trials in flight by number, and their training."""

    def __init__(
        self,
        spec: StudySpec,
        problem: Problem,
        files: ProgressFiles,
        pool: Pool,
        tell: Callable[[str], None],
    ) -> None:
        self._training = spec.training
        self._problem = problem
        self._files = files
        self._pool = pool
        self._tell = tell
        self._ladder = report_epochs(spec.training.epochs, spec.warmup_epochs)
        self._flights: dict[int, Flight] = {}

    def __len__(self) -> int:
        return len(self._flights)

    def __contains__(self, number: int) -> bool:
        return number in self._flights

    def __getitem__(self, number: int) -> Flight:
        return self._flights[number]

    def begin(self, trial: optuna.Trial, recipe: Recipe, seed: int, reported: int) -> Flight:
        """A trial with the epochs that the folder has of it; ``reported`` are in the record."""
        number = trial.number
        run = Run(f"{number:04d}", f"trial {number}", "trial", recipe, seed)
        history = self._files.history(run.name, run.identity)
        if len(history) < reported:
            self._tell(
                f"trial {trial.number}: only {len(history)} of {reported} recorded epochs could be "
                f"read; the rest is trained again"
            )
        flight = Flight(trial, run, history)
        self._flights[trial.number] = flight
        return flight

    def next_target(self, flight: Flight) -> tuple[int, float]:
        """The epoch after which a trial is decided on next, and the virtual seconds until then."""
        target = self._report_after(flight.epoch)
        return target, self._problem.virtual_seconds(
            flight.run.recipe.network, target - flight.epoch
        )

    def go_on(self, flight: Flight, target: int, due: float) -> None:
        """Let a trial be trained to an epoch, as far as it is not; it is needed at ``due``."""
        self._save(flight)
        flight.target, flight.due, flight.failure = target, due, None
        if flight.pending is None and self.lacks(flight):
            self._train(flight)

    def lacks(self, flight: Flight) -> bool:
        """Whether a trial still has to be trained up to its target."""
        return (
            flight.failure is None
            and len(flight.history) < flight.target
            and self.seen(flight).ending == Ending.RUNNING
        )

    def seen(self, flight: Flight) -> CurveSummary:
        """What a trial's curve says up to its target."""
        return summarize(flight.history.curve.until(flight.target), self._training.patience)

    def wait(self, flight: Flight) -> None:
        """Wait a moment for what a trial lacks, and let workers that would be idle train ahead."""
        if flight.pending is not None and not flight.pending.done():
            self._run_ahead()
        self._collect()

    def end(self, flight: Flight) -> None:
        """Take a trial out, and forget what it trained ahead."""
        if flight.pending is not None:
            flight.pending.cancel()
        ended = flight.history.until(flight.epoch)
        self._files.save_history(flight.run.name, flight.run.identity, ended)
        self._files.drop_state(flight.run.name)
        del self._flights[flight.trial.number]

    def save(self) -> None:
        """Write down what was trained and not yet decided on, for who goes on from here."""
        for flight in self._flights.values():
            self._save(flight)

    def _save(self, flight: Flight) -> None:
        """Write down a trial that goes on; of one that ends, no state is ever needed."""
        if flight.unsaved and flight.state is not None:
            self._files.save_state(
                flight.run.name, flight.run.identity, flight.history, flight.state
            )
            flight.unsaved = False

    def _report_after(self, epoch: int) -> int:
        return next(report for report in self._ladder if report > epoch)

    def _collect(self) -> None:
        """Wait a moment for any result, and take in those that came, whoever waits for them.

        Raises:
            WorkerError: If workers died and died: the search ends, and no trial fails for it.
        """
        waiting = {flight.pending: flight for flight in self._flights.values() if flight.pending}
        done, _ = wait(waiting, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            flight = waiting[future]
            flight.pending = None
            flight.failure = future.exception()
            if isinstance(flight.failure, WorkerError):
                raise flight.failure
            if flight.failure is None:
                progress = future.result()
                flight.history = flight.history.then(progress)
                flight.state = progress.state
                flight.unsaved = True

    def _run_ahead(self) -> None:
        """Train on where a trial waits for others to be decided, as far as workers are idle.

        It costs what is trained of trials that are pruned then.
        """
        waiting = [flight for flight in self._flights.values() if self._may_run_ahead(flight)]
        waiting.sort(key=lambda flight: flight.due)
        for flight in waiting[: self._pool.idle()]:
            self._train(flight)

    def _may_run_ahead(self, flight: Flight) -> bool:
        return (
            flight.pending is None
            and flight.failure is None
            and flight.state is not None
            and flight.target <= len(flight.history) < self._training.epochs
            and summarize(flight.history.curve, self._training.patience).ending == Ending.RUNNING
        )

    def _train(self, flight: Flight) -> None:
        """Ask the pool for the segment after the epochs that are there."""
        first, state = len(flight.history), flight.state
        if first and (state is None or state.epoch != first):
            state = self._files.state(flight.run.name, flight.run.identity, first)
        if first and state is None:
            self._tell(
                f"trial {flight.trial.number}: no state after epoch {first} is in the folder; "
                f"it is trained again from the beginning"
            )
            first = 0
        flight.history = flight.history.until(first)
        last = max(self._report_after(first), flight.target)
        ahead = self._problem.virtual_seconds(flight.run.recipe.network, last - flight.target)
        segment = flight.run.segment(first, last, state)
        flight.pending = self._pool.train(segment, flight.due + ahead, name=flight.run.label)
