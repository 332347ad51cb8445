"""The figure of what came out: each metric on the test rows beside the validation rows."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hpsearch.evaluation.outcome import Measured
from hpsearch.report.figures.axes import write_large_ticks
from hpsearch.report.figures.legend import WIDTH, legend_above
from hpsearch.report.figures.svg import BLUE, ORANGE, draw
from hpsearch.tasks.task import Task


def metrics_beside_validation(task: Task, metrics: Mapping[str, Measured]) -> str:
    """The test metrics, each on its own axis, with interval and seeds, beside the validation's."""
    shown = [metric for metric in task.test_metrics if metric.name in metrics]

    def paint(figure: Figure) -> None:
        panels = figure.subplots(max(len(shown), 1), 1, squeeze=False)[:, 0]
        for axes, metric in zip(panels, shown, strict=False):
            measured = metrics[metric.name]
            _strip(axes, measured, [value for value in measured.validation if math.isfinite(value)])
            better = f"{metric.better} is better"
            axes.set_title(
                f"{metric.label if task.classification else metric.quantity} ({better})",
                loc="left",
                fontsize=8.5,
            )
        legend_above(figure, panels[0])

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
    write_large_ticks(axes.xaxis)
