"""What became of each trial, told apart more finely than the record's four states."""

import math
from collections.abc import Iterable
from typing import Literal

from hpsearch.record.trial import TrialRecord

State = Literal["complete", "pruned", "diverged", "failed", "running"]

#: Every state, in the order in which it is shown.
STATES: tuple[State, ...] = ("complete", "pruned", "diverged", "failed", "running")


def state_of(trial: TrialRecord) -> State:
    """The trial's state; ``diverged`` where a loss became NaN or infinite, however it was told."""
    return "diverged" if trial.diverged else trial.state


def count_states(trials: Iterable[TrialRecord]) -> dict[State, int]:
    """Number of trials by state, zeros included, in the order of ``STATES``."""
    counts = dict.fromkeys(STATES, 0)
    for trial in trials:
        counts[state_of(trial)] += 1
    return counts


def finite_value(trial: TrialRecord) -> float | None:
    """The trial's value, or None where it has none that is finite."""
    return trial.value if trial.value is not None and math.isfinite(trial.value) else None


def rank_trials(trials: Iterable[TrialRecord]) -> list[TrialRecord]:
    """Trials with a finite value, best first, the earlier of equals first."""
    valued = [(value, t.number, t) for t in trials if (value := finite_value(t)) is not None]
    return [trial for _, _, trial in sorted(valued, key=lambda entry: entry[:2])]
