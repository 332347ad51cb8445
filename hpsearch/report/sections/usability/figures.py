"""The figures of a model's use: what its probabilities are worth, and what its scores part."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from hpsearch.report.figures.legend import WIDTH, legend_above
from hpsearch.report.figures.svg import BLUE, GRAY, INK, ORANGE, draw

#: A dashed line for what a model without knowledge, or without fault, would show.
GUIDE: Mapping[str, Any] = {"color": GRAY, "linewidth": 0.9, "linestyle": (0, (4, 3))}


def calibration_curve(bins: Sequence[Mapping[str, Any]]) -> str:
    """Share of label 1 by mean probability, with intervals, and the diagonal.

    Args:
        bins: As in the section's values.
    """
    predicted = [bin_["predicted"] for bin_ in bins]
    observed = [bin_["observed"]["value"] for bin_ in bins]
    reach = [
        [bin_["observed"]["value"] - bin_["observed"]["low"] for bin_ in bins],
        [bin_["observed"]["high"] - bin_["observed"]["value"] for bin_ in bins],
    ]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], label="perfectly calibrated", **GUIDE)
        axes.errorbar(
            predicted, observed, yerr=reach, fmt="o-", color=BLUE, markersize=4, linewidth=0.9,
            elinewidth=1.1, capsize=2.5, label="the model, with 95 % intervals",
        )  # fmt: skip
        _square(axes)
        axes.set(xlabel="mean predicted probability", ylabel="share of label 1")
        legend_above(figure, axes)

    reached = [
        bin_["observed"]["low"] <= bin_["predicted"] <= bin_["observed"]["high"] for bin_ in bins
    ]
    return draw(
        "usability-calibration",
        title="Share of label 1 by predicted probability",
        description=f"Of {len(bins)} bins, {sum(reached)} have an interval that reaches the "
        "diagonal of a perfectly calibrated model.",
        width=WIDTH,
        height=3.6,
        paint=paint,
    )


def roc_curve(points: Sequence[tuple[float, float]], decisions: Mapping[str, Any]) -> str:
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
        _square(axes)
        axes.set(
            xlabel="label 0 that is called 1 (false positives)",
            ylabel="label 1 that is called 1 (true positives)",
        )
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:.0%}"))
        legend_above(figure, axes)

    return draw(
        "usability-roc",
        title="Receiver operating characteristic",
        description=f"At the chosen threshold {chosen[1]:.1%} of label 1 and {chosen[0]:.1%} of "
        "label 0 are called 1.",
        width=WIDTH,
        height=3.6,
        paint=paint,
    )


def score_histogram(bars: Sequence[Sequence[int]], threshold: float) -> str:
    """Rows by predicted probability: label 1 filled, label 0 a dashed outline.

    Args:
        bars: Rows of label 0, and of label 1, in equal bins from 0 to 1.
        threshold: Where rows are called 1, as a dotted line.
    """
    zeros, ones = bars
    edges = np.linspace(0, 1, len(zeros) + 1)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.stairs(ones, edges, fill=True, color=BLUE, alpha=0.35)
        axes.stairs(ones, edges, color=BLUE, linewidth=1.2, label="label 1")
        axes.stairs(
            zeros, edges, color=ORANGE, linewidth=1.4, linestyle=(0, (3, 1.5)), label="label 0"
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
        title="Predicted probability of the rows of each label",
        description=f"{sum(zeros):,} rows of label 0 and {sum(ones):,} of label 1.",
        width=WIDTH,
        height=2.6,
        paint=paint,
    )


def _square(axes: Axes) -> None:
    """Both axes from 0 to 1, of the same scale."""
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
