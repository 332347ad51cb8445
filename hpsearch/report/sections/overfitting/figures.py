"""The figures of overfitting: learning curves on a logarithmic epoch axis, as in the tutorial.

Train is solid and validation dashed. Lines are the means that ``diagnosis`` judges by, over the
epochs within a tenth of each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from hpsearch.analysis.diagnosis import ObjectiveCurve, finite_losses, smoothed
from hpsearch.report.figures.legend import WIDTH, legend_above
from hpsearch.report.figures.svg import BLUE, GRAY, ORANGE, draw
from hpsearch.tasks.metric import Metric
from hpsearch.tasks.task import Task
from hpsearch.training.curve import Curve
from hpsearch.wording import say_kept_epoch

COLUMNS = 2

#: Epochs that are drawn of a long curve, evenly on its axis.
POINTS = 400

#: Column of the losses, word, color, dash.
PARTS: Sequence[tuple[int, str, str, Any]] = (
    (0, "train", BLUE, "-"),
    (1, "validation", ORANGE, (0, (3, 1.5))),
)


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """A learning curve with a title over it.

    Attributes:
        strong: Whether it is the one to look at.
        keep: Which weights the network keeps.
    """

    title: str
    curve: Curve
    strong: bool = True
    keep: str = "best"


def seeds_of_winner(task: Task, runs: Sequence[Panel]) -> str:
    """The winner's configuration: the strong run with its epochs as they were, the others thin."""
    panels = [panel for panel in runs if len(finite_losses(task.metric, panel.curve))]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for panel in sorted(panels, key=lambda panel: panel.strong):
            _curve(task.metric, axes, panel, _say_kept(panels), raw=panel.strong)
        _frame(task.metric, axes, panels)
        axes.set(xlabel="epoch", ylabel=task.metric.label)
        legend_above(figure, axes)

    return draw(
        "overfitting-winner",
        title="Learning curves of the winner",
        description=f"Train and validation {task.metric.label} by epoch of {len(panels)} runs of "
        "one configuration; the table beside it has the values at the best and the last epoch.",
        width=WIDTH,
        height=3.0,
        paint=paint,
    )


def side_by_side(task: Task, networks: Sequence[Panel]) -> str:
    """Learning curves of several networks, each in a panel of its own, all on the same axes."""
    panels = [panel for panel in networks if len(finite_losses(task.metric, panel.curve))]
    rows = max(-(-len(panels) // COLUMNS), 1)

    def paint(figure: Figure) -> None:
        grid = figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False)
        for axes, panel in zip(grid.flat, panels, strict=False):
            _curve(task.metric, axes, panel, _say_kept(panels), raw=False)
            axes.set_title(panel.title, loc="left", fontsize=8.5)
        for axes in grid.flat[len(panels) :]:
            axes.set_visible(False)
        for axes in grid.flat[max(len(panels) - COLUMNS, 0) : len(panels)]:
            axes.tick_params(labelbottom=True)
            axes.set_xlabel("epoch")
        _frame(task.metric, grid[0, 0], panels)
        figure.supylabel(task.metric.label, fontsize=8.5)
        legend_above(figure, grid[0, 0])

    return draw(
        "overfitting-networks",
        title="Learning curves of several networks side by side",
        description=f"Train and validation {task.metric.label} by epoch of {len(panels)} networks "
        "on the same axes; the table beside it has the values at the best and the last epoch.",
        width=WIDTH,
        height=0.75 + 1.2 * rows,
        paint=paint,
    )


def _curve(metric: Metric, axes: Axes, panel: Panel, kept: str, *, raw: bool) -> None:
    losses = finite_losses(metric, panel.curve)
    lines = smoothed(losses)
    rows = np.unique(np.geomspace(1, len(losses), POINTS).astype(int)) - 1
    style: dict[str, Any] = {"linewidth": 1.5} if panel.strong else {"linewidth": 0.7, "alpha": 0.7}
    for part, word, color, dash in PARTS:
        if raw:
            axes.plot(rows + 1, losses[rows, part], color=color, linewidth=0.5, alpha=0.35)
        label = word if panel.strong else None
        axes.plot(rows + 1, lines[rows, part], color=color, linestyle=dash, label=label, **style)
    if panel.strong:
        best = int(np.argmin(metric.sign * losses[:, 1]))
        best = len(losses) - 1 if panel.keep == "last" else best
        axes.axvline(best + 1, color=GRAY, linewidth=0.7, linestyle=":")
        axes.plot(
            *(best + 1, lines[best, 1]), "o", color=ORANGE, markersize=4.5, zorder=4,
            label=kept,
        )  # fmt: skip


def _say_kept(panels: Sequence[Panel]) -> str:
    """What the dots are in all panels."""
    kinds = say_kept_epoch(panel.keep for panel in panels)
    several = kinds == "kept epoch"
    return "epoch whose weights are kept" if several else f"{kinds}, whose weights are kept"


def _frame(metric: Metric, axes: Axes, panels: Sequence[Panel]) -> None:
    """Axes on which the descent of every network is well seen.

    What is worse than where networks begin, or far better than the best validation, leaves it.
    """
    every = [smoothed(finite_losses(metric, panel.curve)) for panel in panels]
    ends = _window([metric.sign * losses for losses in every])
    low, high = sorted(metric.sign * end for end in ends)
    axes.set_xscale("log")
    axes.set_ylim(low, high)
    axes.set_xlim(0.95, max((len(losses) for losses in every), default=1) * 1.1)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda epoch, _: f"{epoch:,.0f}"))
    axes.xaxis.set_minor_formatter(NullFormatter())


def _window(every: Sequence[ObjectiveCurve]) -> tuple[float, float]:
    if not every:
        return 0.0, 1.0
    begins: list[float] = []
    for losses in every:
        best = int(np.argmin(losses[:, 1]))
        epochs = np.unique(np.geomspace(1, best + 1, 20).astype(int)) - 1
        begins += losses[epochs].ravel().tolist()
    least = min(float(losses[:, 1].min()) for losses in every)
    high = max(float(np.quantile(begins, 0.95)), least + 0.01)
    return least - 0.25 * (high - least), high + 0.05 * (high - least)
