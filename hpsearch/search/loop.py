"""The search: ask, train a segment, report, prune or go on, tell, by the virtual clock.

The loop is one walk from virtual time 0. A result that the record holds is taken from there, and
where it ends training goes on: a study that was killed, one that is extended and one that ran
through are the same walk. It decides on an Optuna study in memory and writes everything behind it
into the record.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import optuna
from optuna.trial import TrialState

from hpsearch.errors import HpsearchError
from hpsearch.network import Knobs, Network, build
from hpsearch.processes import SideProcess
from hpsearch.search.clock import Problem, VirtualClock
from hpsearch.search.progress_files import ProgressFiles, identity
from hpsearch.search.pruners import make_pruner, report_epochs
from hpsearch.search.record import Record
from hpsearch.search.samplers import RecordedSampler, make_sampler, trial_seed
from hpsearch.search.suggest import suggest
from hpsearch.study import StudySpec
from hpsearch.training.segment import (
    Curve,
    CurveSummary,
    Ending,
    Progress,
    Segment,
    State,
    summarise,
)

#: Trains a segment; of those that wait, the one with the least number goes first.
Train = Callable[[Segment, float], Future[Progress]]


class Pool(Protocol):
    """What trains the segments of a search."""

    def train(self, segment: Segment, urgency: float) -> Future[Progress]:
        """See ``Train``."""
        ...

    def idle(self) -> int:
        """How many workers have nothing to do."""
        ...


#: How often the loop wakes up while it waits, so that a view and a timeout can act.
POLL_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Where a search stands; ``epochs`` counts those of all trials, decided ones alone."""

    total: int
    complete: int
    pruned: int
    failed: int
    running: int
    epochs: int
    best: optuna.trial.FrozenTrial | None


@dataclass(slots=True, eq=False)
class _Flight:
    """A trial in flight.

    ``epoch`` is how far it is decided on, ``target`` the epoch after which it will be decided on
    next, at virtual time ``due``. ``curve`` and ``state`` may be further than that.
    """

    trial: optuna.Trial
    network: Network
    knobs: Knobs
    seed: int
    run: str
    identity: str
    curve: Curve
    epoch: int = 0
    target: int = 0
    due: float = 0.0
    state: State | None = None
    pending: Future[Progress] | None = None
    failure: BaseException | None = None


def search(
    spec: StudySpec, problem: Problem, record: Record, files: ProgressFiles, pool: Pool
) -> Iterator[Snapshot]:
    """Run or take up a study until it has ``spec.search.trials`` trials.

    Yields where it stands after each event and at least every ``POLL_SECONDS``; to stop it, stop
    asking: what happened so far is in the record.

    Raises:
        HpsearchError: If the first trials fail one and all.
    """
    yield from _Walk(spec, problem, record, files, pool).run()


class _Walk:
    """The state of one walk: the study in memory, the clock and the trials in flight."""

    def __init__(
        self,
        spec: StudySpec,
        problem: Problem,
        record: Record,
        files: ProgressFiles,
        pool: Pool,
    ) -> None:
        self._spec = spec
        self._problem = problem
        self._record = record
        self._files = files
        self._pool = pool
        self._clock = VirtualClock()
        self._side = SideProcess()
        self._flights: dict[int, _Flight] = {}
        self._study = optuna.create_study(
            study_name=spec.study.name, direction="minimize", pruner=make_pruner(spec)
        )
        self._asked = 0
        self._epochs = 0
        self._ended = dict.fromkeys((TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL), 0)
        self._best: optuna.trial.FrozenTrial | None = None
        self._ladder = report_epochs(spec.training.epochs, spec.warmup_epochs)

    def run(self) -> Iterator[Snapshot]:
        """Walk; the process beside ends with the walk, however that ends."""
        with self._side:
            yield from self._walk()

    def _walk(self) -> Iterator[Snapshot]:
        for _ in range(min(self._spec.search.parallel, self._spec.search.trials)):
            self._ask()
        while (number := self._clock.next()) is not None:
            flight = self._flights[number]
            while self._lacks(flight):
                if flight.pending is not None and not flight.pending.done():
                    self._run_ahead()
                self._collect()
                yield self._snapshot()
            self._decide(flight)
            if flight.trial.number not in self._flights and self._asked < self._spec.search.trials:
                self._ask()
            yield self._snapshot()

    def _ask(self) -> None:
        """Begin the next trial at the present virtual time."""
        spec, number = self._spec, self._asked
        recorded = self._record.params(number)
        self._study.sampler = (
            make_sampler(spec, number, self._side)
            if recorded is None
            else RecordedSampler(recorded)
        )
        trial = self._study.ask()
        values = spec.space.complete(suggest(trial, spec.space))
        training = spec.training
        network, knobs = build(values, epochs=training.epochs, decay_epochs=training.decay_epochs)
        seed = trial_seed(spec.study.seed, number)
        trial.set_user_attr("seed", seed)
        trial.set_user_attr("started_seconds", self._clock.now)
        self._record.asked(self._frozen(number))
        self._asked += 1
        flight = _Flight(
            trial=trial,
            network=network,
            knobs=knobs,
            seed=seed,
            run=f"{number:04d}",
            identity=identity(network, knobs, seed, training),
            curve=np.zeros((0, 2, 2), np.float32),
        )
        recorded_curve = self._files.curve(flight.run, flight.identity)
        if recorded_curve is not None:
            flight.curve = recorded_curve
        self._flights[number] = flight
        self._go_on(flight)

    def _go_on(self, flight: _Flight) -> None:
        """Set the next epoch to be decided on; ask the pool for what of it is not there yet."""
        flight.target = self._next_report(flight.epoch)
        seconds = self._problem.virtual_seconds(flight.network, flight.target - flight.epoch)
        flight.due = self._clock.push(flight.trial.number, seconds)
        if flight.pending is None and self._lacks(flight):
            self._train(flight)

    def _next_report(self, epoch: int) -> int:
        return next(report for report in self._ladder if report > epoch)

    def _lacks(self, flight: _Flight) -> bool:
        """Whether epochs up to the one that is to be decided on have still to be trained."""
        return (
            flight.failure is None
            and len(flight.curve) < flight.target
            and self._seen(flight).ending == Ending.RUNNING
        )

    def _train(self, flight: _Flight) -> None:
        """Ask the pool for the segment after the epochs that are there."""
        first, state = len(flight.curve), flight.state
        if first and (state is None or state.epoch != first):
            state = self._files.state(flight.run, flight.identity, first)
        if state is None:  # the record lost it: the same bits from the beginning
            first = 0
        flight.curve = flight.curve[:first]
        last = max(self._next_report(first), flight.target)
        ahead = self._problem.virtual_seconds(flight.network, last - flight.target)
        segment = Segment(flight.network, flight.knobs, flight.seed, first, last, state)
        flight.pending = self._pool.train(segment, flight.due + ahead)

    def _run_ahead(self) -> None:
        """Let workers that would be idle train on where a trial waits for others to be decided.

        It costs what is trained of trials that are pruned then, and changes nothing.
        """
        waiting = [
            flight
            for flight in self._flights.values()
            if flight.pending is None
            and flight.failure is None
            and flight.target <= len(flight.curve) < self._spec.training.epochs
            and flight.state is not None
            and summarise(flight.curve, self._spec.training.patience).ending == Ending.RUNNING
        ]
        waiting.sort(key=lambda flight: flight.due)
        for flight in waiting[: self._pool.idle()]:
            self._train(flight)

    def _seen(self, flight: _Flight) -> CurveSummary:
        """What a trial's curve says up to the epoch that is to be decided on."""
        return summarise(flight.curve[: flight.target], self._spec.training.patience)

    def _collect(self) -> None:
        """Wait a moment for any result, and write down those that came, whoever waits for them."""
        waiting = {flight.pending: flight for flight in self._flights.values() if flight.pending}
        done, _ = wait(waiting, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            flight = waiting[future]
            flight.pending = None
            flight.failure = future.exception()
            if flight.failure is None:
                progress = future.result()
                flight.curve = np.concatenate([flight.curve, progress.curve])
                flight.state = progress.state
                self._files.save_state(flight.run, flight.identity, progress.state)
                self._files.save_curve(flight.run, flight.identity, flight.curve)

    def _decide(self, flight: _Flight) -> None:
        """Report a trial whose segment ended; then it ends, is pruned or goes on."""
        seen = self._seen(flight)
        if flight.failure is not None and len(flight.curve) < flight.target:
            self._end(flight, TrialState.FAIL, f"failed: {flight.failure}", None)
            return
        self._epochs += seen.epochs - flight.epoch
        flight.epoch = seen.epochs
        if seen.ending == Ending.DIVERGED or seen.value is None:
            self._end(flight, TrialState.PRUNED, f"diverged at epoch {seen.epochs}", seen)
            return
        number = flight.trial.number
        flight.trial.report(seen.value, seen.epochs)
        self._record.reported(number, seen.epochs, seen.value, self._study)
        if seen.ending == Ending.STOPPED_EARLY:
            self._end(flight, TrialState.COMPLETE, "stopped early", seen)
        elif seen.epochs == self._spec.training.epochs:
            self._end(flight, TrialState.COMPLETE, "ran all epochs", seen)
        elif flight.trial.should_prune():
            self._end(flight, TrialState.PRUNED, f"pruned by {self._spec.search.pruner}", seen)
        else:
            self._go_on(flight)

    def _end(
        self, flight: _Flight, state: TrialState, cause: str, seen: CurveSummary | None
    ) -> None:
        """Tell both studies how a trial ended, and keep of it what stays."""
        number = flight.trial.number
        attributes = {
            "epochs": flight.epoch,
            "best_epoch": seen.best_epoch if seen else None,
            "cause": cause,
            "ended_seconds": self._clock.now,
        }
        for key, value in attributes.items():
            flight.trial.set_user_attr(key, value)
        complete = state == TrialState.COMPLETE and seen is not None
        self._study.tell(flight.trial, seen.value if complete and seen else None, state=state)
        ended = self._frozen(number)
        self._record.told(number, state, ended.value, attributes, self._study)
        if flight.pending is not None:
            flight.pending.cancel()
        if len(flight.curve) > flight.epoch:  # it had run ahead
            self._files.save_curve(flight.run, flight.identity, flight.curve[: flight.epoch])
        self._files.drop_state(flight.run)
        del self._flights[number]
        self._count(ended, state, cause)

    def _count(self, ended: optuna.trial.FrozenTrial, state: TrialState, cause: str) -> None:
        self._ended[state] += 1
        if state == TrialState.COMPLETE and (
            self._best is None or (ended.value or 0.0) < (self._best.value or 0.0)
        ):
            self._best = ended
        failed = self._ended[TrialState.FAIL]
        if failed == sum(self._ended.values()) >= min(5, self._spec.search.trials):
            raise HpsearchError(f"the first {failed} trials failed one and all, the last: {cause}")

    def _frozen(self, number: int) -> optuna.trial.FrozenTrial:
        return self._study.get_trials(deepcopy=False)[number]

    def _snapshot(self) -> Snapshot:
        return Snapshot(
            total=self._spec.search.trials,
            complete=self._ended[TrialState.COMPLETE],
            pruned=self._ended[TrialState.PRUNED],
            failed=self._ended[TrialState.FAIL],
            running=len(self._flights),
            epochs=self._epochs,
            best=self._best,
        )
