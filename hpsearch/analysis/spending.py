"""What a search spent: core-seconds of its virtual clock, by trial and by the end of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hpsearch.record.trial import TrialRecord
from hpsearch.search.clock import Problem
from hpsearch.study.spec import StudySpec


@dataclass(frozen=True, slots=True)
class Ended:
    """A trial that ended, and the core-seconds that all trials had spent by then."""

    trial: TrialRecord
    core_seconds: float


def core_seconds(trial: TrialRecord, spec: StudySpec, problem: Problem) -> float:
    """Nominal seconds that one core needs for the epochs that a trial ran."""
    return problem.virtual_seconds(spec.recipe(trial.params, problem.classes), trial.epochs)


def endings(trials: Sequence[TrialRecord], spec: StudySpec, problem: Problem) -> tuple[Ended, ...]:
    """The trials that ended, in the order in which they did, equals by number.

    On the virtual clock each trial in flight has a core to itself and runs its epochs one after the
    other from its start, so what it had spent at any time follows from these two.
    """
    costs = np.array([core_seconds(trial, spec, problem) for trial in trials])
    starts = np.array([trial.started_seconds for trial in trials])
    ended = [
        (trial.ended_seconds, trial.number, trial)
        for trial in trials
        if trial.ended_seconds is not None
    ]
    return tuple(
        Ended(trial, float(np.minimum(costs, np.maximum(seconds - starts, 0.0)).sum()))
        for seconds, _, trial in sorted(ended, key=lambda entry: entry[:2])
    )
