"""The figures of luck: what came of the search, and which other trials might have won."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hpsearch.report.figures.legend import WIDTH, legend_above
from hpsearch.report.figures.svg import BLUE, GRAY, GREEN, INK, ORANGE, draw
from hpsearch.tasks.task import Task

#: Configurations that a figure draws; its table has them all.
DRAWN = 20


def promises(task: Task, configurations: Sequence[Mapping[str, Any]]) -> str:
    """By rank: the search's value, fresh seeds with their mean, and the mean on the test rows.

    A line leads from the search's value to the test. Seeds that diverged have no place on the axis.

    Args:
        configurations: As in the section's values.
    """
    drawn = configurations[:DRAWN]
    heights = range(len(drawn), 0, -1)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for height, configuration in zip(heights, drawn, strict=True):
            ends = [configuration["search"], configuration["test"]]
            if None not in ends:
                axes.plot(ends, [height, height], color=GRAY, linewidth=0.7)
        for key, label, style in _MARKS:
            points = [
                (value, height)
                for height, configuration in zip(heights, drawn, strict=True)
                for value in _values(configuration[key])
            ]
            if points:
                axes.scatter(*zip(*points, strict=True), label=label, zorder=3, **style)
        ranks = [f"{shown['rank']} · trial {shown['trial']}" for shown in drawn]
        axes.set_yticks(list(heights), ranks)
        axes.set(xlabel=task.metric.quantity, ylim=(0.4, len(drawn) + 0.6))
        _bare(axes)
        axes.xaxis.set_major_locator(MaxNLocator(6))
        legend_above(figure, axes)

    return draw(
        "luck-promises",
        title="What the search promised, and what came of it",
        description=f"{len(drawn)} configurations by rank, each with its value in the search, its "
        "fresh seeds and their mean on the validation rows, and their mean on the test rows.",
        width=WIDTH,
        height=0.95 + 0.26 * len(drawn),
        paint=paint,
    )


def winners(contenders: Sequence[Mapping[str, Any]]) -> str:
    """Share of the resamples in which each trial is the best, as horizontal bars.

    Args:
        contenders: As in the section's values, the largest share first.
    """
    ranked = list(reversed(contenders))
    shares = [contender["share"] for contender in ranked]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        bars = axes.barh(
            [f"trial {contender['trial']}" for contender in ranked],
            shares,
            height=0.55,
            color=BLUE,
        )
        axes.bar_label(bars, labels=[f"{share:.1%}" for share in shares], padding=3, fontsize=8)
        axes.set_xlim(0, max(shares) * 1.12)
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:.0%}"))
        axes.set_xlabel("share of resamples of the validation rows in which it is best")
        axes.grid(visible=False, axis="y")
        _bare(axes)

    first = contenders[0]
    return draw(
        "luck-winners",
        title="Trials that would have won on resampled validation rows",
        description=f"Trial {first['trial']} has the largest share, {first['share']:.1%}.",
        width=WIDTH,
        height=0.75 + 0.2 * len(ranked),
        paint=paint,
    )


#: Key in a configuration's values, label, style; told apart by shape, by filling and by color.
_MARKS: Sequence[tuple[str, str, Mapping[str, Any]]] = (
    ("search", "in the search", {"marker": "X", "s": 32, "color": ORANGE, "linewidths": 0}),
    (
        "seeds",
        "fresh seeds",
        {"marker": "o", "s": 16, "facecolors": "none", "edgecolors": BLUE, "linewidths": 0.8},
    ),
    ("fresh", "their mean", {"marker": "|", "s": 75, "color": INK, "linewidths": 1.5}),
    ("test", "test, their mean", {"marker": "D", "s": 20, "color": GREEN, "linewidths": 0}),
)


def _values(value: float | Sequence[float | None] | None) -> Iterator[float]:
    for point in value if isinstance(value, Sequence) else [value]:
        if point is not None:
            yield point


def _bare(axes: Axes) -> None:
    """Names stand on the left without ticks."""
    axes.tick_params(axis="y", length=0)
