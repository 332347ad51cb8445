"""What each regularizer did: for the winner by taking it away, for the search by who had it on."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

import numpy as np
from numpy.typing import NDArray

from hpsearch.evaluation.ablation import regularizers_on
from hpsearch.evaluation.leaderboard import Standing
from hpsearch.evaluation.outcome import Outcome
from hpsearch.evaluation.runs import Trained
from hpsearch.record.trial import TrialRecord
from hpsearch.space.hyperparameter import REGULARIZERS
from hpsearch.statistics.crossed import crossed_mean, seeds_mean
from hpsearch.statistics.estimate import Estimate
from hpsearch.tasks.metric import Metric
from hpsearch.training.inspection import KERNEL_FIELDS


@dataclass(frozen=True, slots=True)
class Ablation:
    """The winner's configuration without one of its regularizers, or without any.

    Attributes:
        name: As in ``Trained``.
        value: Mean best objective over the seeds; infinite if one diverged.
        change: By how much the objective is worse without, over seeds and validation rows: above 0
            the regularizer bought something. Where the objective is no mean of the rows' losses,
            over seeds alone. None if a run diverged or what it takes is not recorded.
        seeds: The change with each seed; infinite where the run diverged.
        diverged: How many runs did.
    """

    name: str
    value: float
    change: Estimate | None
    seeds: tuple[float, ...]
    diverged: int


@dataclass(frozen=True, slots=True)
class LayerWeights:
    """A kernel after the last epoch, the mean over the seeds.

    Attributes:
        norm: Euclidean.
        share_small: Share of its weights nearer to 0 than ``inspection.SMALL``.
        weights: How many it has.
    """

    norm: float
    share_small: float
    weights: int


@dataclass(frozen=True, slots=True)
class Group:
    """Trials that are alike in their regularizers.

    Attributes:
        complete: Trials that were trained in full and have a finite value.
        pruned: Trials that were stopped by the pruner; their values count nowhere.
        best, median: Of the complete trials' objective; None without any.
    """

    complete: int
    pruned: int
    best: float | None
    median: float | None


@dataclass(frozen=True, slots=True)
class Switch:
    """A regularizer and the trials with and without it."""

    name: str
    on: Group
    off: Group


def variants(outcome: Outcome, winner: Standing) -> Mapping[str, Sequence[Trained]]:
    """The winner's ablations by name, each with the runs of its seeds, in their order.

    Unfinished ones are left out, and those of a trial that leads by now while another was tested.
    """
    names = dict.fromkeys(ablation.run.variant for ablation in outcome.ablations)
    runs = {(ablation.run.variant, ablation.run.seed): ablation for ablation in outcome.ablations}
    runs_by_variant = {
        name: [runs[name, run.run.seed] for run in winner.runs if (name, run.run.seed) in runs]
        for name in names
    }
    return {name: ones for name, ones in runs_by_variant.items() if len(ones) == len(winner.runs)}


def ablate(outcome: Outcome, winner: Standing) -> tuple[Ablation, ...]:
    """The winner's ablations, each run beside the winner's re-training with the same seed."""
    return tuple(
        _ablation(outcome, name, list(zip(runs, winner.runs, strict=True)))
        for name, runs in variants(outcome, winner).items()
    )


def summarize_layers(outcome: Outcome, runs: Sequence[str]) -> tuple[LayerWeights, ...]:
    """Kernels from the input on, the output layer's last; none where none are recorded.

    Runs that diverged are left out.
    """
    last = [list(outcome.history(run).kernels.values())[-1:] for run in runs]
    finite = [kernels for looks in last for kernels in looks if np.isfinite(kernels).all()]
    if not finite:
        return ()
    mean = np.stack(finite).astype(np.float64).mean(axis=0)
    norm, share_small = (KERNEL_FIELDS.index(name) for name in ("norm", "share_small"))
    return tuple(
        # every weight is in one bin
        LayerWeights(
            float(row[norm]), float(row[share_small]), round(row[len(KERNEL_FIELDS) :].sum())
        )
        for row in mean
    )


def norms_by_epoch(outcome: Outcome, runs: Sequence[str]) -> Mapping[int, float]:
    """Euclidean norm of all kernels by epoch, the mean over the seeds.

    Epochs that one of the runs has no kernels of are left out, and so are runs that diverged.
    """
    norm = KERNEL_FIELDS.index("norm")
    recorded = [outcome.history(run).kernels for run in runs]
    norms = [
        {epoch: float(np.linalg.norm(kernels[:, norm])) for epoch, kernels in looks.items()}
        for looks in recorded
        if looks and all(np.isfinite(kernels).all() for kernels in looks.values())
    ]
    common = set.intersection(*map(set, norms)) if norms else set()
    return {epoch: fmean(seed[epoch] for seed in norms) for epoch in sorted(common)}


def switches(outcome: Outcome) -> tuple[Switch, ...]:
    """Each regularizer that any trial had on."""
    trials, metric = _ended(outcome), outcome.task.metric
    return tuple(
        Switch(
            name,
            _group(metric, [value for on, value in trials if name in on]),
            _group(metric, [value for on, value in trials if name not in on]),
        )
        for name in REGULARIZERS
        if any(name in on for on, _ in trials)
    )


def combinations(outcome: Outcome) -> Mapping[tuple[str, ...], Group]:
    """Trials by the exact set of regularizers that they had on, the best set first."""
    trials, metric = _ended(outcome), outcome.task.metric
    groups = {
        names: _group(metric, [value for on, value in trials if on == names])
        for names in sorted({on for on, _ in trials})
    }
    return dict(sorted(groups.items(), key=lambda entry: _best_or_last(metric, entry[1])))


def _ablation(outcome: Outcome, name: str, pairs: Sequence[tuple[Trained, Trained]]) -> Ablation:
    metric = outcome.task.metric
    diverged = sum(math.isinf(without.value) for without, _ in pairs)
    seeds = tuple(metric.behind(without.value, whole.value) for without, whole in pairs)
    losses = [
        (_losses(outcome, without.run.name), _losses(outcome, whole.run.name))
        for without, whole in pairs
    ]
    change = None
    if not outcome.task.ranks_by_loss:
        change = seeds_mean(seeds) if not diverged else None
    elif not diverged and all(len(run) for pair in losses for run in pair):
        change = crossed_mean(np.stack([without - with_it for without, with_it in losses]))
    return Ablation(
        name,
        fmean(without.value for without, _ in pairs),
        change,
        seeds,
        diverged,
    )


def _losses(outcome: Outcome, run: str) -> NDArray[np.float64]:
    return outcome.history(run).losses.astype(np.float64)


def _ended(outcome: Outcome) -> list[tuple[tuple[str, ...], float | None]]:
    """What each trial had on, and its value; None for one that was pruned."""
    return [
        (regularizers_on(outcome.spec.space.complete(trial.params)), value)
        for trial in outcome.trials
        if (value := _complete_value(trial)) is not None
        or (trial.state == "pruned" and not trial.diverged)
    ]


def _complete_value(trial: TrialRecord) -> float | None:
    """The value of a trial that was trained in full; None for others, and for one not finite."""
    finite = trial.value is not None and math.isfinite(trial.value)
    return trial.value if finite and trial.state == "complete" else None


def _group(metric: Metric, values: Sequence[float | None]) -> Group:
    complete = [value for value in values if value is not None]
    return Group(
        len(complete),
        len(values) - len(complete),
        metric.best(complete),
        median(complete) if complete else None,
    )


def _best_or_last(metric: Metric, group: Group) -> float:
    return math.inf if group.best is None else metric.sign * group.best
