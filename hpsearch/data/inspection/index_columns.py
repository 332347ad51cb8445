"""Columns that number the rows."""

from collections.abc import Iterator

import numpy as np

from hpsearch.data.cutting import Cut
from hpsearch.data.inspection.columns import Values, numbers_of, some
from hpsearch.data.inspection.notice import Notice, about, say_columns
from hpsearch.data.table import Table

#: Fewer rows may be in order by chance: ten different numbers are once in 3.6 million.
FEWEST_ROWS = 10


def find_index_columns(table: Table, cut: Cut) -> Iterator[Notice]:
    """Whole numbers that grow with every row, in the order of the source."""
    del cut
    if len(table) < FEWEST_ROWS:
        return
    for column, values in numbers_of(table):
        if column.kind == "number" and _grows(values):
            first, last = float(values[0]), float(values[-1])
            consecutive = last - first == len(values) - 1
            order = (
                f"counts the rows from {first:.0f}"
                if consecutive
                else "holds whole numbers that grow with every row"
            )
            yield Notice(
                "index",
                f"{say_columns([column.name])} {order}, as an index does. What a "
                f"model learns from it holds for the order of this file alone; leave it out",
                about([column.name]),
                {"first": first, "last": last},
            )


def _grows(values: Values) -> bool:
    """Whether all are whole and each is larger than the one before; a few tell of most columns."""
    for part in (values[some(len(values), 1_000)], values):
        if not ((part[1:] > part[:-1]).all() and (part == np.floor(part)).all()):
            return False
    return True
