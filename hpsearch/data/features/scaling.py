"""Scaling: values of any size as features of like size, finite whatever the values are."""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.features.filled import Filled
from hpsearch.stock import StockNode, function_node

Array = NDArray[np.float64]

#: The most deviations that a value may be off; one of n train rows is at most sqrt(n - 1) off.
FARTHEST = 1e6

#: The largest value; the difference of two such values is still a float64.
LARGEST = 8e307

#: The least deviation that is divided by: below it float64 loses digits, and processors differ.
LEAST = 1e-305

#: Where smooth clipping bends; it never gives more than this.
BEND = 3.0

#: The largest value of a pixel.
BRIGHTEST = 255.0

#: Points of a piecewise-linear map, at most.
KNOTS = 64


class Scaling(Protocol):
    """What is done to columns of numbers without gaps."""

    @classmethod
    def fit(cls, values: Filled, booleans: NDArray[np.bool_]) -> Self:
        """Learn from train rows.

        Args:
            values: Columns without NaN.
            booleans: Which columns hold 0 and 1 only; they become -1 and 1 by any scaling.
        """

    def apply(self, values: Array) -> Array:
        """Scaled values, float64 of the same shape, finite; infinite ones may come in."""

    def nodes(self, source: str) -> tuple[StockNode, ...]:
        """The same as a Keras graph from the node ``source``; the last gives the scaled values."""


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """``(x - center) / scale``; all float64 ``(columns,)``.

    Attributes:
        low, high: Values beyond are moved here first: ``FARTHEST`` scales from the center. In a
            column that is constant in the train rows both are the center, so that it gives 0.
    """

    low: Array
    high: Array
    center: Array
    scale: Array

    @classmethod
    def of(cls, center: Array, scale: Array, booleans: NDArray[np.bool_], values: Filled) -> Self:
        """The maps of columns, of which booleans and constant ones have a center of their own.

        A column whose scale is below ``LEAST`` gives 0, too.
        """
        constant = values.least() == values.largest()
        center = np.where(constant, values.first, np.where(booleans, 0.5, center))
        scale = np.where(booleans, 0.5, scale)
        flat = constant | (scale < LEAST)
        reach = np.where(flat, 0.0, np.minimum(scale, LARGEST / FARTHEST) * FARTHEST)
        center = _held(center)
        low, high = _held(center - reach), _held(center + reach)
        return cls(low, high, center, np.where(flat, 1.0, scale))

    def apply(self, values: Array) -> Array:
        """See ``Scaling``."""
        held = np.minimum(np.maximum(values, self.low), self.high)
        return np.asarray((held - self.center) / self.scale)

    def nodes(self, source: str) -> tuple[StockNode, ...]:
        """See ``Scaling``."""
        return (
            function_node("not_below", "maximum", source, self.low.tolist()),
            function_node("not_above", "minimum", "not_below", self.high.tolist()),
            function_node("centered", "subtract", "not_above", self.center.tolist()),
            function_node("scaled", "divide", "centered", self.scale.tolist()),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Standard:
    """Mean 0 and standard deviation 1 over the train rows."""

    affine: Affine

    @classmethod
    def fit(cls, values: Filled, booleans: NDArray[np.bool_]) -> Self:
        """See ``Scaling``."""
        with np.errstate(over="ignore", invalid="ignore"):
            mean, deviation = values.moments()
        wild = ~np.isfinite(deviation) | (deviation < LEAST**0.5)
        for column in np.flatnonzero(wild).tolist():  # its squares, or sum, leave float64's range
            mean[column], deviation[column] = _moments(_held(values.column(column)))
        return cls(Affine.of(mean, deviation, booleans, values))

    def apply(self, values: Array) -> Array:
        """See ``Scaling``."""
        return self.affine.apply(values)

    def nodes(self, source: str) -> tuple[StockNode, ...]:
        """See ``Scaling``."""
        return self.affine.nodes(source)


@dataclass(frozen=True, slots=True, eq=False)
class Robust:
    """Median 0, quartiles 1 apart, and ``z / sqrt(1 + (z / 3)^2)``, which stays between -3 and 3.

    Where the quartiles are equal, half the distance of the least value to the largest stands for
    theirs.

    Source: Holzmueller et al., Better by Default (2024), RealMLP's robust scaling and smooth
    clipping.
    """

    affine: Affine

    @classmethod
    def fit(cls, values: Filled, booleans: NDArray[np.bool_]) -> Self:
        """See ``Scaling``."""
        quartiles = [
            np.quantile(_held(values.column(place)), (0.25, 0.5, 0.75))
            for place in range(len(booleans))
        ]
        low, center, high = np.array(quartiles).reshape(len(booleans), 3).T
        half = _held(values.largest()) / 2 - _held(values.least()) / 2
        distance = high - low
        return cls(Affine.of(center, np.where(distance > 0, distance, half), booleans, values))

    def apply(self, values: Array) -> Array:
        """See ``Scaling``."""
        scaled = self.affine.apply(values)
        return np.asarray(scaled / np.sqrt(1 + (scaled / BEND) ** 2))

    def nodes(self, source: str) -> tuple[StockNode, ...]:
        """See ``Scaling``."""
        return (
            *self.affine.nodes(source),
            function_node("bent", "divide", "scaled", BEND),
            function_node("bent_squared", "square", "bent"),
            function_node("bent_more", "add", "bent_squared", 1.0),
            function_node("bound", "sqrt", "bent_more"),
            function_node("clipped", "divide", "scaled", "bound"),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Pixel:
    """``x / 255``: the brightness of a pixel, 0 to 255, as 0 to 1; nothing is learned of it."""

    affine: Affine

    @classmethod
    def fit(cls, values: Filled, booleans: NDArray[np.bool_]) -> Self:
        """See ``Scaling``."""
        zeros = np.zeros(len(booleans))
        return cls(Affine.of(zeros, zeros + BRIGHTEST, booleans, values))

    def apply(self, values: Array) -> Array:
        """See ``Scaling``."""
        return self.affine.apply(values)

    def nodes(self, source: str) -> tuple[StockNode, ...]:
        """See ``Scaling``."""
        return self.affine.nodes(source)


@dataclass(frozen=True, slots=True, eq=False)
class Quantile:
    """A normal distribution over the train rows, by a piecewise-linear map of each column.

    Both arrays are float64 ``(columns, points)``. A value between two points lies between their
    heights, one beyond the outermost has the height of that.

    Attributes:
        points: Quantiles of the train rows, ascending; a column that has fewer repeats its last.
        heights: The normal distribution's quantile at the middle rank of the rows of that value.
    """

    points: Array
    heights: Array

    @classmethod
    def fit(cls, values: Filled, booleans: NDArray[np.bool_]) -> Self:
        """See ``Scaling``."""
        maps = [
            (np.array([0.0, 1.0]), np.array([-1.0, 1.0]))
            if boolean
            else _normal_map(_held(values.column(place)))
            for place, boolean in enumerate(booleans)
        ]
        most = max(2, *(len(points) for points, _ in maps)) if maps else 2
        padded = [[np.pad(part, (0, most - len(part)), mode="edge") for part in m] for m in maps]
        points, heights = np.array(padded).reshape(len(maps), 2, most).swapaxes(0, 1)
        return cls(points, heights)

    def apply(self, values: Array) -> Array:
        """See ``Scaling``."""
        held, scaled = _held(values), np.empty(values.shape)
        for column, (points, heights) in enumerate(zip(self.points, self.heights, strict=True)):
            scaled[:, column] = np.interp(held[:, column], points, heights)
        return scaled

    def nodes(self, source: str) -> tuple[StockNode, ...]:
        """See ``Scaling``."""
        widths = np.diff(self.points, axis=1)
        widths[widths == 0] = 1.0
        return (
            function_node("held", "clip", source, x_min=-LARGEST, x_max=LARGEST),
            function_node("beside_points", "expand_dims", "held", axis=-1),
            function_node("from_points", "subtract", "beside_points", self.points[:, :-1].tolist()),
            function_node("shares", "divide", "from_points", widths.tolist()),
            function_node("passed", "clip", "shares", x_min=0.0, x_max=1.0),
            function_node("risen", "multiply", "passed", np.diff(self.heights, axis=1).tolist()),
            function_node("rise", "sum", "risen", axis=-1),
            function_node("scaled", "add", "rise", self.heights[:, 0].tolist()),
        )


def _held(values: Array) -> Array:
    return np.clip(values, -LARGEST, LARGEST)


def _moments(values: Array) -> tuple[float, float]:
    """Mean and deviation of values of any size, by way of values of at most 1."""
    size = float(np.abs(values).max())
    if size < LEAST:
        return float(values[0]), 0.0
    mean = float((values / size).mean())
    centered = values / size - mean
    spread = float(np.abs(centered).max())
    if spread == 0:
        return mean * size, 0.0
    return mean * size, float((centered / spread).std()) * spread * size


def _normal_map(values: Array) -> tuple[Array, Array]:
    """Points and heights of a column; a constant column has one point, at height 0."""
    from scipy.special import ndtri

    ordered = np.sort(values)
    places = np.linspace(0, len(ordered) - 1, min(KNOTS, len(ordered))).round().astype(np.intp)
    points = np.unique(ordered[places])
    points = points[np.concatenate([[True], np.diff(points) >= LEAST])]
    below, reached = (np.searchsorted(ordered, points, side) for side in ("left", "right"))
    if len(points) == 1:
        return points, np.zeros(1)
    return points, np.asarray(ndtri((below + reached) / 2 / len(ordered)), np.float64)
