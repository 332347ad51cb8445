"""Columns in a Parquet file: the same bits back, the same bytes each time, damage told apart."""

import os
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpsearch.arrays import DamagedError
from hpsearch.data.parquet import Texts, is_ours, open_parquet, write_parquet

ROWS = 5
NUMBERS = np.array([np.nan, -0.0, 1e-30, 1.7e30, -1 / 3])
WORDS = Texts(np.array([2, -1, 0, 0, 2], np.int32), ("", "never", "wört 'q\""))


def written(path: Path, columns: list[tuple[str, Any]] | None = None, about: str = "{}") -> Path:
    if columns is None:
        columns = [("x", NUMBERS), ("X", WORDS), ("x", NUMBERS.astype(np.float32) * 0)]
    write_parquet(path, columns, about)
    return path


@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(st.lists(st.floats(allow_infinity=False), min_size=1, max_size=40))
@settings(max_examples=40, deadline=None)
def test_numbers_come_back_to_the_bit(
    tmp_path_factory: pytest.TempPathFactory, dtype: Any, numbers: list[float]
) -> None:
    values = np.array(numbers).astype(dtype)
    values[np.isnan(values)] = np.nan
    path = written(tmp_path_factory.getbasetemp() / "rows.parquet", [("x", values)])
    with open_parquet(path) as file:
        ((_, found),) = file.numbers([0])
    assert found.dtype == dtype
    assert found.tobytes() == values.tobytes()


def test_texts_and_what_is_said_of_the_columns_come_back(tmp_path: Path) -> None:
    with open_parquet(written(tmp_path / "rows.parquet", about='{"it\'s": "\\u00e9"}')) as file:
        assert file.about == '{"it\'s": "\\u00e9"}'
        assert file.rows == ROWS
        assert file.types == ("DOUBLE", "VARCHAR", "FLOAT")
        np.testing.assert_array_equal(file.codes(1, tuple(WORDS.vocabulary))[0], WORDS.codes)
        with pytest.raises(DamagedError, match="in its column's vocabulary"):
            file.codes(1, ("", "never"))


def test_a_text_that_is_in_a_vocabulary_twice_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(DamagedError, match="each text once"),
        open_parquet(written(tmp_path / "rows.parquet")) as file,
    ):
        file.codes(1, ("", "", "wört 'q\""))


def test_other_programs_read_it(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.parquet")
    frame = duckdb.connect().execute(f"SELECT * FROM '{path}'").fetchdf()
    assert list(frame) == ["x", "X 2", "x 3"]
    assert frame["X 2"].fillna("missing").tolist()[:2] == ["wört 'q\"", "missing"]
    assert pd.isna(frame["x"][0])


def test_the_same_columns_give_the_same_bytes(tmp_path: Path) -> None:
    one, other = written(tmp_path / "a.parquet"), written(tmp_path / "b.parquet")
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("name", ["a [b]* 'q'", os.fsdecode(b"no \xff text")])
def test_a_name_is_never_a_pattern(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with open_parquet(written(tmp_path / name / "rows.parquet")) as file:
        assert file.rows == ROWS
    assert os.listdir(tmp_path / name) == ["rows.parquet"]


def test_each_flipped_bit_is_damage(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.parquet")
    content = path.read_bytes()
    for place in range(len(content)):
        flipped = bytearray(content)
        flipped[place] ^= 1 << place % 8
        path.write_bytes(flipped)
        with pytest.raises(DamagedError), open_parquet(path):
            pass


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + bytes(30), b"\xff" * 8 + b"PAR1"])
def test_what_is_no_parquet_file_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rows.parquet"
    path.write_bytes(content)
    with pytest.raises(DamagedError), open_parquet(path):
        pass
    assert not is_ours(path)


def test_a_file_of_another_program_is_not_ours(tmp_path: Path) -> None:
    duckdb.connect().execute(f"COPY (SELECT 1 AS x) TO '{tmp_path / 'x.parquet'}'")
    assert not is_ours(tmp_path / "x.parquet")
    assert is_ours(written(tmp_path / "rows.parquet"))


def test_a_file_that_is_not_there_is_no_damage(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), open_parquet(tmp_path / "rows.parquet"):
        pass


def test_more_than_there_is_memory_for_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "rows.parquet")
    monkeypatch.setattr("hpsearch.data.parquet.free_bytes", lambda: 100)
    with pytest.raises(DamagedError, match="asks for 120 bytes of memory"), open_parquet(path):
        pass
