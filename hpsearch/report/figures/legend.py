"""What all figures share: their width, and where the legend stands."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

#: Inches of 72 units.
WIDTH = 5.0


def legend_above(figure: Figure, axes: Axes) -> None:
    """A legend over the figure in one row, or in two where it has more than four entries."""
    handles, labels = axes.get_legend_handles_labels()
    if not handles:
        return
    columns = len(handles) if len(handles) <= 4 else -(-len(handles) // 2)
    style: dict[str, Any] = {"columnspacing": 1.2, "handletextpad": 0.5, "handlelength": 1.8}
    figure.legend(handles, labels, loc="outside upper left", ncols=columns, **style)
