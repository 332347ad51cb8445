"""The calibration curve: how often what is given a probability comes true."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hpsearch.report.figures.legend import WIDTH, legend_above
from hpsearch.report.figures.svg import BLUE, GRAY, draw
from hpsearch.wording import first_upper

#: A dashed line for what a model without knowledge, or without fault, would show.
GUIDE: Mapping[str, Any] = {"color": GRAY, "linewidth": 0.9, "linestyle": (0, (4, 3))}


def calibration_curve(share: str, bins: Sequence[Mapping[str, Any]]) -> str:
    """Observed share by mean probability, with intervals, and the diagonal.

    Args:
        share: What is observed: ``share of label 1``.
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
        square(axes)
        axes.set(xlabel="mean predicted probability", ylabel=share)
        legend_above(figure, axes)

    reached = [
        bin_["observed"]["low"] <= bin_["predicted"] <= bin_["observed"]["high"] for bin_ in bins
    ]
    return draw(
        "usability-calibration",
        title=f"{first_upper(share)} by predicted probability",
        description=f"Of {len(bins)} bins, {sum(reached)} have an interval that reaches the "
        "diagonal of a perfectly calibrated model.",
        width=WIDTH,
        height=3.6,
        paint=paint,
    )


def square(axes: Axes) -> None:
    """Both axes from 0 to 1, of the same scale."""
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
