"""What the numbers of the search mean, in sentences that a reader can act on."""

from collections.abc import Mapping, Sequence
from typing import Any

from hpsearch.analysis.pruning import Pruning, Saved
from hpsearch.analysis.slices import BEST, Slice
from hpsearch.evaluation.importance import TRIALS_FOR_IMPORTANCE
from hpsearch.space.space import Choice, Space
from hpsearch.tasks.metric import Metric
from hpsearch.tasks.task import Task
from hpsearch.wording import listed, say_count, say_number, say_share, say_value

#: Below this share of the importance little depended on a parameter.
LITTLE = 0.01

#: Share of the trials within which a best value came late.
LATE = 0.1


def say_history(
    metric: Metric, improvements: Sequence[Mapping[str, Any]], ended: int, spent: float, more: str
) -> str:
    """When the best value came, and whether more trials may bring a better one.

    Args:
        improvements: As in the section's values.
        ended: Trials that ended.
        spent: Core-seconds of all trials.
        more: How to get more trials.
    """
    if not improvements:
        return "No complete trial has a finite value yet, so there is no best one."
    last = improvements[-1]
    before = improvements[-2]["value"] if len(improvements) > 1 else None
    side = "below" if metric.sign > 0 else "above"
    by = (
        f"{say_number(abs(before - last['value']))} {side} the best before, "
        if before is not None
        else ""
    )
    best = (
        f"The best value, {say_number(last['value'])}, {by}came with trial {last['trial']}, when "
        f"{say_count(last['ended'])} of {say_count(ended)} trials had ended and "
        f"{say_number(last['core_seconds'], 1)} of {say_number(spent, 1)} core-seconds were spent."
    )
    after = ended - last["ended"]
    if after <= LATE * ended:
        return f"{best} It came late, so more trials may find a better one. {more}"
    return f"{best} The {say_count(after)} trials that ended after it brought nothing better."


def say_importances(importances: Mapping[str, float], complete: int, more: str) -> str:
    """Which parameters had most to do with a trial's value, and which next to nothing."""
    if not importances:
        return (
            f"Importances need at least {TRIALS_FOR_IMPORTANCE} complete trials, got {complete}. "
            f"{more}"
        )
    names = list(importances)
    first = f"{names[0]} has the largest share, {say_share(importances[names[0]])}."
    little = [name for name in names if importances[name] < LITTLE]
    if not little:
        return first
    return (
        f"{first} Little of the difference among these trials came from {listed(little)}, each "
        f"below {LITTLE:.0%}, either because they hardly matter or because nearly all trials were "
        "alike in them: a next study may fix them at the winner's values and search the others "
        "more closely."
    )


def say_slices(space: Space, slices: Sequence[Slice], complete: int) -> str | None:
    """Whether a range looks too narrow; nothing where there are too few trials to say."""
    if complete < BEST:
        return None
    domains = {parameter.name: parameter.domain for parameter in space.parameters}
    crowded = []
    for parameter in slices:
        domain = domains[parameter.name]
        if parameter.crowded and not isinstance(domain, Choice):
            end = domain.low if parameter.crowded == "low" else domain.high
            side = "lower" if parameter.crowded == "low" else "upper"
            crowded.append(f"{parameter.name} ({side} end, {say_value(end)})")
    if not crowded:
        return (
            f"No range looks too narrow: the {BEST} best trials do not crowd at either end of any "
            "of them."
        )
    return (
        f"At least half of the {BEST} best trials lie in the last tenth of the range of "
        f"{listed(crowded)}: a range that goes further there may hold better ones."
    )


def say_pruning(task: Task, pruning: Pruning, pruner: str, spent: float, winner: int | None) -> str:
    """What the pruner saved, and whether it may have cost a better trial."""
    if pruner == "none":
        return "The study prunes nothing, search.pruner = 'none'."
    if not pruning.pruned:
        return f"The pruner, {pruner}, ended no trial, so it saved nothing and cost nothing."
    saved = _say_saved(pruning, spent)
    return f"{saved} {_say_cost(task, pruning, winner)}" if pruning.beside else saved


def _say_saved(pruning: Pruning, spent: float) -> str:
    limit, complete = pruning.against_limit, pruning.against_complete
    pruned = (
        f"The pruner ended {_trials(pruning.pruned)} after {say_count(pruning.epochs)} epochs and "
        f"{say_number(pruning.core_seconds, 1)} core-seconds in all. Up to the limit of "
        f"{say_count(round(limit.length))} epochs it would have been {_more(limit)}"
    )
    most = say_number((spent + limit.core_seconds) / spent, 1)
    if complete is None:
        return f"{pruned}, {most} times the cost of the search."
    least = say_number((spent + complete.core_seconds) / spent, 1)
    times = most if least == most else f"{least} to {most}"
    return (
        f"{pruned}; up to the mean length of the complete trials, "
        f"{say_count(round(complete.length))} epochs, {_more(complete)}. Without pruning the "
        f"search would have cost {times} times as much."
    )


def _say_cost(task: Task, pruning: Pruning, winner: int | None) -> str:
    ahead = pruning.ahead
    total = f"of {say_count(len(pruning.beside))} pruned trials"
    if not ahead:
        return (
            f"None {total} was ahead of the winner, trial {winner}, at the epoch at which it was "
            "pruned: there is no sign that pruning cost a better one, though a slow starter might "
            "have overtaken it."
        )
    return (
        f"{say_count(len(ahead))} {total} ({say_share(len(ahead) / len(pruning.beside))}) "
        f"{'was' if len(ahead) == 1 else 'were'} ahead of the winner, trial {winner}, at the epoch "
        f"at which {'it was' if len(ahead) == 1 else 'they were'} pruned, by up to "
        f"{_amount(task, max(trial.lead for trial in ahead))}, and might have ended ahead of "
        f"it. In a new study with search.warmup_epochs above "
        f"{max(trial.epoch for trial in ahead)}, or pruner 'none', such trials would continue."
    )


def _amount(task: Task, value: float) -> str:
    return f"{say_number(value)} {task.metric.unit}".rstrip()


def _more(saved: Saved) -> str:
    return (
        f"{say_count(round(saved.epochs))} epochs and {say_number(saved.core_seconds, 1)} "
        "core-seconds more"
    )


def _trials(count: int) -> str:
    return f"{say_count(count)} trial{'s' if count != 1 else ''}"
