"""Columns that name the rows."""

from collections.abc import Iterator

import numpy as np

from hpsearch.data.columns import MISSING
from hpsearch.data.cutting import Cut
from hpsearch.data.inspection.columns import Values, numbers_of, some, texts_of
from hpsearch.data.inspection.notice import Notice, about, say_columns, verb
from hpsearch.data.table import Table

#: Fewer rows may all differ in anything.
FEWEST_ROWS = 100

#: The share of different texts from which they are names of rows.
SHARE = 0.95


def find_identifiers(table: Table, cut: Cut) -> Iterator[Notice]:
    """Texts or whole numbers that differ in nearly all rows, and are no index."""
    del cut
    if len(table) < FEWEST_ROWS:
        return
    found = {
        column.name
        for column, values in numbers_of(table)
        if column.kind == "number" and _names_rows(values)
    }
    found |= {
        column.name
        for column, codes in texts_of(table)
        if column.kind == "category" and _differ(codes[codes != MISSING])
    }
    names = [name for name in table.names if name in found]
    if names:
        yield Notice(
            "identifier",
            f"{say_columns(names)} {verb(names, 'has', 'have')} another value in "
            f"nearly each row, as identifiers do; new rows have new ones, so leave "
            f"{verb(names, 'it', 'them')} out",
            about(names),
            {"columns": len(names)},
        )


def _names_rows(values: Values) -> bool:
    """Whether all are different whole numbers in no order; a few tell of most columns."""
    for part in (values[some(len(values), 1_000)], values):
        if (part != np.floor(part)).any() or len(np.unique(part)) < len(part):
            return False
    return bool((values[1:] <= values[:-1]).any())


def _differ(codes: Values) -> bool:
    return len(codes) >= FEWEST_ROWS and len(np.unique(codes)) >= SHARE * len(codes)
