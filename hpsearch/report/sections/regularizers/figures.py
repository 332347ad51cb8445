"""The winner without each of its regularizers: changes with intervals on one axis."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hpsearch.report.figures.legend import WIDTH, legend_above
from hpsearch.report.figures.svg import BLUE, GRAY, INK, ORANGE, draw
from hpsearch.tasks.task import Task

#: By what an interval says of a variant; shapes as well as colors.
STYLES: Mapping[str, Mapping[str, Any]] = {
    "worse without": {"marker": "o", "color": BLUE},
    "better without": {"marker": "D", "color": ORANGE},
    "not distinguishable": {"marker": "s", "color": GRAY, "markerfacecolor": "none"},
}


def changes(task: Task, variants: Sequence[Mapping[str, Any]]) -> str:
    """Change of the winner's objective without this or that, in the order given.

    Args:
        variants: As in the section's values; where there is no change, the reading stands for it.
    """
    rows = list(zip(range(len(variants), 0, -1), variants, strict=True))

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.axvline(0, color=INK, linewidth=0.9)
        for label in STYLES:
            chosen = [
                (height, variant["change"]) for height, variant in rows if _seen(variant) == label
            ]
            if chosen:
                _intervals(axes, chosen, label)
        _seeds(axes, rows)
        for height, variant in rows:
            if not variant["change"]:
                style: dict[str, Any] = {"xytext": (5, 0), "textcoords": "offset points"}
                axes.annotate(variant["reading"], (0, height), va="center", fontsize=8, **style)
        axes.set_yticks([height for height, _ in rows], [variant["label"] for _, variant in rows])
        axes.set(ylim=(0.4, len(rows) + 0.6), xlabel=_label(task))
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_major_locator(MaxNLocator(6))
        legend_above(figure, axes)

    return draw(
        "regularizers-changes",
        title=f"Change of {task.objective} without each regularizer",
        description=f"{len(rows)} variants of the winner, each with a 95 % interval and the change "
        "with each seed. Right of 0 the network is worse without.",
        width=WIDTH,
        height=0.95 + 0.29 * len(rows),
        paint=paint,
    )


def _label(task: Task) -> str:
    unit = f" in {task.metric.unit}" if task.metric.unit else ""
    verb = "change of" if task.metric.sign > 0 else "lost"
    return f"{verb} {task.objective}{unit}"


def _seen(variant: Mapping[str, Any]) -> str | None:
    change = variant["change"]
    if not change:
        return None
    if change["low"] > 0:
        return "worse without"
    return "better without" if change["high"] < 0 else "not distinguishable"


def _intervals(axes: Axes, chosen: Sequence[tuple[int, Mapping[str, float]]], label: str) -> None:
    heights = [height for height, _ in chosen]
    low, value, high = ([change[end] for _, change in chosen] for end in ("low", "value", "high"))
    style = STYLES[label]
    axes.hlines(heights, low, high, color=style["color"], linewidth=1.5)
    axes.plot(value, heights, linestyle="none", markersize=5, label=label, zorder=3, **style)


def _seeds(axes: Axes, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """A stroke for each seed below its row; a single one is the row's own value."""
    points = [
        (value, height - 0.3)
        for height, variant in rows
        if variant["change"] and len(variant["seeds"]) > 1
        for value in variant["seeds"]
    ]
    if points:
        stroke: dict[str, Any] = {"marker": "|", "s": 22, "color": INK, "linewidths": 0.9}
        axes.scatter(*zip(*points, strict=True), label="one seed", zorder=3, **stroke)
