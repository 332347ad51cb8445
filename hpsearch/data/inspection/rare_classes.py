"""Classes of too few rows to learn or to measure."""

from collections.abc import Iterator

import numpy as np

from hpsearch.data.cutting import Cut
from hpsearch.data.inspection.notice import NAMED, Notice
from hpsearch.data.table import Table
from hpsearch.errors import shown
from hpsearch.wording import listed, say_count

#: Rows of a class from which it is not told.
ENOUGH = 10


def find_rare_classes(table: Table, cut: Cut) -> Iterator[Notice]:
    """Classes with fewer than ten rows in all parts together, and how many of them train."""
    if not table.has_classes:
        return
    classes = len(table.classes) or int(table.labels.max()) + 1
    used = np.concatenate([cut.train, cut.validation, cut.test])
    counts = np.bincount(table.labels[used].astype(np.int64), minlength=classes)
    trained = np.bincount(table.labels[cut.train].astype(np.int64), minlength=classes)
    rare = np.flatnonzero(counts < ENOUGH)
    if not len(rare):
        return
    names = [
        f"{_name(table, place)} ({counts[place]:,}, of which {trained[place]:,} train)"
        for place in rare[:NAMED]
    ]
    if len(rare) > NAMED:
        names.append(f"{len(rare) - NAMED:,} more")
    yield Notice(
        "rare_classes",
        f"{say_count(len(rare))} of {classes:,} classes {'has' if len(rare) == 1 else 'have'} "
        f"fewer than {ENOUGH} rows: {listed(names)}. What is measured of them is hardly more than "
        f"chance; give more rows, or merge classes",
        (),
        {"classes": len(rare), "fewest_rows": int(counts.min())},
    )


def _name(table: Table, place: int) -> str:
    return shown(table.classes[place]) if table.classes else str(place)
