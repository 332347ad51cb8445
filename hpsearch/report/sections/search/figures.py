"""The figures of the search: its history, what mattered, and what the pruner decided.

States are told apart by shape as well as by color.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hpsearch.analysis.pruning import Beside
from hpsearch.analysis.spending import Ended
from hpsearch.record.status import STATUSES, TrialStatus, finite_value, trial_status
from hpsearch.report.figures.axes import BadSide, logarithmic_axis
from hpsearch.report.figures.legend import WIDTH, legend_above
from hpsearch.report.figures.svg import BLUE, GREEN, INK, ORANGE, draw
from hpsearch.report.sections.search.values import best_by_ending
from hpsearch.tasks.task import Task

MARKERS: Mapping[TrialStatus, Mapping[str, Any]] = {
    "complete": {"marker": "o", "s": 16, "color": BLUE, "linewidths": 0},
    "pruned": {
        "marker": "v",
        "s": 18,
        "facecolors": "none",
        "edgecolors": ORANGE,
        "linewidths": 0.9,
    },
    "diverged": {"marker": "x", "s": 20, "color": INK, "linewidths": 0.9},
    "failed": {"marker": "+", "s": 26, "color": INK, "linewidths": 0.9},
    "running": {
        "marker": "D",
        "s": 14,
        "facecolors": "none",
        "edgecolors": GREEN,
        "linewidths": 0.9,
    },
}


def search_history(task: Task, ended: Sequence[Ended]) -> str:
    """Values in the order in which trials ended, and by the core-seconds that were spent by then.

    The line is the best complete one so far. Values far behind the rest, and trials without one,
    stand on the edge.
    """
    trials = [ending.trial for ending in ended]
    bad, every = BadSide(task.metric), best_by_ending(task.metric, trials)
    ends = bad.window([value for trial in trials if (value := finite_value(trial)) is not None])
    best = [value if math.isfinite(value) else math.nan for value in every]
    heights = [bad.clip(finite_value(trial), ends) for trial in trials]
    axes_of = {
        "trials that ended": [float(place) for place in range(1, len(ended) + 1)],
        "core-seconds of the virtual clock": [ending.core_seconds for ending in ended],
    }

    def paint(figure: Figure) -> None:
        both = figure.subplots(2, 1, sharey=True)
        for axes, (label, places) in zip(both, axes_of.items(), strict=True):
            for state in STATUSES:
                points = [
                    (place, height)
                    for place, height, trial in zip(places, heights, trials, strict=True)
                    if trial_status(trial) == state
                ]
                scatter(axes, state, points)
            axes.step(places, best, where="post", color=INK, linewidth=1, label="best so far")
            axes.set(xlabel=label, ylabel=task.metric.label, ylim=ends)
            axes.set_xlim(left=0)
        both[0].xaxis.set_major_locator(MaxNLocator(integer=True))
        legend_above(figure, both[0])

    outside = sum(height == bad.clip(None, ends) for height in heights)
    return draw(
        "search-history",
        title=f"{task.objective} of {len(trials)} trials in the order in which they ended",
        description=f"The line is the best complete trial so far. {outside} trials without a value "
        f"or far {bad.side} the rest stand on the {bad.edge} edge.",
        width=WIDTH,
        height=4.2,
        paint=paint,
    )


def parameter_importance(importances: Mapping[str, float], evaluator: str) -> str:
    """Shares of the parameters as horizontal bars, the largest on top."""
    ranked = sorted(importances.items(), key=lambda entry: entry[1])
    names = [name for name, _ in ranked]
    shares = [share for _, share in ranked]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        bars = axes.barh(names, shares, height=0.55, color=BLUE)
        axes.bar_label(bars, labels=[f"{share:.1%}" for share in shares], padding=3, fontsize=8)
        axes.set_xlim(0, max([*shares, 0.01]) * 1.12)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:.0%}"))
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(f"share of the importance ({evaluator})")

    return draw(
        "search-importance",
        title="Importance of each parameter",
        description=f"{names[-1]} has the largest share, {shares[-1]:.1%}.",
        width=WIDTH,
        height=0.75 + 0.2 * len(names),
        paint=paint,
    )


def pruned_beside_winner(
    task: Task, pruned: Sequence[Beside], winner: Sequence[float], number: int
) -> str:
    """Pruned trials at the epoch where they ended, and the winner's best value by epoch.

    Args:
        pruned: The pruned trials.
        winner: Its best value up to each epoch.
        number: That of its trial.
    """
    line = [value if math.isfinite(value) else math.nan for value in winner]
    epochs = [trial.epoch for trial in pruned]
    first, last = min(epochs), max(epochs)
    values = [trial.value for trial in pruned]
    sign, bad = task.metric.sign, BadSide(task.metric)
    low = min(sign * value for value in (*values, *line) if math.isfinite(value))
    worst = max(sign * trial.winner for trial in pruned)
    high = float(np.quantile([*(sign * value for value in values), worst], 0.9))
    pad = 0.05 * max(high - low, 1e-3)
    low, high = sorted((sign * (low - pad), sign * (high + pad)))

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.step(
            range(1, len(line) + 1),
            line,
            where="post",
            color=BLUE,
            label=f"the winner, trial {number}",
        )
        for ahead, word, style in (
            (False, "pruned behind it", {"marker": "v", "s": 18, "facecolors": "none"}),
            (True, "pruned ahead of it", {"marker": "*", "s": 55, "facecolors": ORANGE}),
        ):
            points = [
                (trial.epoch, bad.clip(trial.value, (low, high)))
                for trial in pruned
                if trial.ahead == ahead
            ]
            if points:
                edge: dict[str, Any] = {"edgecolors": ORANGE, "linewidths": 0.9, **style}
                axes.scatter(
                    *zip(*points, strict=True), label=word, zorder=3, clip_on=False, **edge
                )
        axes.set(xlabel="epoch", ylabel=f"best {task.metric.label} so far")
        axes.set_ylim(low, high)
        logarithmic_axis(axes, first / 1.5, max(last, len(line)) * 1.1)
        legend_above(figure, axes)

    ahead = sum(trial.ahead for trial in pruned)
    return draw(
        "search-pruning",
        title="Pruned trials beside the winner at the same epoch",
        description=f"{ahead} of {len(pruned)} pruned trials had a better value than the winner "
        "when they were pruned.",
        width=WIDTH,
        height=2.8,
        paint=paint,
    )


def scatter(axes: Axes, state: TrialStatus, points: Sequence[tuple[float, float]]) -> None:
    """Trials of one state; none where there are no points."""
    if points:
        style = MARKERS[state]
        axes.scatter(*zip(*points, strict=True), label=state, clip_on=False, zorder=3, **style)
