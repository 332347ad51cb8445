"""Schedulers: the contract of those that are registered, and a search with one that waits."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpsearch.data.parts import Fold
from hpsearch.progress import Snapshot
from hpsearch.search import loop
from hpsearch.search.schedulers.ladder import Ladder
from hpsearch.search.schedulers.registry import SCHEDULERS
from hpsearch.search.schedulers.scheduler import Decision, GoOn, MakeScheduler, Stop, Wait
from hpsearch.search.trainings import Trainings
from hpsearch.study.section import StudyTable
from hpsearch.study.sections import SearchSection
from hpsearch.study.spec import StudySpec
from hpsearch.study.tagged import tagged
from hpsearch.training.segment import Progress, Segment
from tests.doubles import FormulaTrainer, ThreadPool, small_study
from tests.search.test_loop import Found, assert_equal, run, snapshots, trained, walk

RUNGS = (2, 5, 10, 20)


class SynchronousHalving:
    """Waits on each rung until a cohort is there; then the better half of it goes on.

    A cohort is ``size`` trials by number. Those that ended by themselves before the rung count as
    the worse ones.
    """

    def __init__(self, size: int, trials: int) -> None:
        self.pruner = optuna.pruners.NopPruner()
        self._size = size
        self._trials = trials
        self._decided: set[tuple[int, int]] = set()  # cohort and rung

    def decide(self, number: int, study: optuna.Study) -> Mapping[int, Decision]:
        trials = study.get_trials(deepcopy=False)
        trial = trials[number]
        if trial.last_step is None and not trial.state.is_finished():
            return {number: GoOn(RUNGS[0])}
        waits: dict[int, Decision] = {} if trial.state.is_finished() else {number: Wait()}
        return {**waits, **self._cohort(number // self._size, study, whole=False)}

    def finish(self, study: optuna.Study) -> Mapping[int, Decision]:
        """Of a cohort that never becomes whole those that are there are compared."""
        decisions: dict[int, Decision] = {}
        for cohort in range(-(-self._trials // self._size)):
            decisions |= self._cohort(cohort, study, whole=True)
        return decisions

    def _cohort(self, cohort: int, study: optuna.Study, *, whole: bool) -> dict[int, Decision]:
        first = cohort * self._size
        trials = study.get_trials(deepcopy=False)[first : first + self._size]
        running = [trial for trial in trials if not trial.state.is_finished()]
        steps = {trial.last_step for trial in running}
        if not running or len(steps) > 1 or (len(trials) < self._size and not whole):
            return {}
        (epoch,) = steps
        if epoch is None or (cohort, epoch) in self._decided:
            return {}
        self._decided.add((cohort, epoch))
        ranked = sorted(running, key=lambda trial: (trial.intermediate_values[epoch], trial.number))
        keep = max(len(ranked) // 2, 1)
        beyond = next(rung for rung in RUNGS if rung > epoch)
        return {
            **{trial.number: GoOn(beyond) for trial in ranked[:keep]},
            **{trial.number: Stop() for trial in ranked[keep:]},
        }


def waiting_study(**overrides: Any) -> StudySpec:
    """Twelve trials that wait in cohorts of five while two train at a time."""
    return small_study(
        search__pruner="none", training__patience=20, **{"search__parallel": 2, **overrides}
    )


@pytest.fixture(autouse=True)
def halving(monkeypatch: pytest.MonkeyPatch) -> None:
    """The double schedules the studies of these tests."""

    def make(spec: StudySpec, ladder: Ladder) -> Any:
        return SynchronousHalving(5, spec.search.trials)

    monkeypatch.setattr(loop, "make_scheduler", make)


@pytest.fixture(scope="module")
def through(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """The study that waits, run through by one worker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "make_scheduler", lambda spec, ladder: SynchronousHalving(5, 12))
        return run(tmp_path_factory.mktemp("through"), waiting_study())


def test_the_better_half_of_a_cohort_goes_on_with_its_state(through: Found) -> None:
    trials, _ = through
    for cohort in (trials[:5], trials[5:10], trials[10:]):
        at_the_first = sorted(trial.epochs for trial in cohort)
        assert at_the_first in ([2, 2, 2, 5, 20], [2, 20])
        (winner,) = (trial for trial in cohort if trial.epochs == 20)
        assert (winner.state, winner.cause) == ("complete", "ran all epochs")
        rest = [trial for trial in cohort if trial.epochs < 20]
        assert {(trial.state, trial.cause) for trial in rest} == {("pruned", "pruned by none")}


def test_nothing_is_trained_twice_for_having_waited(tmp_path: Path, through: Found) -> None:
    pool = ThreadPool(FormulaTrainer())
    assert_equal(walk(tmp_path, waiting_study(), pool), through)
    began = [segment.seed for segment in pool.segments if segment.first == 0]
    assert len(began) == len(set(began)) == 12
    assert trained(pool) >= sum(trial.epochs for trial in through[0])


def test_a_trial_that_waits_gives_its_place_away(tmp_path: Path) -> None:
    seen = snapshots(tmp_path, waiting_study(), ThreadPool(FormulaTrainer(), workers=3, seed=1))
    assert max(snapshot.running for snapshot in seen) == 2
    assert max(snapshot.waiting for snapshot in seen) >= 4
    assert seen[-1].running == seen[-1].waiting == 0


def test_those_that_wait_when_nothing_is_to_come_are_decided_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Forgetful(SynchronousHalving):
        """Knows nothing to do with the first three, ends the next as complete."""

        def finish(self, study: optuna.Study) -> Mapping[int, Decision]:
            return {0: Wait(), 1: Stop(), 3: Stop(complete=True)}

    monkeypatch.setattr(loop, "make_scheduler", lambda spec, ladder: Forgetful(5, 12))
    trials, _ = run(tmp_path, waiting_study(search__trials=4))
    assert [trial.state for trial in trials] == ["pruned", "pruned", "pruned", "complete"]
    assert trials[3].cause == "ended by none"
    assert {trial.epochs for trial in trials} == {2}
    assert all(trial.value is not None for trial in trials)


def test_a_failure_lets_those_go_on_that_waited_for_it(tmp_path: Path, through: Found) -> None:
    broken = through[0][4].seed

    class Failing(FormulaTrainer):
        def run(self, segment: Segment, fold: Fold) -> Progress:
            if segment.seed == broken:
                raise MemoryError("no memory")
            return super().run(segment, fold)

    trials, _ = walk(tmp_path, waiting_study(search__trials=5), ThreadPool(Failing()))
    assert [trial.state for trial in trials].count("failed") == 1
    assert sorted(trial.epochs for trial in trials)[-1] == 20


@pytest.mark.parametrize("workers", [2, 8])
def test_workers_change_nothing(tmp_path: Path, through: Found, workers: int) -> None:
    assert_equal(run(tmp_path, waiting_study(), workers=workers, seed=workers), through)


@settings(max_examples=15, deadline=None)
@given(stops=st.lists(st.integers(1, 40), max_size=5), workers=st.integers(1, 8))
def test_any_interruptions_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, through: Found, stops: list[int], workers: int
) -> None:
    folder, spec = tmp_path_factory.mktemp("stopped"), waiting_study()
    for seed, events in enumerate(stops):
        walk(folder, spec, ThreadPool(FormulaTrainer(), workers, seed), events)
    assert_equal(run(folder, spec, workers=workers, seed=99), through)


def test_a_search_that_is_killed_while_trials_wait_finds_their_states(
    tmp_path: Path, through: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, pool = waiting_study(), ThreadPool(FormulaTrainer())
    with monkeypatch.context() as killed:  # what is not on disk by then is lost
        killed.setattr(Trainings, "save", lambda self: None)
        walk(tmp_path, spec, pool, events=24)
    assert len(list((tmp_path / "checkpoints").glob("*.npz"))) >= 3, "too few trials wait"
    again = ThreadPool(FormulaTrainer())
    assert_equal(walk(tmp_path, spec, again), through)
    assert trained(again) < sum(trial.epochs for trial in through[0])


@pytest.mark.parametrize(
    "wrong",
    [lambda number: {}, lambda number: {number: GoOn(0)}, lambda number: {number: GoOn(99)}],
)
def test_a_scheduler_that_breaks_the_contract_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: Callable[[int], Any]
) -> None:
    class Wrong(SynchronousHalving):
        def decide(self, number: int, study: optuna.Study) -> Mapping[int, Decision]:
            decisions: Mapping[int, Decision] = wrong(number)
            return decisions

    monkeypatch.setattr(loop, "make_scheduler", lambda spec, ladder: Wrong(5, 12))
    with pytest.raises(ValueError, match=r"must decide on trial 0|cannot go on to"):
        run(tmp_path, waiting_study())


# The contract of all that are registered.


def test_every_pruner_of_a_study_file_is_registered() -> None:
    assert set(tagged(SearchSection)["pruner"].values()) == set(SCHEDULERS)


@pytest.fixture(params=SCHEDULERS.items(), ids=lambda entry: entry[0].__name__)
def registered(request: pytest.FixtureRequest) -> tuple[type[StudyTable], MakeScheduler]:
    entry: tuple[type[StudyTable], MakeScheduler] = request.param
    return entry


def reported(study: optuna.Study, *values: float) -> int:
    """A trial that reported these values at the rungs."""
    trial = study.ask()
    for epoch, value in zip(Ladder(20, 2).rungs, values, strict=False):
        trial.report(value, epoch)
    return trial.number


def test_each_decides_on_the_trial_alone_and_only_while_it_runs(
    registered: tuple[type[StudyTable], MakeScheduler],
) -> None:
    options, make = registered
    ladder = Ladder(20, 2)
    scheduler = make(options(), ladder)
    study = optuna.create_study(study_name="small", pruner=scheduler.pruner)
    for _ in range(12):
        study.tell(reported(study, 0.5, 0.4, 0.3), 0.3)
    fresh = reported(study)
    assert scheduler.decide(fresh, study) == {fresh: GoOn(ladder.rungs[0])}
    for values in ((0.6,), (0.6, 0.6), (0.1, 0.1, 0.1)):
        number = reported(study, *values)
        decisions = scheduler.decide(number, study)
        assert decisions in ({number: Stop()}, {number: GoOn(ladder.rungs[len(values)])})
        study.tell(number, state=optuna.trial.TrialState.PRUNED)
        assert scheduler.decide(number, study) == {}
    assert scheduler.finish(study) == {}


def test_they_stop_what_is_bad_and_none_stops_nothing() -> None:
    stopped = set()
    for options, make in SCHEDULERS.items():
        scheduler = make(options(), Ladder(20, 2))
        study = optuna.create_study(study_name="small", pruner=scheduler.pruner)
        for value in [0.5] * 12 + [0.9] * 6:
            trial = study.ask()
            for place, rung in enumerate(Ladder(20, 2).rungs[:-1]):
                trial.report(value + 0.001 * place, rung)
                if Stop() in scheduler.decide(trial.number, study).values():
                    assert value == 0.9
                    stopped.add(options.__name__)
            study.tell(trial, value)
    assert stopped == {"Median", "Patient", "SuccessiveHalving", "Hyperband"}


def test_a_snapshot_counts_each_trial_once(tmp_path: Path) -> None:
    for snapshot in snapshots(tmp_path, waiting_study(), ThreadPool(FormulaTrainer())):
        assert isinstance(snapshot, Snapshot)
        ended = snapshot.complete + snapshot.pruned + snapshot.failed
        assert ended + snapshot.running + snapshot.waiting <= 12
