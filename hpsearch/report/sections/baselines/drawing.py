"""The figure of the baselines: how far each is from the reference, and whether that is chance."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hpsearch.report.figures.legend import WIDTH
from hpsearch.report.svg import BLUE, GREY, INK, ORANGE, draw
from hpsearch.tasks.task import Task
from hpsearch.wording import MINUS

#: By verdict, told apart by shape, by filling and by colour.
_MARKS: Mapping[str, Mapping[str, Any]] = {
    "worse": {"fmt": "o", "color": BLUE, "markersize": 5},
    "not distinguishable": {"fmt": "D", "color": GREY, "markersize": 4.5, "fillstyle": "none"},
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
        for height, one in zip(heights, baselines, strict=True):
            apart = one["differences"][task.metric.name]
            reach = [[apart["value"] - apart["low"]], [apart["high"] - apart["value"]]]
            mark = {"elinewidth": 1.6, **_MARKS[one["verdict"]]}
            axes.errorbar(apart["value"], height, xerr=reach, **mark)
        axes.set_yticks(list(heights), [fill(one["label"], 21) for one in baselines])
        axes.set(ylim=(0.4, len(baselines) + 0.6))
        axes.set_xlabel(f"{task.metric.quantity}, baseline less {reference}")
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda apart, _: f"{apart:+g}".replace("-", MINUS) if apart else "0")
        )
        axes.tick_params(axis="y", length=0)
        verdicts = axes.secondary_yaxis("right")
        verdicts.set_yticks(list(heights), [one["verdict"] for one in baselines])
        verdicts.tick_params(length=0)
        verdicts.spines["right"].set_visible(False)

    worse = sum(one["verdict"] == "worse" for one in baselines)
    return draw(
        "baselines-differences",
        title=f"Cross-entropy of each baseline less that of {reference}",
        description=f"{worse} of {len(baselines)} are worse. Intervals that cross the line at 0 "
        "are not distinguishable from it.",
        width=WIDTH,
        height=0.75 + 0.31 * len(baselines),
        paint=paint,
    )
