"""Data sets whose publisher said which rows are the test."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from hpsearch.data.columns import Column
from hpsearch.data.table import Table

__all__ = ["with_parts"]


def with_parts(table: Table, name: str | None, rows: Mapping[str, int]) -> Table:
    """The same rows with a last column that says of which part each is.

    Args:
        name: What the column is called, as ``data.part`` names it; None adds none, so that a study
            deals out all rows itself.
        rows: How many rows each part has, in their order.
    """
    if name is None:
        return table
    part = np.repeat(np.arange(len(rows), dtype=np.int32), list(rows.values()))
    raw = replace(
        table.raw,
        codes=np.column_stack([table.raw.codes, part]).astype(np.int32),
        vocabularies=(*table.raw.vocabularies, tuple(rows)),
    )
    return replace(table, raw=raw, columns=(*table.columns, Column(name, "category")))
