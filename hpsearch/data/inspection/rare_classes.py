"""Classes of too few rows to learn or to measure."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.cutting import Cut
from hpsearch.data.inspection.notice import NAMED, Notice
from hpsearch.data.table import Table
from hpsearch.errors import shown
from hpsearch.wording import listed, say_count

Places = NDArray[np.int64]

#: Rows of a class from which it is not told.
ENOUGH = 10


def find_rare_classes(table: Table, cut: Cut) -> Iterator[Notice]:
    """Classes with fewer than ten rows in all parts together, or to choose by, or to test on.

    The figures of a notice are those of the class with the fewest rows.
    """
    if not table.has_classes:
        return
    classes = len(table.classes) or int(table.labels.max()) + 1
    parts = {"train": cut.train, "validation": cut.validating, "test": cut.test}
    counts = {
        name: np.bincount(table.labels[part].astype(np.int64), minlength=classes)
        for name, part in parts.items()
    }
    every = counts["train"] + counts["test"]
    every += 0 if cut.several else counts["validation"]  # with folds these rows train, too
    judged = np.minimum(counts["validation"], counts["test"])
    if len(rare := np.flatnonzero(every < ENOUGH)):
        named = [
            f"{_name(table, place)} ({every[place]:,}, of which {counts['train'][place]:,} train)"
            for place in rare.tolist()
        ]
        yield Notice(
            "rare_classes",
            f"{_some(rare, classes)} fewer than {ENOUGH} rows: {_listed(named)}. What is measured "
            f"of them is hardly more than chance; give more rows, or merge classes",
            (),
            {"fewest_rows": int(every.min()), **_figures(rare, every, counts)},
        )
    if len(scarce := np.flatnonzero((every >= ENOUGH) & (judged < ENOUGH))):
        named = [
            f"{_name(table, place)} ({counts['validation'][place]:,} of {len(cut.validating):,} "
            f"validation rows, {counts['test'][place]:,} of {len(cut.test):,} test rows)"
            for place in scarce.tolist()
        ]
        yield Notice(
            "scarce_classes",
            f"{_some(scarce, classes)} fewer than {ENOUGH} rows to choose by or to test on: "
            f"{_listed(named)}. Which of two models finds them better can hardly be told; give "
            f"more rows, or larger parts (data.validation, data.test)",
            (),
            _figures(scarce, judged, counts),
        )


def _some(places: Places, classes: int) -> str:
    have = "has" if len(places) == 1 else "have"
    return f"{say_count(len(places))} of {classes:,} classes {have}"


def _listed(named: Sequence[str]) -> str:
    more = [f"{len(named) - NAMED:,} more"] if len(named) > NAMED else []
    return listed([*named[:NAMED], *more])


def _figures(places: Places, rows: Places, counts: Mapping[str, Places]) -> dict[str, float]:
    """How many classes, and the place and rows of that with the fewest."""
    fewest = int(places[rows[places].argmin()])
    return {
        "classes": len(places),
        "class": fewest,
        "validation_rows": int(counts["validation"][fewest]),
        "test_rows": int(counts["test"][fewest]),
    }


def _name(table: Table, place: int) -> str:
    return shown(table.classes[place]) if table.classes else str(place)
