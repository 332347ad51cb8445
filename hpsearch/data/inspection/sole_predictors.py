"""Columns that tell the label without any other, as what is known only afterwards does."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.cutting import Cut
from hpsearch.data.inspection.columns import Values, numbers_of, some, texts_of
from hpsearch.data.inspection.notice import Notice, about, say_columns
from hpsearch.data.inspection.rates import out_of_fold_rates
from hpsearch.data.table import Table
from hpsearch.errors import shown
from hpsearch.wording import say_number

#: AUC, or rank correlation, from which a column is told.
STRONG = 0.99

#: Below this on some of the rows, a column is not looked at on all.
_SCREEN, _SCREENED_ROWS = 0.98, 20_000

#: Rows that must be on either side: of ten against ten, chance orders all once in 92,378.
FEWEST_ROWS = 10

#: Columns that are told one by one, and classes that are looked at, the most frequent.
MOST_COLUMNS, MOST_CLASSES = 10, 20


@dataclass(frozen=True, slots=True)
class Strength:
    """How well a column tells the label: AUC or rank correlation, and of which class."""

    value: float
    of: int | None = None


def find_sole_predictors(table: Table, cut: Cut) -> Iterator[Notice]:
    """Columns with an AUC above 0.99, one class against the others, or such a rank correlation.

    Numbers by their order, missing ones before or after all others; categories by the label's
    mean in each, learned on one half of the train rows and used on the other, so that a category
    of one row tells nothing. Only train rows are looked at.
    """
    found = dict(sorted(_strong(table, cut).items(), key=lambda item: -item[1].value))
    measure = "AUC" if table.has_classes else "rank correlation"
    for name, strength in list(found.items())[:MOST_COLUMNS]:
        what = "the label"
        if strength.of is not None and len(table.classes) > 2:
            what = f"the class {shown(table.classes[strength.of])}"
        yield Notice(
            "sole_predictor",
            f"{say_columns([name])} alone tells {what} ({measure} "
            f"{say_number(strength.value)} on the train rows). Is it known before the label is? "
            f"If not, leave it out",
            about([name]),
            {measure.lower().replace(" ", "_"): strength.value},
        )
    if others := list(found)[MOST_COLUMNS:]:
        yield Notice(
            "sole_predictors",
            f"{say_columns(others)} tell the label alone, too; the report has no room for each",
            about(others),
            {"columns": len(others)},
        )


def _strong(table: Table, cut: Cut) -> dict[str, Strength]:
    """Columns that are strong, by name; some of the rows tell of most that they are not."""
    few, names = cut.train[some(len(cut.train), _SCREENED_ROWS)], table.names
    if len(few) < len(cut.train):
        names = tuple(_above(table, few, names, _SCREEN))
    return _above(table, cut.train, names, STRONG)


def _above(
    table: Table, rows: NDArray[np.int64], names: Collection[str], limit: float
) -> dict[str, Strength]:
    """Which of these columns are stronger than a limit."""
    labels, classes = table.labels[rows], table.has_classes
    strengths = {
        column.name: number_strength(values[rows], labels, classes)
        for column, values in numbers_of(table)
        if column.name in names
    }
    strengths |= {
        column.name: text_strength(codes[rows], labels, classes)
        for column, codes in texts_of(table)
        if column.name in names
    }
    return {name: strength for name, strength in strengths.items() if strength.value > limit}


def number_strength(values: Values, labels: Values, classes: bool) -> Strength:
    """How well the order of numbers tells the labels, missing ones on the better side."""
    missing = np.isnan(values)
    sides = (-np.inf, np.inf) if missing.any() else (0.0,)
    measured = [_strength(np.where(missing, side, values), labels, classes) for side in sides]
    return max(measured, key=lambda strength: strength.value)


def text_strength(codes: NDArray[np.int32], labels: Values, classes: bool) -> Strength:
    """How well categories tell the labels of rows that they were not learned on; the worse half.

    A category may stand for a class that is not the one before and after it; so each class is
    looked at by its own rate.
    """
    first = np.random.default_rng(0).random(len(codes)) < 0.5
    halves = (first, ~first)
    if not classes:
        measured = [
            _strength(out_of_fold_rates(codes, labels, half), labels[half], classes=False)
            for half in halves
        ]
        return min(measured, key=lambda strength: strength.value)
    strongest = Strength(0.0)
    for place in _frequent(labels):
        positive = (labels == place).astype(np.float64)
        value = min(
            _strength(out_of_fold_rates(codes, positive, half), positive[half], True).value
            for half in halves
        )
        strongest = max(strongest, Strength(value, int(place)), key=lambda one: one.value)
    return strongest


def _strength(scores: Values, labels: Values, classes: bool) -> Strength:
    """Of scores without gaps."""
    ranks = _ranks(scores)
    if not classes:
        if len(labels) < FEWEST_ROWS or np.ptp(ranks) == 0 or np.ptp(labels) == 0:
            return Strength(0.0)
        return Strength(abs(float(np.corrcoef(ranks, _ranks(labels))[0, 1])))
    places, counts = np.unique(labels, return_counts=True)
    sums = np.bincount(np.searchsorted(places, labels), weights=ranks)
    others = len(labels) - counts
    areas = (sums - counts * (counts + 1) / 2) / np.maximum(counts * others, 1)
    strengths = np.where(
        (counts >= FEWEST_ROWS) & (others >= FEWEST_ROWS), np.maximum(areas, 1 - areas), 0.0
    )
    best = int(np.argmax(strengths))
    return Strength(float(strengths[best]), int(places[best]))


def _ranks(values: Values) -> NDArray[np.float64]:
    """Ranks from 1 on, the mean of them for equal values; SciPy's take half a second to import."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    means = np.cumsum(counts) - (counts - 1) / 2
    return np.asarray(means[places])


def _frequent(labels: Values) -> NDArray[np.generic]:
    """The most frequent classes; of two the second, as one tells the other."""
    places, counts = np.unique(labels, return_counts=True)
    if len(places) <= 2:
        return places[-1:]
    return places[np.argsort(-counts, kind="stable")[:MOST_CLASSES]]
