"""Rows that a study kept, given to a model of another."""

from pathlib import Path

import numpy as np
import pytest

from hpsearch.data.columns import Column, RawRows
from hpsearch.data.given import open_columns
from hpsearch.data.kept import keep_rows
from hpsearch.data.table import Origin, Table
from hpsearch.errors import DataError
from hpsearch.study.table_keys import INFERRED

GARAGE = (Column("garage", "boolean"),)


def kept(folder: Path, *values: float) -> Path:
    """A ``rows.parquet`` of one column of numbers."""
    numbers = np.array(values, np.float64)[:, None]
    raw = RawRows(numbers, np.empty((len(values), 0), np.int32), ())
    labels = np.arange(len(values), dtype=np.float32) % 2
    origin = Origin("file", "rows", simulated=False)
    keep_rows(
        folder / "rows.parquet", Table(raw, labels, (Column("garage", "number"),), origin, ())
    )
    return folder / "rows.parquet"


def test_kept_numbers_are_booleans_only_where_they_are_0_or_1(tmp_path: Path) -> None:
    with open_columns(kept(tmp_path, 0, 1, np.nan), GARAGE, INFERRED) as stream:
        (block,) = stream.blocks
    np.testing.assert_array_equal(block.numbers[:, 0], [0, 1, np.nan])
    with (
        pytest.raises(DataError, match=r"'garage'.*must hold boolean values.*got number values"),
        open_columns(kept(tmp_path, 0, 7), GARAGE, INFERRED),
    ):
        pass
