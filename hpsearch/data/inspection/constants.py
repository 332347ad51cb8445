"""Columns that say the same in each row."""

from collections.abc import Iterator

import numpy as np

from hpsearch.data.columns import MISSING
from hpsearch.data.cutting import Cut
from hpsearch.data.inspection.columns import numbers_of, texts_of
from hpsearch.data.inspection.notice import Notice, about, say_columns, verb
from hpsearch.data.table import Table


def find_constants(table: Table, cut: Cut) -> Iterator[Notice]:
    """Columns with one value in all rows, and columns with none at all.

    A value beside gaps is not constant: where it is missing may tell something.
    """
    del cut
    texts = {
        column.name: codes[0] == MISSING
        for column, codes in texts_of(table)
        if (codes == codes[:1]).all()
    }
    numbers = {
        column.name: bool(np.isnan(values[0]))
        for column, values in numbers_of(table)
        if (values == values[0]).all() or (np.isnan(values[0]) and np.isnan(values).all())
    }
    found = {**texts, **numbers}
    constant = [name for name in table.names if name in found and not found[name]]
    empty = [name for name in table.names if found.get(name)]
    if constant:
        yield Notice(
            "constant",
            f"{say_columns(constant)} {verb(constant, 'has', 'have')} one value in "
            f"all {len(table):,} rows and can tell nothing",
            about(constant),
            {"columns": len(constant)},
        )
    if empty:
        yield Notice(
            "empty",
            f"{say_columns(empty)} {verb(empty, 'has', 'have')} no value in any row "
            f"and can tell nothing",
            about(empty),
            {"columns": len(empty)},
        )
