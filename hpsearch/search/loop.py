"""The search: ask, train a segment, report, go on, wait or end, by the virtual clock.

The loop is one walk from virtual time 0. A result that the record holds is taken from there, and
where it ends training goes on: a study that was killed, one that is extended and one that ran
through are the same walk. It decides on an Optuna study in memory and writes everything behind it
into the record.

``search.parallel`` trials train at a time. A trial that waits keeps its state and gives its place
away; one that goes on later takes the next free place, before a new trial is asked.

Where rows are dealt out to several folds a trial trains on one after the other; its value is the
mean over those that it has come to, and what happens is counted in steps, see ``Ladder``.
"""

from collections import deque
from collections.abc import Callable, Iterator

import optuna
from optuna.trial import TrialState

from hpsearch.calls import SideProcess
from hpsearch.errors import HpsearchError
from hpsearch.execution.pool import Pool
from hpsearch.progress import BestTrial, Snapshot
from hpsearch.record.histories import ProgressFiles
from hpsearch.record.journal import Journal
from hpsearch.record.record import Record
from hpsearch.search.clock import Problem, VirtualClock
from hpsearch.search.flight import Flight
from hpsearch.search.proposers.recorded import RecordedSampler
from hpsearch.search.proposers.registry import make_sampler
from hpsearch.search.schedulers.ladder import Ladder
from hpsearch.search.schedulers.registry import make_scheduler
from hpsearch.search.schedulers.scheduler import Decision, GoOn, Stop, Wait
from hpsearch.search.suggest import suggest
from hpsearch.search.trainings import Training, Trainings
from hpsearch.seeds import trial_seed
from hpsearch.study.spec import StudySpec
from hpsearch.training.curve import CurveSummary, Ending
from hpsearch.training.run import Run


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
    yield from _Walk(spec, problem, Journal.of(record), files, pool, tell).run()


class _Walk:
    """The state of one walk: the study in memory, the clock and the trials that have not ended."""

    def __init__(
        self,
        spec: StudySpec,
        problem: Problem,
        journal: Journal,
        files: ProgressFiles,
        pool: Pool,
        tell: Callable[[str], None],
    ) -> None:
        self._spec = spec
        self._problem = problem
        self._journal = journal
        self._clock = VirtualClock()
        self._side = SideProcess()
        self._trainings = Trainings(problem, files, pool, tell)
        self._ladder = Ladder(spec.training.epochs, spec.warmup_epochs, spec.folds)
        self._scheduler = make_scheduler(spec, self._ladder)
        self._study = optuna.create_study(
            study_name=spec.study.name,
            direction=spec.task.metric.direction,
            pruner=self._scheduler.pruner,
        )
        self._flights: dict[int, Flight] = {}
        self._promoted: deque[tuple[Flight, int]] = deque()  # to these steps, once there is room
        self._asked = 0
        self._epochs = 0
        self._ended = dict.fromkeys((TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL), 0)
        self._best: BestTrial | None = None

    def run(self) -> Iterator[Snapshot]:
        """Walk; however that ends, what is trained is kept, and the process beside ends."""
        with self._side:
            try:
                yield from self._walk()
            finally:
                self._trainings.save()

    def _walk(self) -> Iterator[Snapshot]:
        self._fill()
        while self._flights:
            number = self._clock.next()
            if number is None:
                self._finish()
            else:
                flight = self._flights[number]
                while flight.training.lacks():
                    self._trainings.wait(flight.training)
                    yield self._snapshot()
                self._report(flight)
            self._fill()
            yield self._snapshot()

    def _fill(self) -> None:
        """Let trials train until none is left or no place is free."""
        search = self._spec.search
        while len(self._clock) < search.parallel:
            if self._promoted:
                self._go_on(*self._promoted.popleft())
            elif self._asked < search.trials:
                self._ask()
            else:
                return

    def _ask(self) -> None:
        """Begin the next trial at the present virtual time."""
        spec, number = self._spec, self._asked
        recorded, reported = self._journal.params(number), self._journal.reported_step(number)
        self._study.sampler = (
            make_sampler(spec, number, self._side)
            if recorded is None
            else RecordedSampler(recorded)
        )
        trial = self._study.ask()
        for key, value in self._journal.sampler_attributes(number).items():
            self._study._storage.set_trial_system_attr(trial._trial_id, key, value)
        recipe = spec.recipe(suggest(trial, spec.space), self._problem.classes)
        seed = trial_seed(spec.study.seed, number)
        trial.set_user_attr("seed", seed)
        trial.set_user_attr("started_seconds", self._clock.now)
        self._journal.asked(self._frozen(number), self._study)
        self._asked += 1
        run = Run(
            f"{number:04d}", f"trial {number}", "trial", recipe, seed, folds=self._ladder.folds
        )
        known = reported if run.folds == 1 or reported < self._ladder.epochs else 0
        self._flights[number] = Flight(trial, run, self._begin(run, 0, known))
        self._decide(number)

    def _begin(self, run: Run, fold: int, recorded: int = 0) -> Training:
        """A trial's training on a fold; segments end where those of the first do."""
        return self._trainings.begin(run.parts[fold], self._ladder.after, recorded)

    def _report(self, flight: Flight) -> None:
        """Take in what a trial came to at its target: it ends by itself, or is decided on."""
        number = flight.trial.number
        if flight.training.failed():
            self._end(flight, TrialState.FAIL, f"failed: {flight.training.failure}", None)
            self._decide(number)
            return
        self._epochs += flight.catch_up()
        seen = flight.seen()
        if seen.ending == Ending.DIVERGED or seen.value is None:
            on_fold = f" on fold {flight.fold}" if flight.run.folds > 1 else ""
            cause = f"diverged at epoch {flight.epoch}{on_fold}"
            self._end(flight, TrialState.PRUNED, cause, seen)
        else:
            over = flight.is_over()
            several = flight.run.folds > 1
            step = self._ladder.step(flight.fold, flight.epoch, over=over and several)
            flight.trial.report(seen.value, step)
            self._journal.reported(number, step, seen.value, self._study)
            if over and flight.fold + 1 == flight.run.folds:
                self._end(flight, TrialState.COMPLETE, flight.cause(), seen)
            elif over:
                self._trainings.end(flight.training, flight.epoch)
                flight.leave_fold()
        self._decide(number)

    def _decide(self, number: int) -> None:
        """Do what the scheduler says after something happened to a trial."""
        decisions = self._scheduler.decide(number, self._study)
        if number in self._flights and number not in decisions:
            raise ValueError(f"a scheduler must decide on trial {number}, got {decisions}")
        for target, decision in decisions.items():
            flight = self._flights[target]
            if isinstance(decision, GoOn) and target == number:  # it has a place
                self._go_on(flight, decision.step)
            else:
                self._apply(flight, decision)

    def _finish(self) -> None:
        """Nothing trains and nothing is to come: the trials that wait go on or end."""
        decisions = self._scheduler.finish(self._study)
        for number in (*decisions, *sorted(self._flights.keys() - decisions.keys())):
            decision = decisions.get(number, Stop())
            self._apply(self._flights[number], Stop() if decision == Wait() else decision)

    def _apply(self, flight: Flight, decision: Decision) -> None:
        """Let a trial that has no place go on, wait or end."""
        match decision:
            case GoOn(step):
                self._promoted.append((flight, step))
            case Wait():
                self._trainings.rest(flight.training)
            case Stop(complete):
                seen, name = flight.seen(), self._spec.search.pruner.name
                if complete and seen.value is not None:
                    self._end(flight, TrialState.COMPLETE, f"ended by {name}", seen)
                else:
                    self._end(flight, TrialState.PRUNED, f"pruned by {name}", seen)

    def _go_on(self, flight: Flight, step: int) -> None:
        """Let a trial train to a step; when it has, by the clock, it is looked at again."""
        epoch = step - self._ladder.step(flight.fold)
        if flight.left:
            flight.enter_fold(self._begin(flight.run, flight.fold))
        if not flight.epoch < epoch <= self._ladder.epochs:
            raise ValueError(f"a trial with {flight.epoch} epochs cannot go on to {epoch}")
        recipe = flight.run.recipe
        seconds = self._problem.virtual_seconds(recipe, epoch - flight.epoch, flight.fold)
        due = self._clock.push(flight.trial.number, seconds)
        self._trainings.go_on(flight.training, epoch, due)

    def _end(
        self, flight: Flight, state: TrialState, cause: str, seen: CurveSummary | None
    ) -> None:
        """Tell both studies how a trial ended, and keep of it what stays."""
        number = flight.trial.number
        attributes = {
            "epochs": flight.epochs,
            "best_epoch": seen.best_epoch if seen else None,
            "cause": cause,
            "ended_seconds": self._clock.now,
        }
        for key, value in attributes.items():
            flight.trial.set_user_attr(key, value)
        complete = state == TrialState.COMPLETE and seen is not None
        self._study.tell(flight.trial, seen.value if complete and seen else None, state=state)
        ended = self._frozen(number)
        self._journal.told(number, state, attributes, self._study)
        if not flight.left:
            self._trainings.end(flight.training, flight.epoch)
        del self._flights[number]
        self._count(ended, state, cause)

    def _count(self, ended: optuna.trial.FrozenTrial, state: TrialState, cause: str) -> None:
        self._ended[state] += 1
        value, task = ended.value or 0.0, self._spec.task
        sign = task.metric.sign
        if state == TrialState.COMPLETE and (
            self._best is None or sign * value < sign * self._best.value
        ):
            self._best = BestTrial(ended.number, task.objective, value, ended.params)
        failed = self._ended[TrialState.FAIL]
        if failed == sum(self._ended.values()) >= min(5, self._spec.search.trials):
            raise HpsearchError(f"all of the first {failed} trials failed; last error: {cause}")

    def _frozen(self, number: int) -> optuna.trial.FrozenTrial:
        return self._study.get_trials(deepcopy=False)[number]

    def _snapshot(self) -> Snapshot:
        waiting = sum(flight.training.resting for flight in self._flights.values())
        return Snapshot(
            total=self._spec.search.trials,
            complete=self._ended[TrialState.COMPLETE],
            pruned=self._ended[TrialState.PRUNED],
            failed=self._ended[TrialState.FAIL],
            running=len(self._flights) - waiting,
            epochs=self._epochs,
            best=self._best,
            waiting=waiting,
        )
