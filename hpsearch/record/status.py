"""A trial's status: its state in the record, with divergence told apart; and which are best."""

import math
from collections.abc import Iterable
from typing import Literal

from hpsearch.record.trial import TrialRecord

TrialStatus = Literal["complete", "pruned", "diverged", "failed", "running"]

#: Every status, in the order in which it is shown.
STATUSES: tuple[TrialStatus, ...] = ("complete", "pruned", "diverged", "failed", "running")


def trial_status(trial: TrialRecord) -> TrialStatus:
    """The trial's state, or ``diverged`` where a loss became NaN or infinite."""
    return "diverged" if trial.diverged else trial.state


def count_statuses(trials: Iterable[TrialRecord]) -> dict[TrialStatus, int]:
    """Number of trials by status, zeros included, in the order of ``STATUSES``."""
    counts = dict.fromkeys(STATUSES, 0)
    for trial in trials:
        counts[trial_status(trial)] += 1
    return counts


def finite_value(trial: TrialRecord) -> float | None:
    """The trial's value, or None where it has none that is finite."""
    return trial.value if trial.value is not None and math.isfinite(trial.value) else None


def rank_trials(trials: Iterable[TrialRecord], sign: int) -> list[TrialRecord]:
    """Trials with a finite value, best first, the earlier of equals first.

    Args:
        sign: That of the objective, ``Metric.sign``.
    """
    valued = [(sign * value, t.number, t) for t in trials if (value := finite_value(t)) is not None]
    return [trial for _, _, trial in sorted(valued, key=lambda entry: entry[:2])]
