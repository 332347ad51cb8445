"""Recorded runs trained again, and checked against what the record says of them, bit by bit."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hpsearch.errors import RecordError, UsageError
from hpsearch.evaluation.allowance import Allowance, allowance
from hpsearch.evaluation.candidates import comparison_runs
from hpsearch.evaluation.results import read_results
from hpsearch.evaluation.retraining import best_trials, retrainings
from hpsearch.evaluation.runs import recorded, trial_run
from hpsearch.execution.pool import Pool
from hpsearch.models.recipe import Recipe
from hpsearch.record.environment import HARDWARE, differences, environment
from hpsearch.record.folder import StudyFolder
from hpsearch.record.trial import TrialRecord
from hpsearch.search.clock import Problem
from hpsearch.training.curve import Curve, summarize
from hpsearch.training.history import UNTRAINED, History
from hpsearch.training.run import Run


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """A run that ended, and what the folder has of it."""

    run: Run
    history: History


#: Which runs of a folder are wanted.
Choose = Callable[[StudyFolder], Sequence[RecordedRun]]


@dataclass(frozen=True, slots=True)
class Repetition:
    """How a run that was trained again compares with its record.

    Attributes:
        epochs: That the folder holds; 0 where they are missing or damaged.
        first_difference: The first epoch whose metrics differ in any bit, None if none does.
        state_differs: Whether the state after the last epoch does, all weights and the optimizer's.
        apart: By how much the objective with the weights that are kept differs; infinite where
            only one of the two never had a finite epoch.
        largest: The largest difference of any metric in any epoch.
    """

    label: str
    epochs: int
    first_difference: int | None
    state_differs: bool
    apart: float
    largest: float

    @property
    def equal(self) -> bool:
        """Whether every epoch and the final state are equal to the bit."""
        return self.epochs > 0 and self.first_difference is None and not self.state_differs


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What came of training recorded runs again.

    Attributes:
        objective: What the best values are of.
        differences: What differs between this environment and those of the study, in words.
        other_hardware: Whether the processor is among that: then bits can't be promised.
        allowance: How far apart best values may be then; None where nothing recorded tells it.
    """

    objective: str
    repetitions: tuple[Repetition, ...]
    differences: Mapping[str, str]
    other_hardware: bool
    allowance: Allowance | None

    @property
    def holds(self) -> bool:
        """Whether all is equal to the bit; on other hardware, within the allowance."""
        return all(
            repetition.equal or (self.other_hardware and self._is_allowed(repetition))
            for repetition in self.repetitions
        )

    def _is_allowed(self, repetition: Repetition) -> bool:
        allowed = self.allowance
        return repetition.epochs > 0 and allowed is not None and repetition.apart <= allowed.value


def reproduction(repetitions: Sequence[Repetition], folder: StudyFolder) -> Reproduction:
    """Repetitions with what differs between a study's environments and this one."""
    here = environment()
    others = [differences(before, here) for before in folder.environments() if before != here]
    changed = others[0] if others else {}
    other_hardware = any(name in changed for name in HARDWARE)
    return Reproduction(
        folder.spec.task.objective,
        tuple(repetitions),
        changed,
        other_hardware,
        allowance(folder),
    )


def choose_trial(number: int) -> Choose:
    """One trial."""

    def choose(folder: StudyFolder) -> Sequence[RecordedRun]:
        trials = folder.record.trials()
        if not 0 <= number < len(trials):
            raise UsageError(
                f"--trial must be a recorded trial, 0 to {len(trials) - 1}, got {number}"
            )
        return _runs(folder, [trials[number]], [])

    return choose


def choose_all(folder: StudyFolder) -> Sequence[RecordedRun]:
    """All trials that ended, and all that was trained after the search."""
    trials = [trial for trial in folder.record.trials() if trial.state in ("complete", "pruned")]
    sign = folder.spec.task.metric.sign
    return _runs(
        folder, trials, best_trials(trials, folder.spec.evaluate.top, sign), comparison_runs(folder)
    )


def choose_best(folder: StudyFolder) -> Sequence[RecordedRun]:
    """The winner and its re-trainings; the best trial where nothing was re-trained yet."""
    trials = folder.record.trials()
    winner = read_results(folder, trials).leaderboard.winner
    best = [winner.trial] if winner else best_trials(trials, 1, folder.spec.task.metric.sign)
    return _runs(folder, best, best)


def repeat(runs: Sequence[RecordedRun], problem: Problem, pool: Pool) -> Iterator[Repetition]:
    """Train runs again, the longest first; each is compared in its turn."""
    pending = {}
    for place, kept in enumerate(runs):
        if len(kept.history):
            recipe, epochs = kept.run.recipe, len(kept.history)
            longest_first = -problem.virtual_seconds(recipe, epochs, kept.run.fold)
            segment = kept.run.segment(0, epochs, None)
            pending[place] = pool.train(segment, longest_first, name=_label(kept.run))
    for place, kept in enumerate(runs):
        if place in pending:
            yield _compare(kept, UNTRAINED.then(pending[place].result()))
        else:
            yield Repetition(_label(kept.run), 0, None, False, 0.0, 0.0)


def _compare(run: RecordedRun, again: History) -> Repetition:
    recorded, epochs = run.history, len(run.history)
    curves = (recorded.curve.values, again.curve.values)
    bits = [np.ascontiguousarray(values).view(np.uint32) for values in curves]
    both = min(map(len, bits))
    different = np.flatnonzero((bits[0][:both] != bits[1][:both]).any(axis=(1, 2)))
    first = int(different[0]) + 1 if len(different) else None
    if first is None and len(bits[0]) != len(bits[1]):
        first = both + 1
    gap = np.abs(curves[0][:both] - curves[1][:both])
    return Repetition(
        _label(run.run),
        epochs,
        first,
        recorded.digests.get(epochs) != again.digests.get(epochs),
        _apart(*(_value(run.run.recipe, history.curve) for history in (recorded, again))),
        float(np.nanmax(gap, initial=0.0)),
    )


def _label(run: Run) -> str:
    """A name for people that no other run of a study has."""
    return run.label if run.variant in ("trial", "retraining") else run.name


def _apart(before: float, after: float) -> float:
    return 0.0 if before == after else abs(before - after)  # both may be infinite


def _value(recipe: Recipe, curve: Curve) -> float:
    """The objective with the weights that are kept; infinite where no epoch was finite."""
    value = summarize(curve, recipe.patience, recipe.keep).value
    return recipe.the_task().metric.worst if value is None else value


def _trial(folder: StudyFolder, trial: TrialRecord) -> list[RecordedRun]:
    """A trial on each fold that it came to."""
    run = trial_run(folder.spec, trial, folder.classes)
    kept = [RecordedRun(part, recorded(folder, part)) for part in run.parts]
    if run.folds == 1:
        return [RecordedRun(run, kept[0].history.until(trial.epochs))]
    return [part for part in kept if len(part.history)] or kept[:1]


def _runs(
    folder: StudyFolder,
    trials: Sequence[TrialRecord],
    retrained: Sequence[TrialRecord],
    others: Sequence[Run] = (),
) -> Sequence[RecordedRun]:
    """Trials, re-trainings and other runs, of which one at least has epochs."""
    again = [run for trial in retrained for run in retrainings(folder.spec, trial, folder.classes)]
    runs = [part for trial in trials for part in _trial(folder, trial)]
    parts = (part for run in (*again, *others) for part in run.parts)
    runs += [RecordedRun(part, recorded(folder, part)) for part in parts]
    if not any(len(run.history) for run in runs):
        raise RecordError(
            f"{folder.path} must have recorded epochs of what is to be trained again, got none; "
            f"hpsearch optimize trains what is missing"
        )
    return runs
