"""The figures of predicted numbers: beside the true ones, and their errors by prediction."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hpsearch.report.figures.axes import write_large_ticks
from hpsearch.report.figures.calibration import GUIDE
from hpsearch.report.figures.legend import WIDTH, legend_above
from hpsearch.report.figures.svg import BLUE, ORANGE, draw

#: Share of the values at either end that may leave the frame, so that the rest is well seen.
OUTSIDE = 0.005


def predicted_against_true(points: Sequence[tuple[float, float]]) -> str:
    """A point a row, and the diagonal on which a prediction is right.

    Args:
        points: True and predicted values.
    """
    true, predicted = np.array(points).T
    low, high = _window(np.concatenate([true, predicted]))
    inside = (true >= low) & (true <= high) & (predicted >= low) & (predicted <= high)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.plot([low, high], [low, high], label="right", **GUIDE)
        axes.scatter(
            true[inside],
            predicted[inside],
            s=9,
            color=BLUE,
            alpha=0.45,
            linewidths=0,
            label="a row",
        )
        axes.set(xlim=(low, high), ylim=(low, high), aspect="equal")
        axes.set(xlabel="true value", ylabel="predicted value")
        _ticks(axes)
        legend_above(figure, axes)

    return draw(
        "usability-predicted",
        title="Predicted against true values",
        description=f"{int(inside.sum()):,} of {len(points):,} test rows; on the diagonal both are "
        "equal.",
        width=WIDTH,
        height=3.8,
        paint=paint,
    )


def errors_by_prediction(bins: Sequence[Mapping[str, Any]]) -> str:
    """Mean error of rows of like prediction with its interval, and what 80 % are between.

    Args:
        bins: As in the section's values.
    """
    predicted = [bin_["predicted"] for bin_ in bins]
    means = [bin_["error"]["value"] for bin_ in bins]
    reach = [
        [bin_["error"]["value"] - bin_["error"]["low"] for bin_ in bins],
        [bin_["error"]["high"] - bin_["error"]["value"] for bin_ in bins],
    ]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.axhline(0, **GUIDE)
        axes.vlines(
            predicted,
            [bin_["low"] for bin_ in bins],
            [bin_["high"] for bin_ in bins],
            color=BLUE,
            alpha=0.25,
            linewidth=7,
            label="80 % of the rows",
        )
        axes.errorbar(
            predicted, means, yerr=reach, fmt="D", color=ORANGE, markersize=4, elinewidth=1.1,
            capsize=2.5, label="mean, with 95 % intervals",
        )  # fmt: skip
        axes.set(xlabel="mean prediction", ylabel="predicted less true")
        axes.margins(x=0.06)
        _ticks(axes)
        legend_above(figure, axes)

    off = sum(bin_["error"]["low"] > 0 or bin_["error"]["high"] < 0 for bin_ in bins)
    return draw(
        "usability-errors",
        title="Errors by prediction",
        description=f"Of {len(bins)} bins, {off} have a mean error whose interval excludes 0.",
        width=WIDTH,
        height=2.8,
        paint=paint,
    )


def _window(values: np.ndarray[Any, np.dtype[np.float64]]) -> tuple[float, float]:
    low, high = (float(end) for end in np.quantile(values, (OUTSIDE, 1 - OUTSIDE)))
    pad = 0.05 * ((high - low) or abs(high) or 1.0)
    return low - pad, high + pad


def _ticks(axes: Axes) -> None:
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5))
        write_large_ticks(axis)
