"""Rows in a study's folder: they come back, and what somebody else made is refused with reason."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.arrays import DamagedError
from hpsearch.data import parquet
from hpsearch.data.columns import Column, RawRows
from hpsearch.data.kept import LISTED, keep_rows, kept_rows, read_kept_rows
from hpsearch.data.parquet import Texts, write_parquet
from hpsearch.data.table import Origin, Table

GOOD = {"kind": "csv", "description": "two rows"}


def written(path: Path, *columns: Any, **about: Any) -> Path:
    """A file of two rows, whose digest is right."""
    every = {
        "columns": [["a", "number"], ["b", "category"]],
        "vocabularies": [["yes", "no"]],
        "classes": [],
        "numbers": "float64",
        "source": GOOD,
        **about,
    }
    good = (np.ones(2), Texts(np.array([1, -1], np.int32), ("yes", "no")), np.arange(2.0))
    values = columns or good
    named = [(f"c{place}", column) for place, column in enumerate(values)]
    write_parquet(path, named, json.dumps(every))
    return path


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("labels", [np.float32, np.float64])
def test_all_kinds_of_columns_come_back(tmp_path: Path, dtype: Any, labels: Any) -> None:
    numbers = np.array([[np.nan, 1, 2], [-0.0, 0, 1e-30], [3, np.nan, 0.1]], dtype)
    codes = np.array([[1, -1], [-1, -1], [0, -1]], np.int32)
    table = Table(
        RawRows(numbers, codes, (("B", "a", "of nobody"), ())),
        np.array([0, 1, 1], labels),
        (
            *(Column("label", "number"), Column("text", "category"), Column("day", "date")),
            *(Column("LABEL", "boolean"), Column("", "category")),
        ),
        Origin("csv", "three rows of é.csv", simulated=False),
        ("no", "yes"),
    )
    keep_rows(tmp_path / "rows.parquet", table)
    kept = read_kept_rows(tmp_path / "rows.parquet")
    assert kept.fingerprint() == table.fingerprint()
    assert (kept.columns, kept.classes, kept.origin) == (table.columns, ("no", "yes"), table.origin)
    assert kept.raw.texts().tolist() == [["a", ""], ["", ""], ["B", ""]]


@pytest.mark.parametrize("absent", [0, 1])
@pytest.mark.parametrize("step", [1, -1])
def test_a_long_vocabulary_is_written_only_where_the_rows_do_not_tell_it(
    tmp_path: Path, absent: int, step: int
) -> None:
    texts = tuple(sorted(f"review {place}" for place in range(LISTED + 5)))[::step]
    codes = np.arange(-1, len(texts) - absent, dtype=np.int32)[:, None]
    raw = RawRows(np.empty((len(codes), 0)), codes, (texts,))
    labels = np.zeros(len(codes), np.float32)
    origin = Origin("csv", "reviews", simulated=False)
    table = Table(raw, labels, (Column("review", "words"),), origin)
    path = tmp_path / "rows.parquet"
    keep_rows(path, table)
    assert read_kept_rows(path).fingerprint() == table.fingerprint()
    told = json.dumps([None]).encode() in path.read_bytes()
    assert told == (absent == 0 and step == 1)


def test_bytes_come_back_as_bytes(tmp_path: Path) -> None:
    numbers = np.array([[0, 255], [7, 8]], np.uint8)
    columns = (Column("a", "number"), Column("b", "number"))
    origin = Origin("csv", "two rows", simulated=False)
    table = Table(RawRows.of_numbers(numbers), np.zeros(2, np.float32), columns, origin)
    keep_rows(tmp_path / "rows.parquet", table)
    kept = read_kept_rows(tmp_path / "rows.parquet")
    assert kept.raw.numbers.dtype == np.uint8
    assert kept.fingerprint() == table.fingerprint()


def test_a_missing_byte_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "_held", lambda values: values)
    gap = np.ma.array([1, 2], np.uint8, mask=[True, False])
    about = {"columns": [["a", "number"]], "vocabularies": [], "numbers": "uint8"}
    path = written(tmp_path / "rows.parquet", gap, np.arange(2.0), **about)
    with pytest.raises(DamagedError, match="column 0 must have no missing values"):
        read_kept_rows(path)


def test_rows_of_the_right_form_are_read(tmp_path: Path) -> None:
    table = read_kept_rows(written(tmp_path / "rows.parquet"))
    assert table.names == ("a", "b")
    assert table.origin.description == "two rows"
    assert table.raw.codes.tolist() == [[1], [-1]]


@pytest.mark.parametrize(
    "source",
    [
        {**GOOD, "kind": "moon"},
        {**GOOD, "kind": ["csv"]},
        {**GOOD, "description": 5},
        {"kind": "csv"},
        "csv",
    ],
)
def test_an_origin_that_no_source_has_is_refused(tmp_path: Path, source: Any) -> None:
    path = written(tmp_path / "rows.parquet", source=source)
    with pytest.raises(DamagedError, match=r"where its rows came from|no rows of a study"):
        read_kept_rows(path)
    assert kept_rows(path) is None


def test_collisions_are_simulated_whoever_wrote_the_file(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.parquet", source={**GOOD, "kind": "collisions"})
    assert read_kept_rows(path).origin.simulated


NUMBER, TEXT = np.ones(2), Texts(np.array([1, 0], np.int32), ("yes", "no"))


@pytest.mark.parametrize(
    ("columns", "about", "message"),
    [
        (
            (NUMBER, NUMBER, NUMBER),
            {},
            r"types \['DOUBLE', 'VARCHAR'\], got \['DOUBLE', 'DOUBLE'\]",
        ),
        ((NUMBER, TEXT, NUMBER, NUMBER), {}, r"must be of types .*, got .*'DOUBLE'\]"),
        ((NUMBER,), {}, r"must be of types .*, got \[\]"),
        ((NUMBER.astype(int), TEXT, NUMBER), {}, r"got \['BIGINT', 'VARCHAR'\]"),
        ((NUMBER.astype(np.float32), TEXT, NUMBER), {}, r"got \['FLOAT', 'VARCHAR'\]"),
        ((NUMBER, TEXT, NUMBER.astype(int)), {}, "labels must be FLOAT or DOUBLE, got BIGINT"),
        ((NUMBER, TEXT, np.full(2, np.nan)), {}, "must be finite"),
        ((NUMBER, TEXT, np.full(2, np.inf)), {}, "must be finite"),
        ((np.full(2, -np.inf), TEXT, NUMBER), {}, "must be finite"),
        ((), {"numbers": "float16"}, "float32 or float64 or uint8, got 'float16'"),
        ((), {"columns": [["a", "numbers"], ["b", "category"]]}, "must be of kind number"),
        ((), {"columns": 5}, "no rows of a study"),
        ((), {"vocabularies": []}, "must be 1 vocabularies, got 0"),
        ((), {"vocabularies": [["yes"]]}, "'no' must be in its column's vocabulary"),
        ((), {"vocabularies": [["no", "no"]]}, "each text once"),
        ((), {"vocabularies": 5}, "no rows of a study"),
    ],
)
def test_columns_that_are_no_rows_are_refused(
    tmp_path: Path, columns: tuple[Any, ...], about: dict[str, Any], message: str
) -> None:
    path = written(tmp_path / "rows.parquet", *columns, **about)
    with pytest.raises(DamagedError, match=message):
        read_kept_rows(path)
    assert kept_rows(path) is None
