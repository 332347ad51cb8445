"""The figure of the baselines: how far each is from the reference, and whether that is chance."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hpsearch.report.figures.legend import WIDTH
from hpsearch.report.figures.svg import BLUE, GRAY, INK, ORANGE, draw
from hpsearch.report.sections.baselines.sentences import TIE
from hpsearch.tasks.task import Task
from hpsearch.wording import MINUS

#: By verdict, told apart by shape, by filling and by color.
_MARKS: Mapping[str, Mapping[str, Any]] = {
    "worse": {"fmt": "o", "color": BLUE, "markersize": 5},
    TIE: {"fmt": "D", "color": GRAY, "markersize": 4.5, "fillstyle": "none"},
    "better": {"fmt": "^", "color": ORANGE, "markersize": 6},
}


def differences(task: Task, reference: str, baselines: Sequence[Mapping[str, Any]]) -> str:
    """Each baseline's objective less the reference's, with interval and verdict, best on top.

    Args:
        reference: Its label.
        baselines: As in the section's values.
    """
    heights = range(len(baselines), 0, -1)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.axvline(0, color=INK, linewidth=0.8, zorder=1)
        for height, baseline in zip(heights, baselines, strict=True):
            difference = baseline["differences"][task.tested_metric.name]
            low, value, high = (difference[end] for end in ("low", "value", "high"))
            mark = {"elinewidth": 1.6, **_MARKS[baseline["verdict"]]}
            axes.errorbar(value, height, xerr=[[value - low], [high - value]], **mark)
        axes.set_yticks(list(heights), [fill(row["label"], 21) for row in baselines])
        axes.set(ylim=(0.4, len(baselines) + 0.6))
        axes.set_xlabel(f"{task.tested_metric.quantity}, baseline less {reference}")
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda value, _: f"{value:+g}".replace("-", MINUS) if value else "0")
        )
        axes.tick_params(axis="y", length=0)
        verdicts = axes.secondary_yaxis("right")
        verdicts.set_yticks(list(heights), [row["verdict"] for row in baselines])
        verdicts.tick_params(length=0)
        verdicts.spines["right"].set_visible(False)

    worse = sum(row["verdict"] == "worse" for row in baselines)
    return draw(
        "baselines-differences",
        title=f"How far each baseline is from {reference} in {task.tested_metric.label}",
        description=f"{worse} of {len(baselines)} are worse. Intervals that cross the line at 0 "
        "are not distinguishable from it.",
        width=WIDTH,
        height=0.75 + 0.31 * len(baselines),
        paint=paint,
    )
