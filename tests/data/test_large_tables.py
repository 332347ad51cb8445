"""A table in files is the table in memory, to the bit, whatever is done; and nothing is left."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from hpsearch.data import room
from hpsearch.data.kept import keep_rows, read_kept_rows
from hpsearch.data.load import load
from hpsearch.data.room import IN_MEMORY, Room
from hpsearch.data.sources.higgs.reading import read_higgs
from hpsearch.data.table import Table
from hpsearch.study.reading import check_study

ROWS = 400


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """All arrays are in files, and pieces are of a few rows."""
    monkeypatch.setattr(room, "LEAST_BYTES", 1)
    monkeypatch.setattr(room, "PIECE_BYTES", 1_000)


@pytest.fixture
def large(tmp_path: Path) -> Room:
    """Room in a folder of its own."""
    (tmp_path / "arrays").mkdir()
    return Room(tmp_path / "arrays", pytest.fail)


def written(file: Path, seed: int) -> Path:
    """A table with numbers, gaps, texts and rows without a label."""
    rng = np.random.default_rng(seed)
    lines = ["label,x,kind,gaps"]
    for row in range(ROWS):
        label = "" if row % 50 == 7 else "yes" if rng.random() < 0.4 else "no"
        gap = "" if rng.random() < 0.2 else f"{rng.normal():.5f}"
        lines.append(f"{label},{rng.normal():.5f},{'abc'[rng.integers(3)]},{gap}")
    file.write_text("\n".join(lines) + "\n")
    return file


def read(path: Path, place: Room, test: Path | None = None) -> tuple[Table, Sequence[int]]:
    """The rows, and how many were there each time that the reading was told."""
    parts = {"train": 300} if test is None else {"test_path": str(test)}
    cut = {"test": 50} if test is None else {}
    spec = check_study(
        {
            "study": {"name": "mine"},
            "data": {"source": "file", "label": "label", "validation": 30, **cut, **parts},
            "space": {"units": {"int": [2, 4]}},
        },
        "mine.toml",
    )
    shown: list[int] = []
    table = load(
        spec.data,
        path,
        task=spec.task,
        seed=0,
        tell=lambda line: None,
        progress=lambda done, total: shown.append(done),
        room=place,
    )
    return table, shown


def test_a_file_is_read_to_the_same_rows(tmp_path: Path, large: Room) -> None:
    file = written(tmp_path / "rows.csv", 0)
    (table, _), (same, shown) = read(file, IN_MEMORY), read(file, large)
    assert same.fingerprint() == table.fingerprint()
    assert len(same) == ROWS - ROWS // 50
    assert shown[-1] == ROWS


def test_files_of_parts_are_joined_to_the_same_rows(tmp_path: Path, large: Room) -> None:
    file, test = written(tmp_path / "rows.csv", 0), written(tmp_path / "test.csv", 1)
    (table, _), (same, _) = read(file, IN_MEMORY, test), read(file, large, test)
    assert same.fingerprint() == table.fingerprint()
    assert same.raw.codes.dtype == np.int32


def test_kept_rows_have_the_same_bytes_and_come_back(tmp_path: Path, large: Room) -> None:
    table, _ = read(written(tmp_path / "rows.csv", 0), IN_MEMORY)
    keep_rows(tmp_path / "one.parquet", table)
    keep_rows(tmp_path / "other.parquet", table, large)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "other.parquet").read_bytes()
    assert read_kept_rows(tmp_path / "one.parquet", large).fingerprint() == table.fingerprint()
    assert not list((tmp_path / "arrays").iterdir())


def test_rows_of_higgs_are_the_same_however_often_there_is_more_room(
    tmp_path: Path, large: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    rows = np.column_stack([rng.integers(0, 2, ROWS), rng.normal(size=(ROWS, 28))])
    file = tmp_path / "HIGGS.csv.gz"
    with gzip.open(file, "wt") as text:
        np.savetxt(text, rows, "%.6e", ",")
    monkeypatch.setattr("hpsearch.data.sources.blocks.BLOCK_BYTES", 2_000)
    monkeypatch.setattr("hpsearch.data.sources.blocks.PIECE_BYTES", 1_000)
    quiet = read_higgs(file, rows=350, progress=lambda done, total: None)
    monkeypatch.setattr("hpsearch.data.sources.rows.FIRST_ROWS", 9)
    grown = read_higgs(file, rows=350, progress=lambda done, total: None, room=large)
    assert grown.fingerprint() == quiet.fingerprint()
    np.testing.assert_allclose(grown.raw.numbers, rows[:350, 1:], rtol=1e-5)
