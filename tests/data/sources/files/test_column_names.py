"""Columns have the names that the file gives them, also where these differ in case alone."""

import duckdb
import numpy as np
import pytest

from hpsearch.data.columns import Column
from hpsearch.data.sources.files.profiling import profile_file
from hpsearch.data.sources.files.reading import read_columns
from tests.data.sources.files.conftest import Files

#: What DuckDB writes; it would not write two names that differ in case, so that one is changed.
ROWS = """
    SELECT {'Age': 1, 'in': [row]} AS nested, row AS "Age", MAP {'k': 1} AS map, 10 * row AS "agX",
    [1] AS list, 'x' AS y, row AS last FROM range(1, 4) AS rows(row)
"""


@pytest.fixture
def parquet(files: Files) -> Files:
    path = files.folder / "rows.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({ROWS}) TO '{path}'")
    path.write_bytes(path.read_bytes().replace(b"agX", b"age"))
    return files


def test_names_of_parquet_are_those_of_the_file(parquet: Files) -> None:
    profile = profile_file(parquet.folder / "rows.parquet")
    names = [column.name for column in profile.columns]
    assert names == ["nested", "Age", "map", "age", "list", "y", "last"]
    assert profile.remarks == ()
    assert [profile.columns[place].largest for place in (1, 3)] == [3, 30]


@pytest.mark.parametrize("name", ["rows.parquet", "rows.csv"])
def test_each_name_has_its_own_values(parquet: Files, name: str) -> None:
    parquet.write("y,Age,age\nx,1,10\nx,2,20\nx,3,30\n")
    columns = (Column("age", "number"), Column("Age", "number"))
    raw = read_columns(parquet.folder / name, columns)
    np.testing.assert_array_equal(raw.numbers, [[10, 1], [20, 2], [30, 3]])


def test_a_name_that_parquet_has_twice_gets_a_number_and_is_told(parquet: Files) -> None:
    path = parquet.folder / "rows.parquet"
    path.write_bytes(path.read_bytes().replace(b"age", b"Age"))
    profile = profile_file(path)
    assert [column.name for column in profile.columns[1:4:2]] == ["Age", "Age 2"]
    assert profile.remarks == ("several columns have the name 'Age'; the later ones get a number",)
