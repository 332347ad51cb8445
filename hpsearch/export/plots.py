"""The figures of a report: each takes values and returns an SVG element.

States and parts are told apart by shape or dash as well as by colour.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from hpsearch.export.states import STATES, State, finite_value, state_of
from hpsearch.export.svg import BLUE, GREEN, GREY, INK, ORANGE, draw
from hpsearch.export.winner import NamedCurve
from hpsearch.metrics import CURVE_METRICS, OBJECTIVE, TEST_METRICS
from hpsearch.results.outcome import Measured, Standing
from hpsearch.search.trial import TrialRecord

WIDTH = 5.0

#: Configurations that the leaderboard draws; its table has them all.
DRAWN = 20

MARKERS: Mapping[State, Mapping[str, Any]] = {
    "complete": {"marker": "o", "s": 16, "color": BLUE},
    "pruned": {"marker": "v", "s": 18, "facecolors": "none", "edgecolors": ORANGE},
    "diverged": {"marker": "x", "s": 20, "color": INK},
    "failed": {"marker": "+", "s": 26, "color": INK},
    "running": {"marker": "D", "s": 14, "facecolors": "none", "edgecolors": GREEN},
}


def search_history(trials: Sequence[TrialRecord]) -> str:
    """Value by trial number with the best so far of the complete ones as steps.

    Values far above the rest, and trials without a value, stand on the upper edge.
    """
    values = [finite_value(trial) for trial in trials]
    low, high = _window([value for value in values if value is not None])
    complete = [
        math.inf if value is None or state_of(trial) != "complete" else value
        for trial, value in zip(trials, values, strict=True)
    ]
    best = list(accumulate(complete, min))

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for state in STATES:
            chosen = [
                (trial.number, high if value is None else min(value, high))
                for trial, value in zip(trials, values, strict=True)
                if state_of(trial) == state
            ]
            if chosen:
                numbers, heights = zip(*chosen, strict=True)
                style: dict[str, Any] = {"linewidths": 0.9, **MARKERS[state]}
                axes.scatter(numbers, heights, label=state, clip_on=False, zorder=3, **style)
        every = [trial.number for trial in trials]
        steps = [math.nan if math.isinf(value) else value for value in best]
        axes.step(every, steps, where="post", color=INK, linewidth=1, label="best so far")
        axes.set(xlabel="trial", ylabel=OBJECTIVE, ylim=(low, high))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        _legend_above(figure, axes)

    above = sum(value is None or value > high for value in values)
    return draw(
        "history",
        title=f"{OBJECTIVE} of {len(trials)} trials by number",
        description=f"The line is the best complete trial so far. {above} trials without a value "
        "or far above the rest stand on the upper edge.",
        width=WIDTH,
        height=3.0,
        paint=paint,
    )


def parameter_importance(importances: Mapping[str, float], evaluator: str) -> str:
    """Shares of the parameters as horizontal bars, the largest on top."""
    ranked = sorted(importances.items(), key=lambda entry: entry[1])
    names = [name for name, _ in ranked]
    shares = [share if math.isfinite(share) else 0.0 for _, share in ranked]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        bars = axes.barh(names, shares, height=0.55, color=BLUE)
        axes.bar_label(bars, labels=[f"{share:.0%}" for share in shares], padding=3, fontsize=8)
        axes.set_xlim(0, max([*shares, 0.01]) * 1.1)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:.0%}"))
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(f"share of the importance ({evaluator})")

    largest = f"{names[-1]} has the largest share, {shares[-1]:.0%}." if names else "None is known."
    return draw(
        "importance",
        title="Importance of each parameter",
        description=largest,
        width=WIDTH,
        height=0.75 + 0.2 * max(len(names), 1),
        paint=paint,
    )


def learning_curves(curves: Sequence[NamedCurve]) -> str:
    """Cross-entropy by epoch on a logarithmic axis: train solid, validation dashed.

    The exported network is drawn strong with its best epoch marked, other seeds thin.
    """
    column = CURVE_METRICS.index("binary_crossentropy")
    low, high = _window(
        [value for named in curves for value in named.curve[:, :, column].ravel().tolist()]
    )
    epochs = max((len(named.curve) for named in curves), default=1)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for named in sorted(curves, key=lambda named: named.main):
            epoch = np.arange(1, len(named.curve) + 1)
            losses = np.where(np.isfinite(named.curve), named.curve, np.nan)[:, :, column]
            thick: dict[str, Any] = (
                {"linewidth": 1.5} if named.main else {"linewidth": 0.6, "alpha": 0.6}
            )
            for part, colour, dash in ((0, BLUE, "-"), (1, ORANGE, (0, (3, 1.5)))):
                label = ("train", "validation")[part] if named.main else None
                axes.plot(epoch, losses[:, part], color=colour, ls=dash, label=label, **thick)
            if named.main and named.best_epoch is not None:
                value = losses[named.best_epoch - 1, 1]
                axes.axvline(named.best_epoch, color=GREY, linewidth=0.7, linestyle=":")
                axes.plot(
                    *(named.best_epoch, value), "o", color=ORANGE, markersize=4.5, zorder=4,
                    label=f"best epoch, {named.best_epoch}",
                )  # fmt: skip
        axes.set_xscale("log")
        axes.set(xlabel="epoch", ylabel="binary cross-entropy", xlim=(0.95, epochs * 1.05))
        axes.set_ylim(low, high)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda epoch, _: f"{epoch:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
        _legend_above(figure, axes)

    return draw(
        "curves",
        title="Learning curves of the winner",
        description=f"Train and validation cross-entropy over {epochs} epochs, "
        f"{len(curves)} runs; the table beside it has the values at the best and last epoch.",
        width=WIDTH,
        height=3.0,
        paint=paint,
    )


def leaderboard(standings: Sequence[Standing]) -> str:
    """Mean and standard deviation over seeds, each seed as a ring, the search's value as a cross.

    Seeds that diverged have no place on the axis.
    """
    drawn = standings[:DRAWN]
    heights = range(len(drawn), 0, -1)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        labels = dict.fromkeys(("search", "one seed", "mean"))
        for height, standing in zip(heights, drawn, strict=True):
            seeds = [run.value for run in standing.runs if math.isfinite(run.value)]
            rings: dict[str, Any] = {"facecolors": "none", "edgecolors": BLUE, "linewidths": 0.8}
            axes.scatter(
                seeds, [height] * len(seeds), s=18, label=_once(labels, "one seed"), **rings
            )
            if math.isfinite(standing.mean):
                spread = standing.deviation if math.isfinite(standing.deviation) else 0.0
                bar: dict[str, Any] = {
                    "color": INK,
                    "markersize": 3.5,
                    "elinewidth": 1,
                    "capsize": 3,
                }
                label = _once(labels, "mean", "mean ± standard deviation")
                axes.errorbar(standing.mean, height, xerr=spread, fmt="s", label=label, **bar)
            if math.isfinite(standing.search_value):
                cross: dict[str, Any] = {"marker": "X", "s": 22, "color": ORANGE, "linewidths": 0}
                label = _once(labels, "search", "value in the search")
                axes.scatter(standing.search_value, height, label=label, **cross)
        axes.set_yticks(list(heights), [f"{s.rank} · trial {s.trial}" for s in drawn])
        axes.set(xlabel=OBJECTIVE, ylim=(0.4, len(drawn) + 0.6))
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_major_locator(MaxNLocator(6))
        _legend_above(figure, axes)

    first = f"Rank 1 is trial {drawn[0].trial}." if drawn else ""
    return draw(
        "leaderboard",
        title=f"{OBJECTIVE} of the best configurations over fresh seeds",
        description=f"{first} Each row has the seeds, their mean and the value in the search.",
        width=WIDTH,
        height=0.95 + 0.24 * max(len(drawn), 1),
        paint=paint,
    )


def metrics_beside_validation(
    metrics: Mapping[str, Measured], validation: Mapping[str, Sequence[float]]
) -> str:
    """The test metrics, each on its own axis, with interval and seeds, beside the validation's.

    Args:
        metrics: As measured on the test rows.
        validation: Values of the same seeds on the validation rows, for metrics that have them.
    """
    shown = [metric for metric in TEST_METRICS if metric.name in metrics]

    def paint(figure: Figure) -> None:
        panels = figure.subplots(max(len(shown), 1), 1, squeeze=False)[:, 0]
        for axes, metric in zip(panels, shown, strict=False):
            measured = metrics[metric.name]
            _strip(axes, measured, [v for v in validation.get(metric.name, ()) if math.isfinite(v)])
            better = "lower is better" if metric.direction == "minimize" else "higher is better"
            axes.set_title(f"{metric.label} ({better})", loc="left", fontsize=8.5)
        _legend_above(figure, panels[0])

    return draw(
        "test",
        title="Test metrics with 95 % intervals, beside validation",
        description="The table beside it has every value.",
        width=WIDTH,
        height=0.4 + 0.72 * max(len(shown), 1),
        paint=paint,
    )


def _strip(axes: Axes, measured: Measured, validation: Sequence[float]) -> None:
    if all(map(math.isfinite, (measured.low, measured.high))):
        axes.plot([measured.low, measured.high], [2, 2], color=BLUE, linewidth=2.2, alpha=0.55,
                  label="95 % interval", solid_capstyle="butt")  # fmt: skip
    if math.isfinite(measured.value):
        axes.plot(measured.value, 2, "o", color=BLUE, markersize=5.5, label="test")
    seeds = [value for value in measured.seeds if math.isfinite(value)]
    rings: dict[str, Any] = {"facecolors": "none", "linewidths": 0.8, "s": 16, "zorder": 4}
    axes.scatter(seeds, [1.45] * len(seeds), edgecolors=BLUE, label="seeds, test", **rings)
    axes.scatter(
        validation, [1] * len(validation), edgecolors=ORANGE, marker="D",
        label="seeds, validation", **rings,
    )  # fmt: skip
    axes.set(ylim=(0.6, 2.4), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.margins(x=0.06)


def _window(values: Sequence[float]) -> tuple[float, float]:
    """Ends of an axis that shows the good values well: outliers above are cut off."""
    finite = np.array([value for value in values if math.isfinite(value)])
    if not len(finite):
        return 0.0, 1.0
    low, middle, top = float(finite.min()), float(np.median(finite)), float(finite.max())
    high = min(top, middle + 2.5 * max(middle - low, 1e-3))
    pad = 0.06 * max(high - low, 1e-3)
    return low - pad, high + pad


def _once(labels: dict[str, None], key: str, text: str | None = None) -> str | None:
    """The label the first time, so that the legend has it once."""
    if key in labels:
        del labels[key]
        return text or key
    return None


def _legend_above(figure: Figure, axes: Axes) -> None:
    """A legend over the figure in one row, or in two where it has more than four entries."""
    handles, labels = axes.get_legend_handles_labels()
    if not handles:
        return
    columns = len(handles) if len(handles) <= 4 else -(-len(handles) // 2)
    style: dict[str, Any] = {"columnspacing": 1.2, "handletextpad": 0.5, "handlelength": 1.8}
    figure.legend(handles, labels, loc="outside upper left", ncols=columns, **style)
