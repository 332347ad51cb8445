"""The search: ask, train a segment, report, prune or go on, tell, by the virtual clock.

The loop is one walk from virtual time 0. A result that the record holds is taken from there, and
where it ends training goes on: a study that was killed, one that is extended and one that ran
through are the same walk. It decides on an Optuna study in memory and writes everything behind it
into the record.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import optuna
from optuna.trial import TrialState

from hpsearch.calls import SideProcess
from hpsearch.errors import HpsearchError
from hpsearch.record.histories import ProgressFiles
from hpsearch.record.record import Record
from hpsearch.search.clock import Problem, VirtualClock
from hpsearch.search.proposers.samplers import RecordedSampler, make_sampler
from hpsearch.search.schedulers.pruners import make_pruner
from hpsearch.search.suggest import suggest
from hpsearch.search.trainings import Flight, Flights, Pool
from hpsearch.seeds import trial_seed
from hpsearch.study.spec import StudySpec
from hpsearch.training.curve import CurveSummary, Ending


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


def search(
    spec: StudySpec,
    problem: Problem,
    record: Record,
    files: ProgressFiles,
    pool: Pool,
    tell: Callable[[str], None] = print,
) -> Iterator[Snapshot]:
    """Run or take up a study until it has ``spec.search.trials`` trials.

    Yields where it stands after each event and at least every ``POLL_SECONDS``; to stop it, stop
    asking: what happened so far is in the record. ``tell`` gets a line on what is trained again.

    Raises:
        HpsearchError: If all of the first trials fail.
        WorkerError: If workers died and died; what is recorded is kept.
    """
    yield from _Walk(spec, problem, record, files, pool, tell).run()


class _Walk:
    """The state of one walk: the study in memory, the clock and the trials in flight."""

    def __init__(
        self,
        spec: StudySpec,
        problem: Problem,
        record: Record,
        files: ProgressFiles,
        pool: Pool,
        tell: Callable[[str], None],
    ) -> None:
        self._spec = spec
        self._record = record
        self._clock = VirtualClock()
        self._side = SideProcess()
        self._flights = Flights(spec, problem, files, pool, tell)
        self._study = optuna.create_study(
            study_name=spec.study.name, direction="minimize", pruner=make_pruner(spec)
        )
        self._asked = 0
        self._epochs = 0
        self._ended = dict.fromkeys((TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL), 0)
        self._best: optuna.trial.FrozenTrial | None = None

    def run(self) -> Iterator[Snapshot]:
        """Walk; however that ends, what is trained is kept, and the process beside ends."""
        with self._side:
            try:
                yield from self._walk()
            finally:
                self._flights.save()

    def _walk(self) -> Iterator[Snapshot]:
        for _ in range(min(self._spec.search.parallel, self._spec.search.trials)):
            self._ask()
        while (number := self._clock.next()) is not None:
            flight = self._flights[number]
            while self._flights.lacks(flight):
                self._flights.wait(flight)
                yield self._snapshot()
            self._decide(flight)
            if flight.trial.number not in self._flights and self._asked < self._spec.search.trials:
                self._ask()
            yield self._snapshot()

    def _ask(self) -> None:
        """Begin the next trial at the present virtual time."""
        spec, number = self._spec, self._asked
        recorded, reported = self._record.params(number), self._record.reported_epochs(number)
        self._study.sampler = (
            make_sampler(spec, number, self._side)
            if recorded is None
            else RecordedSampler(recorded)
        )
        trial = self._study.ask()
        for key, value in self._record.sampler_attributes(number).items():
            self._study._storage.set_trial_system_attr(trial._trial_id, key, value)
        recipe = spec.recipe(suggest(trial, spec.space))
        seed = trial_seed(spec.study.seed, number)
        trial.set_user_attr("seed", seed)
        trial.set_user_attr("started_seconds", self._clock.now)
        self._record.asked(self._frozen(number), self._study)
        self._asked += 1
        self._go_on(self._flights.begin(trial, recipe, seed, reported))

    def _go_on(self, flight: Flight) -> None:
        """Put the next decision on a trial into the clock."""
        target, seconds = self._flights.next_target(flight)
        self._flights.go_on(flight, target, self._clock.push(flight.trial.number, seconds))

    def _decide(self, flight: Flight) -> None:
        """Report a trial whose segment ended; then it ends, is pruned or goes on."""
        seen = self._flights.seen(flight)
        if flight.failure is not None and len(flight.history) < flight.target:
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
        self, flight: Flight, state: TrialState, cause: str, seen: CurveSummary | None
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
        self._record.told(number, state, attributes, self._study)
        self._flights.end(flight)
        self._count(ended, state, cause)

    def _count(self, ended: optuna.trial.FrozenTrial, state: TrialState, cause: str) -> None:
        self._ended[state] += 1
        if state == TrialState.COMPLETE and (
            self._best is None or (ended.value or 0.0) < (self._best.value or 0.0)
        ):
            self._best = ended
        failed = self._ended[TrialState.FAIL]
        if failed == sum(self._ended.values()) >= min(5, self._spec.search.trials):
            raise HpsearchError(f"all of the first {failed} trials failed; last error: {cause}")

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
