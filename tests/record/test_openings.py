"""Openings of the test rows: counted in the record and in a log that outlives it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hpsearch.data.parts import Opening
from hpsearch.record.openings import (
    FILE,
    HEADER,
    Openings,
    log_opening,
    read_log,
    reconcile,
    recorded_openings,
)
from hpsearch.record.record import Record


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    """That of a study that has begun."""
    record = Record.open(tmp_path / "study.db", "small")
    reconcile(tmp_path, record, fresh=True)
    yield record
    record.close()


def look(folder: Path, record: Record, day: int, identity: Any = "a") -> None:
    log_opening(folder, record, Opening(f"2026-11-0{day}", 3, "to see"), [identity])


def begin_again(folder: Path, record: Record) -> Record:
    """Move the record away, as a message advises where it is damaged."""
    record.close()
    for file in folder.glob("study.db*"):
        file.unlink()
    return Record.open(folder / "study.db", "small")


def test_record_and_log_tell_the_same(tmp_path: Path, record: Record) -> None:
    look(tmp_path, record, 1)
    look(tmp_path, record, 2, "b")
    assert [one.time for one in recorded_openings(record).entries] == ["2026-11-01", "2026-11-02"]
    entries, condition = read_log(tmp_path / FILE)
    assert condition == "whole"
    assert [entry["identity"] for entry in entries] == [["a"], ["b"]]
    before = (tmp_path / FILE).read_bytes()
    reconcile(tmp_path, record, fresh=False)
    assert (tmp_path / FILE).read_bytes() == before


def test_one_that_was_cut_short_is_counted_once(tmp_path: Path, record: Record) -> None:
    look(tmp_path, record, 1)
    look(tmp_path, record, 2)
    assert len(recorded_openings(record).entries) == 1
    assert len(read_log(tmp_path / FILE)[0]) == 1


def test_one_that_only_the_log_has_was_cut_short_too(tmp_path: Path, record: Record) -> None:
    look(tmp_path, record, 1)
    record.set_fact("openings", [])  # a kill between the two
    reconcile(tmp_path, record, fresh=False)
    look(tmp_path, record, 2)
    assert len(recorded_openings(record).entries) == 1


def test_the_count_survives_the_record(tmp_path: Path, record: Record) -> None:
    look(tmp_path, record, 1)
    (tmp_path / "report.json").touch()
    fresh = begin_again(tmp_path, record)
    reconcile(tmp_path, fresh, fresh=True)
    look(tmp_path, fresh, 2)
    openings = recorded_openings(fresh)
    fresh.close()
    assert openings.known
    assert [one.time for one in openings.entries] == ["2026-11-01", "2026-11-02"]


@pytest.mark.parametrize("result", ["report.json", "models/best.keras", "curves/0001.npz"])
def test_where_both_are_gone_from_a_folder_with_results_nobody_knows(
    tmp_path: Path, record: Record, result: str
) -> None:
    look(tmp_path, record, 1)
    (tmp_path / result).parent.mkdir(exist_ok=True)
    (tmp_path / result).touch()
    fresh = begin_again(tmp_path, record)
    (tmp_path / FILE).unlink()
    reconcile(tmp_path, fresh, fresh=True)
    look(tmp_path, fresh, 2)
    openings = recorded_openings(fresh)
    fresh.close()
    assert not openings.known
    assert len(openings.entries) == 1


def test_a_new_folder_was_never_opened(tmp_path: Path, record: Record) -> None:
    reconcile(tmp_path, record, fresh=True)
    assert recorded_openings(record) == Openings((), True)
    assert (tmp_path / FILE).read_text() == f"{HEADER}\n"


def test_a_record_that_is_lost_before_any_opening_leaves_none(
    tmp_path: Path, record: Record
) -> None:
    reconcile(tmp_path, record, fresh=True)
    (tmp_path / "report.json").touch()
    fresh = begin_again(tmp_path, record)
    reconcile(tmp_path, fresh, fresh=True)
    openings = recorded_openings(fresh)
    fresh.close()
    assert openings == Openings((), True)


def test_a_lost_log_is_written_again(tmp_path: Path, record: Record) -> None:
    look(tmp_path, record, 1)
    before = (tmp_path / FILE).read_bytes()
    for damage in (b"", before[:-9] + b"x" + before[-8:], before[:-20]):
        (tmp_path / FILE).write_bytes(damage)
        reconcile(tmp_path, record, fresh=False)
        assert (tmp_path / FILE).read_bytes() == before
    (tmp_path / FILE).unlink()
    reconcile(tmp_path, record, fresh=False)
    assert (tmp_path / FILE).read_bytes() == before


def test_a_damaged_log_without_a_record_leaves_the_count_unknown(
    tmp_path: Path, record: Record
) -> None:
    for day, identity in ((1, "a"), (2, "b")):
        look(tmp_path, record, day, identity)
    header, first, second, _ = (tmp_path / FILE).read_bytes().split(b"\n")
    changed = (header, first.replace(b"a", b"e"), second, b"")
    (tmp_path / FILE).write_bytes(b"\n".join(changed))
    fresh = begin_again(tmp_path, record)
    reconcile(tmp_path, fresh, fresh=True)
    openings = recorded_openings(fresh)
    fresh.close()
    assert not openings.known
    assert [one.time for one in openings.entries] == ["2026-11-02"]


def test_a_torn_last_line_never_happened(tmp_path: Path, record: Record) -> None:
    look(tmp_path, record, 1)
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"time": "2026-11-0')
    assert len(read_log(tmp_path / FILE)[0]) == 1
    look(tmp_path, record, 2, "b")
    entries, condition = read_log(tmp_path / FILE)
    assert [entry["time"] for entry in entries] == ["2026-11-01", "2026-11-02"]
    assert condition == "damaged"
