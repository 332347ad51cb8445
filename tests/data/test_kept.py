"""Rows in a study's folder: what somebody else made is refused with the reason."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.arrays import DamagedError, write_arrays
from hpsearch.data.kept import kept_rows, read_kept_rows

GOOD = {"kind": "csv", "description": "two rows"}


def written(path: Path, source: Any = GOOD, **arrays: Any) -> Path:
    about = np.array(
        json.dumps(
            {
                "columns": [["a", "number"]],
                "vocabularies": [],
                "classes": [],
                "source": source,
            }
        )
    )
    rows: dict[str, Any] = {
        "numbers": np.ones((2, 1)),
        "codes": np.empty((2, 0), np.int32),
        "labels": np.array([0, 1], np.float32),
    }
    write_arrays(path, {"about": about, **rows, **arrays})
    return path


def test_rows_of_the_right_form_are_read(tmp_path: Path) -> None:
    table = read_kept_rows(written(tmp_path / "rows.npz"))
    assert table.names == ("a",)
    assert table.origin.description == "two rows"


@pytest.mark.parametrize(
    "source",
    [
        {**GOOD, "kind": "parquet"},
        {**GOOD, "kind": ["csv"]},
        {**GOOD, "description": 5},
        {"kind": "csv"},
        "csv",
    ],
)
def test_an_origin_that_no_source_has_is_refused(tmp_path: Path, source: Any) -> None:
    path = written(tmp_path / "rows.npz", source)
    with pytest.raises(DamagedError, match=r"where its rows came from|no rows of a study"):
        read_kept_rows(path)
    assert kept_rows(path) is None


def test_collisions_are_simulated_whoever_wrote_the_file(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.npz", {**GOOD, "kind": "collisions"})
    assert read_kept_rows(path).origin.simulated


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"numbers": np.ones((2, 2))}, "numbers must be floats of 1 columns"),
        ({"numbers": np.ones((2, 1), int)}, "must be floats of 1 columns, got int64"),
        ({"codes": np.zeros((2, 1), np.int32)}, "codes must be int32 of 0 columns"),
        ({"labels": np.ones(3, np.float32)}, "one for each row"),
        ({"labels": np.full(2, np.nan, np.float32)}, "labels must be finite"),
        ({"numbers": np.full((2, 1), np.inf)}, "must be finite"),
    ],
)
def test_arrays_that_are_no_rows_are_refused(
    tmp_path: Path, arrays: dict[str, Any], message: str
) -> None:
    with pytest.raises(DamagedError, match=message):
        read_kept_rows(written(tmp_path / "rows.npz", **arrays))
