"""Columns of dates: besides the days, which are numbers, the place in week, year and day."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.columns import Column
from hpsearch.data.features.filled import column_of
from hpsearch.stock import StockNode, function_node, layer_node

Array = NDArray[np.float64]
Places = NDArray[np.intp]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

#: The first of January 1970, day 0, was a Thursday.
FIRST_WEEKDAY = 3

#: Days of a mean year; the first of January drifts by at most two days from a whole number of them.
YEAR = 365.2425

#: Days from 1970 beyond which a date is taken to be here: some 27,000 years.
FARTHEST = 1e7


@dataclass(frozen=True, slots=True, eq=False)
class Dates:
    """What dates are besides numbers of days.

    A weekday is seven features of 0 and 1. The share of a year, and of a day, is the sine and the
    cosine of its angle, so that its end meets its beginning.

    Attributes:
        names: Of the columns.
        places: Where they stand among the columns of numbers.
        timed: Which of them, counted among themselves, have a time besides the date in some train
            row; the others get no share of the day.
    """

    names: tuple[str, ...]
    places: Places
    timed: Places

    @classmethod
    def fit(
        cls,
        numbers: NDArray[np.floating[Any]],
        columns: Sequence[Column],
        rows: NDArray[np.int64] | None = None,
    ) -> Self:
        """Learn from train rows, which stand as in ``Numbers.fit``."""
        places = np.array([p for p, c in enumerate(columns) if c.kind == "date"], np.intp)
        days = (column_of(numbers, place, rows) for place in places)
        timed = np.flatnonzero([(np.nan_to_num(day) % 1 != 0).any() for day in days])
        return cls(tuple(columns[place].name for place in places), places, timed)

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features."""
        timed = [self.names[place] for place in self.timed]
        return (
            *(f"{name} is a {day}" for name in self.names for day in WEEKDAYS),
            *(f"{name}, {wave} of the year" for wave in ("sine", "cosine") for name in self.names),
            *(f"{name}, {wave} of the day" for wave in ("sine", "cosine") for name in timed),
        )

    @property
    def origins(self) -> tuple[int, ...]:
        """The place of the column that each feature comes from, among those of numbers."""
        timed = self.places[self.timed]
        parts = np.repeat(self.places, len(WEEKDAYS)), self.places, self.places, timed, timed
        return tuple(np.concatenate(parts).tolist())

    def apply(self, filled: Array) -> tuple[Array, ...]:
        """Features of numbers without gaps, in parts that stand beside each other."""
        days = np.clip(filled[:, self.places], -FARTHEST, FARTHEST)
        whole = np.floor(days)
        weekday = np.mod(whole + FIRST_WEEKDAY, 7)
        weekdays = (weekday[:, :, np.newaxis] == np.arange(7)).astype(np.float64)
        year = days * (2 * np.pi / YEAR)
        day = (days - whole)[:, self.timed] * (2 * np.pi)
        waves = np.sin(year), np.cos(year), np.sin(day), np.cos(day)
        return weekdays.reshape(len(days), 7 * len(self.places)), *waves

    def nodes(self) -> tuple[StockNode, ...]:
        """Nodes from ``filled``; those of ``ends`` give the features."""
        if not len(self.places):
            return ()
        return (
            function_node("dates", "take", "filled", self.places.tolist(), axis=1),
            function_node("days", "clip", "dates", x_min=-FARTHEST, x_max=FARTHEST),
            function_node("whole_days", "floor", "days"),
            function_node("days_from_monday", "add", "whole_days", FIRST_WEEKDAY),
            function_node("weekday", "mod", "days_from_monday", 7),
            function_node("weekday_number", "cast", "weekday", dtype="int32"),
            function_node("weekday_told", "one_hot", "weekday_number", num_classes=7),
            layer_node("weekdays", "Reshape", "weekday_told", target_shape=[7 * len(self.places)]),
            function_node("year", "multiply", "days", 2 * np.pi / YEAR),
            function_node("year_sine", "sin", "year"),
            function_node("year_cosine", "cos", "year"),
            *(self._day_nodes() if len(self.timed) else ()),
        )

    def _day_nodes(self) -> tuple[StockNode, ...]:
        return (
            function_node("times", "subtract", "days", "whole_days"),
            function_node("times_known", "take", "times", self.timed.tolist(), axis=1),
            function_node("day", "multiply", "times_known", 2 * np.pi),
            function_node("day_sine", "sin", "day"),
            function_node("day_cosine", "cos", "day"),
        )

    @property
    def ends(self) -> tuple[str, ...]:
        """Names of the nodes that give the features, in their order."""
        if not len(self.places):
            return ()
        year = ("weekdays", "year_sine", "year_cosine")
        return (*year, "day_sine", "day_cosine") if len(self.timed) else year
