"""A matplotlib figure as SVG text that fits into a page: its colors, its fonts, its words.

Lines and letters take the page's text color (``currentColor``), the rest CSS variables with a
default for a light page, so that one figure serves dark, light and print. Letters stay letters. The
same drawing gives the same bytes.
"""

import html
import io
import re
import warnings
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from hpsearch.report.failures import debugging

Paint = Callable[[Figure], None]

#: Drawn with, and replaced by the page's text color.
INK = "#010203"
GRID = "#d9dcdf"

#: Told apart with every kind of color vision (Okabe and Ito, 2008), and by lightness in print.
BLUE = "#0072b2"
ORANGE = "#d55e00"
GREEN = "#009e73"
GRAY = "#767c82"

REPLACED: Mapping[str, str] = MappingProxyType(
    {
        INK: "currentColor",
        GRID: f"var(--figure-grid, {GRID})",
        BLUE: f"var(--figure-blue, {BLUE})",
        ORANGE: f"var(--figure-orange, {ORANGE})",
        GREEN: f"var(--figure-green, {GREEN})",
        GRAY: f"var(--figure-gray, {GRAY})",
    }
)

FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

STYLE: Any = MappingProxyType(
    {
        "svg.fonttype": "none",
        "svg.hashsalt": "hpsearch",
        "text.parse_math": False,
        "text.color": INK,
        "font.size": 8.5,
        "axes.labelsize": 8.5,
        "axes.labelcolor": INK,
        "axes.edgecolor": GRAY,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": GRID,
        "grid.linewidth": 0.5,
        "xtick.color": GRAY,
        "ytick.color": GRAY,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "xtick.labelsize": 8,
        "ytick.labelsize": 8,
        "lines.linewidth": 1.3,
        "legend.frameon": False,
        "legend.fontsize": 8,
    }
)


def draw(
    name: str, *, title: str, description: str, width: float, height: float, paint: Paint
) -> str:
    """Paint a figure and return it as an ``<svg>`` element.

    Args:
        name: Prefix of every id in it, so that several figures can stand in one page.
        title: What a reader who can't see it is told first.
        description: What the figure shows, in a sentence.
        width: In inches of 72 units.
        height: In inches.
        paint: Draws into an empty figure; nothing outside of it is changed.
    """
    with matplotlib.rc_context(), warnings.catch_warnings():
        if not debugging():  # matplotlib's advice, of fonts or room, is nothing to a reader
            warnings.simplefilter("ignore")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasSVG(figure)  # its own canvas: no window system, whatever MPLBACKEND names
        paint(figure)
        text = io.StringIO()
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    return _dress(text.getvalue(), name, title, description)


def _dress(svg: str, name: str, title: str, description: str) -> str:
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)
    svg = re.sub(r'(xlink:href)="#([^"]+)"', rf'\1="#{name}-\2"', svg)
    svg = re.sub(r'\b(?:d|x|y)="[^"]*"', _coarser, svg)
    svg = re.sub(r"font-family: [^;\"]+", f"font-family: {FONTS}", svg)
    for color, replacement in REPLACED.items():
        svg = svg.replace(color, replacement)
    opening, rest = svg.split(">", 1)
    label = html.escape(title)
    return (
        f'{opening} role="img" aria-label="{label}">\n'
        f" <title>{label}</title>\n <desc>{html.escape(description)}</desc>{rest}"
    ).strip()


def _coarser(coordinates: re.Match[str]) -> str:
    """Coordinates to a hundredth of a unit, which is less than a pixel."""
    return re.sub(r"(\.\d\d)\d+", r"\1", coordinates[0])
