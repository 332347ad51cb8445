"""Known columns of a file, block by block: matched by name, and refused with all that is wrong."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from hpsearch.data.columns import Column, RawRows
from hpsearch.data.sources.files.streaming import stream_columns
from hpsearch.errors import DataError
from hpsearch.study.table_keys import TableKeys

COLUMNS = (
    Column("age", "number"),
    Column("city", "category"),
    Column("member", "boolean"),
    Column("day", "date"),
)
GIVEN = TableKeys(header=True)


def write(path: Path, *lines: str, header: str = "age,city,member,day") -> Path:
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return path


def read(path: Path, given: TableKeys = GIVEN) -> tuple[list[RawRows], tuple[str, ...], int]:
    with stream_columns(path, COLUMNS, given) as stream:
        return list(stream.blocks), stream.ignored, stream.rows


def test_columns_come_by_their_names_whatever_their_order(tmp_path: Path) -> None:
    lines = ("1970-01-03,7,Ulm,yes,1.5", "1970-01-02T12:00:00,8,,no,", ",9,Bonn,,3")
    path = write(tmp_path / "new.csv", *lines, header="day,id,city,member,age")
    (block,), ignored, rows = read(path)
    assert ignored == ("id",)
    assert rows == 3
    expected = [[1.5, 1, 2], [np.nan, 0, 1.5], [3, np.nan, np.nan]]
    np.testing.assert_array_equal(block.numbers, expected)
    assert block.numbers.dtype == np.float64
    assert block.texts().tolist() == [["Ulm"], [""], ["Bonn"]]


def test_a_file_of_any_length_comes_in_blocks_in_its_order(tmp_path: Path) -> None:
    path = write(
        tmp_path / "new.csv", *(f"{row},c{row % 3},no,2020-01-01" for row in range(30_000))
    )
    blocks, _, rows = read(path)
    assert len(blocks) > 1
    assert rows == 30_000
    numbers = np.concatenate([block.numbers[:, 0] for block in blocks])
    np.testing.assert_array_equal(numbers, np.arange(30_000))
    texts = np.concatenate([block.texts()[:, 0] for block in blocks])
    assert texts.tolist() == [f"c{row % 3}" for row in range(30_000)]


def test_parquet_comes_as_csv_does(tmp_path: Path) -> None:
    frame = pd.DataFrame(  # noqa: F841  DuckDB finds it by its name
        {
            "day": [pd.Timestamp("1970-01-03"), pd.NaT],
            "member": [True, False],
            "city": ["Ulm", None],
            "age": [1.5, None],
        }
    )
    path = tmp_path / "new.parquet"
    duckdb.sql(f"COPY (SELECT * FROM frame) TO '{path}'")
    (block,), _, _ = read(path)
    np.testing.assert_array_equal(block.numbers, [[1.5, 1, 2], [np.nan, 0, np.nan]])
    assert block.texts().tolist() == [["Ulm"], [""]]


def test_all_columns_that_are_not_there_are_told_with_the_nearest_name(tmp_path: Path) -> None:
    path = write(tmp_path / "new.csv", "1,Ulm,no", header="Age,city,membr")
    with pytest.raises(DataError) as raised:
        read(path)
    message = str(raised.value)
    assert "has 3 mistakes" in message
    assert "column 'age'      must be there, as the model takes it, and is not" in message
    assert "did you mean 'Age'?" in message
    assert "did you mean 'membr'?" in message
    assert "Rename it, or add it; the file's columns are 'Age', 'city', 'membr'" in message


def test_all_cells_that_are_wrong_are_told_with_their_lines(tmp_path: Path) -> None:
    lines = ["1,Ulm,no,2020-01-01"] * 8
    lines[2] = "abc,Ulm,no,2020-01-01"
    lines[4] = "2,Ulm,perhaps,someday"
    path = write(tmp_path / "new.csv", *lines)
    with pytest.raises(DataError) as raised:
        read(path)
    told = str(raised.value).splitlines()
    assert told[0].endswith("new.csv has 3 mistakes")
    assert [" ".join(line.split()) for line in told[1:4]] == [
        "line 4 'age' must be a finite number, got 'abc'",
        "line 6 'member' must be a boolean, like true or no, got 'perhaps'",
        "line 6 'day' must be a date, like 2024-01-31, got 'someday'",
    ]
    assert told[4] == "Correct the cell, or leave it empty if nobody knows its value"


def test_a_typed_column_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "new.parquet"
    query = (
        "SELECT DATE '2020-01-01' AS age, 'Ulm' AS city, true AS member, DATE '2020-01-01' AS day"
    )
    duckdb.sql(f"COPY ({query}) TO '{path}'")
    with pytest.raises(DataError, match=r"'age': must hold number values, .* got date values"):
        read(path)
