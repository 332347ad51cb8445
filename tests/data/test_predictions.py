"""Files of predictions: their columns, their types, and that they are whole or not there."""

import csv
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from hpsearch.data.columns import number_columns
from hpsearch.data.predictions import Predictions, open_predictions
from hpsearch.data.signature import Signature
from hpsearch.errors import DataError

COLUMNS = number_columns(("a",))
BLOCKS = np.random.default_rng(0).random((3, 5_000, 3))


def signature(*classes: str, task: str = "multiclass", threshold: float | None = None) -> Signature:
    return Signature(task, COLUMNS, classes=classes, threshold=threshold)


def write(path: Path, made: Signature, *blocks: Predictions) -> list[str]:
    """Write blocks; returns what was told."""
    told: list[str] = []
    with open_predictions(path, made, told.append) as put:
        for block in blocks:
            put(block)
    return told


def read(path: Path) -> tuple[dict[str, str], list[tuple[Any, ...]]]:
    """Types by names, and rows, of a Parquet file."""
    with duckdb.connect() as connection:
        rows = connection.execute(f"FROM read_parquet('{path}')")
        types = {name: str(kind) for name, kind, *_ in rows.description}
        return types, rows.fetchall()


def test_names_and_values_of_csv(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"

    def lines(made: Signature, values: Any) -> list[list[str]]:
        write(path, made, np.array(values))
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    labels = signature(task="binary", threshold=0.5)
    assert lines(labels, [0.4, 0.5]) == [["probability", "prediction"], ["0.4", "0"], ["0.5", "1"]]
    header, row = lines(signature("a", "b", "c"), [[0.2, 0.5, 0.3]])
    assert header == ["probability of a", "probability of b", "probability of c", "prediction"]
    assert row == ["0.2", "0.5", "0.3", "b"]
    assert lines(signature(task="regression"), [7.5]) == [["prediction"], ["7.5"]]


@pytest.mark.parametrize(
    ("classes", "type_", "called"),
    [
        (("no", "yes"), "VARCHAR", ["yes", "no"]),
        (("it's", 'a "b"'), "VARCHAR", ['a "b"', "it's"]),
        (("False", "True"), "BOOLEAN", [True, False]),
        (("1", "2"), "BIGINT", [2, 1]),
        (("01", "02"), "VARCHAR", ["02", "01"]),
        ((), "BIGINT", [1, 0]),
    ],
)
def test_a_column_of_parquet_has_the_type_of_its_classes(
    tmp_path: Path, classes: tuple[str, ...], type_: str, called: list[Any]
) -> None:
    made = signature(*classes, task="binary", threshold=0.5)
    write(tmp_path / "out.pq", made, np.array([0.75, 0.25]))
    types, rows = read(tmp_path / "out.pq")
    assert types == {"probability": "DOUBLE", "prediction": type_}
    assert rows == list(zip([0.75, 0.25], called, strict=True))


def test_blocks_of_parquet_keep_their_order_and_their_bits(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    write(path, signature("a", "b", "c"), *BLOCKS)
    _, rows = read(path)
    np.testing.assert_array_equal([row[:3] for row in rows], np.concatenate(BLOCKS))
    assert "".join(row[3] for row in rows) == "".join(
        "abc"[place] for place in np.concatenate(BLOCKS).argmax(axis=1)
    )
    write(path, signature(task="regression"), np.array([7.5]), np.array([-1e300]))
    assert read(path) == ({"prediction": "DOUBLE"}, [(7.5,), (-1e300,)])


def test_a_file_without_rows_has_its_columns(tmp_path: Path) -> None:
    write(tmp_path / "out.parquet", signature(task="regression"))
    assert read(tmp_path / "out.parquet") == ({"prediction": "DOUBLE"}, [])


def test_classes_that_differ_in_case_alone_are_told(tmp_path: Path) -> None:
    told = write(tmp_path / "out.parquet", signature("a", "A"), np.array([[0.25, 0.75]]))
    assert "'probability of A' is called 'probability of A 2'" in "".join(told)
    _, rows = read(tmp_path / "out.parquet")
    assert rows == [(0.25, 0.75, "A")]


def test_a_write_that_breaks_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.parquet"
    write(path, signature(task="regression"), np.array([7.5]))
    old = path.read_bytes()

    def full(*_: Any) -> None:
        raise duckdb.IOException("could not write: no space left on device")

    monkeypatch.setattr("hpsearch.data.predictions.parquet_file._copy", full)
    with pytest.raises(DataError, match=r"no space left on device.*; make room, or name"):
        write(path, signature(task="regression"), np.array([1.0]))
    assert path.read_bytes() == old
    assert [file.name for file in tmp_path.iterdir()] == ["out.parquet"]
