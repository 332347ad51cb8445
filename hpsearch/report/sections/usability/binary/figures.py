"""The figures of a model's use: what its probabilities are worth, and what its scores part."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from hpsearch.report.classes import ClassNames
from hpsearch.report.figures.calibration import GUIDE, square
from hpsearch.report.figures.legend import WIDTH, legend_above
from hpsearch.report.figures.svg import BLUE, INK, ORANGE, draw


def roc_curve(
    names: ClassNames, points: Sequence[tuple[float, float]], decisions: Mapping[str, Any]
) -> str:
    """True by false positive rate, with the chosen threshold marked and the line of chance.

    Args:
        points: Of (false, true) positive rates, ascending.
        decisions: As in the section's values.
    """
    (right_zeros, wrong_ones), (wrong_zeros, right_ones) = decisions["confusion"]
    chosen = (wrong_ones / (right_zeros + wrong_ones), right_ones / (wrong_zeros + right_ones))

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], label="chance", **GUIDE)
        axes.plot(*zip(*points, strict=True), color=BLUE, label="the model")
        threshold = f"threshold {decisions['threshold']:.4f}"
        axes.plot(*chosen, "D", color=ORANGE, markersize=5.5, zorder=4, label=threshold)
        square(axes)
        axes.set(
            xlabel=f"{names.rows(0)} that is called {names.call(1)} (false positives)",
            ylabel=f"{names.rows(1)} that is called {names.call(1)} (true positives)",
        )
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:.0%}"))
        legend_above(figure, axes)

    return draw(
        "usability-roc",
        title="Receiver operating characteristic",
        description=f"At the chosen threshold {chosen[1]:.1%} of {names.rows(1)} and "
        f"{chosen[0]:.1%} of {names.rows(0)} are called {names.call(1)}.",
        width=WIDTH,
        height=3.6,
        paint=paint,
    )


def score_histogram(names: ClassNames, bars: Sequence[Sequence[int]], threshold: float) -> str:
    """Rows by predicted probability: one class filled, the other a dashed outline.

    Args:
        bars: Rows of label 0, and of label 1, in equal bins from 0 to 1.
        threshold: Where rows are called 1, as a dotted line.
    """
    zeros, ones = bars
    edges = np.linspace(0, 1, len(zeros) + 1)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.stairs(ones, edges, fill=True, color=BLUE, alpha=0.35)
        axes.stairs(ones, edges, color=BLUE, linewidth=1.2, label=names.rows(1))
        axes.stairs(
            zeros, edges, color=ORANGE, linewidth=1.4, linestyle=(0, (3, 1.5)), label=names.rows(0)
        )
        axes.axvline(
            threshold, color=INK, linewidth=0.9, linestyle=":", label=f"threshold {threshold:.4f}"
        )
        axes.set(xlabel="predicted probability", ylabel="rows", xlim=(0, 1))
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda rows, _: f"{rows:,.0f}"))
        legend_above(figure, axes)

    return draw(
        "usability-scores",
        title=f"Predicted probability of the rows of each {'class' if names.names else 'label'}",
        description=f"{sum(zeros):,} rows of {names.rows(0)} and {sum(ones):,} of {names.rows(1)}.",
        width=WIDTH,
        height=2.6,
        paint=paint,
    )
