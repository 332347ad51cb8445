"""Large arrays in files: the same values as in memory, nothing left behind, and a disk in time."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from hpsearch.data import mapping, room
from hpsearch.data.columns import RawRows
from hpsearch.data.gathering import (
    below_each_other,
    gathered,
    gathered_rows,
    lengthened,
    turned,
)
from hpsearch.data.room import IN_MEMORY, Gauge, Room, pieces, row_bytes

ROWS = np.random.default_rng(0).normal(size=(1_000, 7))


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small arrays are in files, too, and pieces are of a few rows."""
    monkeypatch.setattr(room, "LEAST_BYTES", 1)
    monkeypatch.setattr(room, "PIECE_BYTES", 1_000)


def test_an_array_in_a_file_is_zeros_that_can_be_written_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    told: list[str] = []
    array = Room(tmp_path, told.append).zeros((1_000, 7), np.float32)
    assert array.shape == (1_000, 7)
    assert array.dtype == np.float32
    assert not array.any()
    array[:] = ROWS
    np.testing.assert_array_equal(array, ROWS.astype(np.float32))
    assert not list(tmp_path.iterdir())
    assert told == []


def test_its_pages_are_those_of_a_file(tmp_path: Path) -> None:
    maps = Path("/proc/self/maps")
    if not maps.is_file():
        pytest.skip("needs /proc")
    array = Room(tmp_path).zeros((1_000, 7), np.float64)
    assert str(tmp_path) in maps.read_text()
    del array
    assert str(tmp_path) not in maps.read_text()


def test_without_a_folder_all_is_in_memory(tmp_path: Path) -> None:
    maps = Path("/proc/self/maps")
    if not maps.is_file():
        pytest.skip("needs /proc")
    array = IN_MEMORY.zeros((1_000, 7), np.float64)
    assert str(tmp_path) not in maps.read_text()
    assert not array.any()


def test_a_full_disk_is_told_before_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    free = mapping.FREE_BYTES + ROWS.nbytes - 1
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=free))
    monkeypatch.setattr(os, "ftruncate", lambda *_: pytest.fail("nothing is to be written"))
    told: list[str] = []
    assert not Room(tmp_path, told.append).zeros(ROWS.shape, np.float64).any()
    (line,) = told
    assert "are free and 1 must stay so; they are held in memory instead" in line


def test_a_disk_that_fills_meanwhile_is_told_and_memory_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int, size: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(room, "_reserve", full)
    told: list[str] = []
    assert not Room(tmp_path, told.append).zeros(ROWS.shape, np.float64).any()
    (line,) = told
    assert "No space left on device; they are held in memory instead" in line


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32", "float64"])
def test_what_is_made_in_pieces_equals_what_numpy_makes_at_once(dtype: str, tmp_path: Path) -> None:
    large, places = Room(tmp_path), np.random.default_rng(1).permutation(1_000)[:700]
    rows = (ROWS * 10).astype(dtype)
    np.testing.assert_array_equal(gathered(rows, places, large), rows[places])
    np.testing.assert_array_equal(turned(rows, large), rows.T)
    np.testing.assert_array_equal(below_each_other(rows, rows, large), np.concatenate([rows] * 2))
    np.testing.assert_array_equal(lengthened(rows, 1_500, large)[:1_000], rows)
    for made in (
        gathered(rows, places, large),
        turned(rows, large),
        lengthened(rows, 1_500, large),
    ):
        assert made.dtype == rows.dtype
        assert made.flags.c_contiguous
    raw = RawRows(rows.astype(np.float64), np.arange(2_000, dtype=np.int32).reshape(-1, 2))
    some = gathered_rows(raw, places, large)
    np.testing.assert_array_equal(some.numbers, raw[places].numbers)
    np.testing.assert_array_equal(some.codes, raw[places].codes)


def test_pieces_are_all_rows_once() -> None:
    rows = np.arange(1_000)
    taken = [rows[some] for some in pieces(1_000, row_bytes(ROWS))]
    assert len(taken) > 10
    np.testing.assert_array_equal(np.concatenate(taken), rows)
    assert list(pieces(0, 8)) == []
    assert len(list(pieces(3, 10**9))) == 3
    assert len(list(pieces(1_000, 0))) == 1


def test_a_gauge_counts_rows_whatever_is_done_to_them() -> None:
    shown: list[tuple[int, int]] = []
    gauge = Gauge(lambda done, total: shown.append((done, total)), 100, 1, 400)
    for work in (100, 200, 99.5, 0.5):
        gauge.advance(work)
    assert shown == [(25, 100), (75, 100), (100, 100), (100, 100)]
    Gauge(lambda done, total: pytest.fail("a small table has none"), 100, 0, 400).advance(400)
