"""Made tables with something odd about them, and what is said of it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from hpsearch.data.columns import Column, RawRows
from hpsearch.data.cutting import Cut
from hpsearch.data.inspection import Notice, inspect_rows
from hpsearch.data.table import Origin, Table

ROWS = 400


def table(
    numbers: Mapping[str, Any] | None = None,
    texts: Mapping[str, Any] | None = None,
    labels: Any = None,
    classes: tuple[str, ...] = (),
) -> Table:
    """A table of 400 rows with a column of noise beside those that are given.

    Args:
        numbers: Values of columns by their names.
        texts: Codes of columns by their names, -1 for a gap.
        labels: Random classes, 0 and 1, unless given.
    """
    rng = np.random.default_rng(5)
    columns = {"noise": rng.normal(size=ROWS), **(numbers or {})}
    codes = {name: np.asarray(column, np.int32) for name, column in (texts or {}).items()}
    if labels is None:
        labels = rng.integers(0, 2, ROWS).astype(np.float32)
    return Table(
        RawRows(
            np.stack([np.asarray(column, np.float64) for column in columns.values()], axis=1),
            np.stack(list(codes.values()), axis=1) if codes else np.empty((ROWS, 0), np.int32),
            tuple(tuple(map(str, range(int(column.max()) + 1))) for column in codes.values()),
        ),
        labels,
        tuple(Column(name, "number") for name in columns)
        + tuple(Column(name, "category") for name in codes),
        Origin("csv", "made rows", simulated=False),
        classes,
    )


def mixed(rows: int = ROWS, *, left_out: tuple[str, ...] = ()) -> Cut:
    """A fifth validates, a fifth is the test; mixed."""
    order = np.random.default_rng(7).permutation(rows)
    validation, train, test = np.split(order, [rows // 5, rows - rows // 5])
    return Cut(validation, train, test, left_out)


def notices(odd: Table, cut: Cut | None = None) -> dict[str, Notice]:
    """What is said of a table by kind, each kind once."""
    found = inspect_rows(odd, cut or mixed())
    by_kind = {notice.kind: notice for notice in found}
    assert len(by_kind) == len(found)
    return by_kind
