"""What the pruner saved, and what it may have cost."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from hpsearch.analysis.spending import core_seconds
from hpsearch.record.trial import TrialRecord
from hpsearch.search.clock import Problem
from hpsearch.study.spec import StudySpec
from hpsearch.tasks.metric import Metric
from hpsearch.training.curve import Curve, kept_epochs


@dataclass(frozen=True, slots=True)
class Saved:
    """What pruned trials would have run more, had each come to a length of ``length`` epochs.

    A trial that was pruned later than that saved nothing.
    """

    length: float
    epochs: float
    core_seconds: float


@dataclass(frozen=True, slots=True)
class Beside:
    """A trial at the epoch at which it was pruned, and the winner at the same epoch.

    Attributes:
        value, winner: Objective with the weights that are kept at that epoch. A winner that ran
            for fewer epochs stands there with those of all its epochs.
        lead: By how much it was better than the winner; below 0 it was worse.
    """

    trial: int
    epoch: int
    value: float
    winner: float
    lead: float

    @property
    def ahead(self) -> bool:
        """Whether it was better than the winner."""
        return self.lead > 0


@dataclass(frozen=True, slots=True)
class Pruning:
    """What the pruner did to a search.

    Attributes:
        pruned: Trials that the pruner ended; those that diverged are not among them.
        epochs, core_seconds: What they ran before.
        against_limit: Against the most epochs that a trial may run.
        against_complete: Against the mean length of the complete trials; None without one.
        beside: The pruned trials beside the winner, the one furthest ahead first; empty
            where there is no winner, or no curve of it.
    """

    pruned: int
    epochs: int
    core_seconds: float
    against_limit: Saved
    against_complete: Saved | None
    beside: tuple[Beside, ...]

    @property
    def ahead(self) -> tuple[Beside, ...]:
        """Those that were better than the winner was when they were pruned."""
        return tuple(pruned for pruned in self.beside if pruned.ahead)


def weigh_pruning(
    trials: Sequence[TrialRecord],
    spec: StudySpec,
    problem: Problem,
    winner: int | None,
    curve: Curve,
    keep: str,
) -> Pruning:
    """Add up what pruned trials did not run, and hold them to the winner at the same epoch.

    Args:
        winner: Its number, or None where there is none.
        curve: The winner's in the search; without epochs where it is not recorded.
        keep: Which weights it keeps.
    """
    metric = spec.task.metric
    pruned = [trial for trial in trials if trial.state == "pruned" and not trial.diverged]
    lengths = [trial.epochs for trial in trials if trial.state == "complete"]

    def saved(length: float) -> Saved:
        epochs = [max(length - trial.epochs, 0.0) for trial in pruned]
        seconds = (
            missing * problem.virtual_seconds(spec.recipe(trial.params, problem.classes), 1)
            for missing, trial in zip(epochs, pruned, strict=True)
        )
        return Saved(length, math.fsum(epochs), math.fsum(seconds))

    return Pruning(
        len(pruned),
        sum(trial.epochs for trial in pruned),
        math.fsum(core_seconds(trial, spec, problem) for trial in pruned),
        saved(spec.most_epochs),
        saved(fmean(lengths)) if lengths else None,
        _beside(
            metric,
            [trial for trial in pruned if trial.number != winner],
            best_so_far(metric, curve, keep),
        ),
    )


def best_so_far(metric: Metric, curve: Curve, keep: str) -> list[float]:
    """Validation value of the weights that are kept after each epoch; infinite before a finite one.

    Args:
        keep: As in ``Recipe``.
    """
    kept, values = kept_epochs(curve, keep), curve.validation(metric.name).astype(np.float64)
    best: list[float] = np.where(kept > 0, values[kept - 1], metric.worst).tolist()
    return best


def _beside(
    metric: Metric, pruned: Sequence[TrialRecord], winner: Sequence[float]
) -> tuple[Beside, ...]:
    def then(epoch: int) -> float:
        return winner[min(epoch, len(winner)) - 1]

    both = [
        Beside(
            trial.number,
            trial.epochs,
            trial.value,
            then(trial.epochs),
            metric.behind(then(trial.epochs), trial.value),
        )
        for trial in pruned
        if trial.value is not None and winner and math.isfinite(then(trial.epochs))
    ]
    return tuple(sorted(both, key=lambda pair: (-pair.lead, pair.trial)))
