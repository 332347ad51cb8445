"""Readers read: whatever a command looks up, the record stays as it is, byte for byte."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock
from werkzeug.test import Client

from hpsearch.dashboard.server import application
from hpsearch.errors import RecordError
from hpsearch.evaluation.check import check_folder
from hpsearch.evaluation.reading import read_outcome
from hpsearch.listing.status import status_of
from hpsearch.listing.trials import list_trials
from hpsearch.pipeline import export
from hpsearch.record.connections import snapshot
from hpsearch.record.folder import read_folder
from hpsearch.record.record import Record
from tests.attack.doubled import compared, go_on


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study that ran through; to be copied."""
    path = tmp_path_factory.mktemp("finished") / "run"
    go_on(path)
    return path


@pytest.fixture
def folder(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "run"))


class Driver:
    """A process that runs a study: it holds the folder, and its last write is in the log alone."""

    def __init__(self, folder: Path) -> None:
        self._lock = FileLock(folder / ".lock")
        self._connection = sqlite3.connect(folder / "study.db")

    def begin(self) -> None:
        self._lock.acquire(timeout=0)
        self._connection.execute("PRAGMA wal_autocheckpoint=0")
        self._connection.execute("PRAGMA user_version = 7")
        self._connection.commit()

    def seen(self) -> int:
        """Changes with each transaction of another connection."""
        ((version,),) = self._connection.execute("PRAGMA data_version")
        return int(version)

    def end(self) -> None:
        self._connection.close()
        self._lock.release()


@pytest.fixture
def driver(folder: Path) -> Iterator[Driver]:
    driver = Driver(folder)
    driver.begin()
    yield driver
    driver.end()


def record_files(folder: Path) -> dict[str, bytes]:
    """The record and its log; what the system maps into memory of the log is of no interest."""
    return {
        path.name: path.read_bytes()
        for path in folder.glob("study.db*")
        if path.suffix != ".db-shm"
    }


def read_status(folder: Path) -> None:
    with read_folder(folder) as held:
        status_of(held)


def read_trials(folder: Path) -> None:
    with read_folder(folder) as held:
        list_trials(held.record.trials(), "json")


def read_all(folder: Path) -> None:
    with read_folder(folder) as held:
        read_outcome(held)


def report(folder: Path) -> None:
    with read_folder(folder) as held:
        export(held, tell=lambda line: None)


def show(folder: Path) -> None:
    with application(folder) as app:
        client = Client(app)
        assert client.get("/api/studies").status_code == 200
        assert client.get("/api/studies/1?after=0").status_code == 200


READERS: Mapping[str, Callable[[Path], object]] = {
    "status": read_status,
    "trials": read_trials,
    "tensorboard": read_all,
    "check": check_folder,
    "report": report,
    "dashboard": show,
}


@pytest.mark.parametrize("command", READERS)
def test_a_reader_leaves_the_record_to_the_process_that_runs_the_study(
    folder: Path, driver: Driver, command: str
) -> None:
    before, seen = record_files(folder), driver.seen()
    assert before["study.db-wal"]
    READERS[command](folder)
    assert record_files(folder) == before
    assert driver.seen() == seen


@pytest.mark.parametrize("command", ["status", "trials", "tensorboard", "check"])
def test_a_reader_leaves_no_file_in_a_folder(folder: Path, command: str) -> None:
    names = {path.name for path in folder.iterdir()}
    before = record_files(folder)
    READERS[command](folder)
    assert record_files(folder) == before
    assert {path.name for path in folder.iterdir()} == names


def test_a_reader_sees_what_is_in_the_log_alone(folder: Path, driver: Driver) -> None:
    with closing(snapshot(folder / "study.db")) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (7,)


def test_a_report_leaves_notes_to_the_process_that_runs_the_study(
    folder: Path, driver: Driver
) -> None:
    (folder / ".holder").write_text("process 17 on elsewhere")
    lines: list[str] = []
    with read_folder(folder) as held:
        export(held, tell=lines.append)
    assert (folder / "report.html").is_file()
    (line,) = [line for line in lines if "dashboard" in line]
    assert "process 17 on elsewhere" in line


def test_a_report_writes_notes_where_nobody_runs_the_study(folder: Path) -> None:
    with read_folder(folder) as held:
        assert not notes(held.record)
        export(held)
    with read_folder(folder) as held:
        assert notes(held.record)
    assert not (folder / ".holder").exists()


def notes(record: Record) -> list[str]:
    return [key for key in record.attributes() if "note_str" in key]


def test_what_a_reader_was_given_cannot_be_written_to(folder: Path) -> None:
    before = record_files(folder)
    with read_folder(folder) as held:
        assert not held.record.writable
        with pytest.raises(RecordError, match="was opened to be read"):
            held.record.set_fact("command", "another")
        with pytest.raises(RecordError, match="was opened to be read"):
            held.record.rebuild(held.record.frozen_trials())
    assert record_files(folder) == before


def refuse_writing(path: object, mode: int, access: Callable[..., bool] = os.access) -> bool:
    return mode != os.W_OK and access(path, mode)


@pytest.mark.parametrize("command", ["status", "trials", "tensorboard", "check", "dashboard"])
def test_a_log_without_its_index_is_read_from_a_folder_that_can_only_be_read(
    folder: Path, finished: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    driver = Driver(folder)
    driver.begin()
    files = record_files(folder)
    assert files["study.db-wal"]
    driver.end()
    for name, content in files.items():  # as a process leaves them that is killed
        (folder / name).write_bytes(content)
    monkeypatch.setattr(os, "access", refuse_writing)
    names = {path.name for path in folder.iterdir()}
    READERS[command](folder)
    assert {path.name for path in folder.iterdir()} == names
    assert record_files(folder) == files
    assert compared(folder) == compared(finished)


@pytest.mark.parametrize("name", ["a?mode=rw", "100%25", "a#b", "a%b", "file:a", "a\nb", "ü\udcff"])
def test_a_folder_is_read_whatever_its_name_is(finished: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(finished, tmp_path / name)
    assert compared(tmp_path / name) == compared(finished)
    assert [path.name for path in tmp_path.iterdir()] == [name]
