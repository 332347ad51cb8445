"""Where the axes of the figures of trials end, and where their ticks stand."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from hpsearch.tasks.metric import Metric
from hpsearch.wording import MINUS

#: Ticks that have room under a narrow panel.
TICKS = 4

#: Ticks from the first on have commas, and from the second on an exponent.
THOUSAND, MILLIONS = 1_000, 1e7


@dataclass(frozen=True, slots=True)
class BadSide:
    """Where worse values of a metric are: ``above`` others, on the ``upper`` edge of an axis."""

    metric: Metric

    @property
    def side(self) -> str:
        """``above`` or ``below``."""
        return "above" if self.metric.sign > 0 else "below"

    @property
    def edge(self) -> str:
        """``upper`` or ``lower``."""
        return "upper" if self.metric.sign > 0 else "lower"

    def window(self, values: Sequence[float]) -> tuple[float, float]:
        """Ends of an axis that shows the good values well: bad outliers are cut off."""
        low, high = window([self.metric.sign * value for value in values])
        return (low, high) if self.metric.sign > 0 else (-high, -low)

    def clip(self, value: float | None, ends: tuple[float, float]) -> float:
        """A value between the ends of an axis; the bad end where it is beyond it, or not there."""
        low, high = ends
        if self.metric.sign > 0:
            return high if value is None else min(value, high)
        return low if value is None else max(value, low)


def window(values: Sequence[float]) -> tuple[float, float]:
    """Ends of an axis on which lower is better: outliers above are cut off."""
    finite = np.array([value for value in values if math.isfinite(value)])
    if not len(finite):
        return 0.0, 1.0
    low, middle, top = float(finite.min()), float(np.median(finite)), float(finite.max())
    high = min(top, middle + 2.5 * max(middle - low, 1e-3))
    pad = 0.06 * max(high - low, 1e-3)
    return low - pad, high + pad


def logarithmic_ticks(low: float, high: float) -> list[float]:
    """Powers of ten from ``low`` to ``high``, with numbers between where there are few of them.

    Where there are fewer than two of those, too, the ends.
    """
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in ((1,), (1, 3), (1, 2, 5)):
        ticks = [factor * 10.0**exponent for exponent in exponents for factor in factors]
        inside = [tick for tick in ticks if low * 0.999 <= tick <= high * 1.001]
        if len(inside) >= 3:
            break
    if len(inside) < 2:
        return list(dict.fromkeys((low, high)))
    return inside[:: -(-len(inside) // TICKS)]


def logarithmic_axis(axes: Axes, low: float, high: float) -> None:
    """A logarithmic x axis from ``low`` to ``high`` with ticks that are written in full."""
    ticks = logarithmic_ticks(low, high)
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.set_xticks(ticks, [say_tick(tick) for tick in ticks])


def write_large_ticks(axis: Axis) -> None:
    """Thousands with commas; an axis of smaller numbers, once its ends are set, stays as it is."""
    if max(map(abs, axis.get_view_interval())) >= THOUSAND:
        axis.set_major_formatter(FuncFormatter(lambda tick, _: _say_large(tick)))


def _say_large(tick: float) -> str:
    return (f"{tick:,.0f}" if abs(tick) < MILLIONS else f"{tick:.3g}").replace("-", MINUS)


def say_tick(tick: float) -> str:
    """``0.001``, ``300``, ``1e-5``."""
    return (f"{tick:.0e}" if 0 < tick < 1e-3 else f"{tick:g}").replace("e-0", "e-")
