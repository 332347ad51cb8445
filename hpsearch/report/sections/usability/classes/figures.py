"""The figures of decisions among several classes."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hpsearch.report.figures.legend import WIDTH
from hpsearch.report.figures.svg import BLUE, INK, ORANGE, draw

#: Share below which a cell is left white; it would not be seen.
FAINT = 0.005


def confusion_matrix(
    classes: Sequence[Mapping[str, Any]], confusion: Sequence[Sequence[int]]
) -> str:
    """Share of each class's rows by what they are called: right ones blue, mistakes orange.

    Args:
        classes: As in the section's values.
        confusion: Rows by (class, called class).
    """
    names = [entry["name"] for entry in classes]
    size = len(names)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for place, row in enumerate(confusion):
            for other, count in enumerate(row):
                share = count / max(sum(row), 1)
                if share >= FAINT:
                    color = BLUE if place == other else ORANGE
                    cell = Rectangle((other, place), 1, 1, facecolor=color, alpha=0.75 * share)
                    axes.add_patch(cell)
                if count:
                    style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 7.5}
                    axes.text(other + 0.5, place + 0.5, f"{share:.0%}", color=INK, **style)
        middles = [place + 0.5 for place in range(size)]
        slanted = max(map(len, names)) * size > 50
        axes.set_xticks(
            middles, names, rotation=35 if slanted else 0, ha="right" if slanted else "center"
        )
        axes.set_yticks(middles, names)
        axes.set(xlim=(0, size), ylim=(size, 0), xlabel="called", ylabel="class")
        axes.grid(visible=False)
        axes.tick_params(length=0)
        for edge in range(1, size):
            axes.axhline(edge, linewidth=0.4, color=INK, alpha=0.3)
            axes.axvline(edge, linewidth=0.4, color=INK, alpha=0.3)

    right = ", ".join(
        f"{name} {row[place] / max(sum(row), 1):.0%}"
        for place, (name, row) in enumerate(zip(names, confusion, strict=True))
    )
    return draw(
        "usability-confusion",
        title="What the rows of each class are called",
        description=f"Share of each class that is called right: {right}.",
        width=WIDTH,
        height=1.0 + 0.32 * size,
        paint=paint,
    )
