"""A study's folder: who may write to it, and that it stays with one study and one set of rows."""

import logging
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from hpsearch.data.facts import DataFacts
from hpsearch.errors import RecordError, StudyMismatchError, UsageError
from hpsearch.files import write_whole
from hpsearch.search.environment import environment
from hpsearch.search.progress_files import ProgressFiles
from hpsearch.search.record import Record, open_record
from hpsearch.study import StudySpec, read_study

#: What may change while a study goes on: how long it is, what is done after it, and where its rows
#: are read, since their fingerprint may not.
FREE_TO_CHANGE = ("study.description", "data.path", "data.source", "search.trials", "evaluate")


@dataclass(frozen=True, slots=True)
class StudyFolder:
    """An open folder: the study, its record, and its curves and states."""

    path: Path
    spec: StudySpec
    record: Record
    files: ProgressFiles

    def data(self) -> DataFacts:
        """The rows that the study runs on."""
        return DataFacts(**self.record.fact("data", None))


@contextmanager
def write_folder(path: Path, spec: StudySpec, data: DataFacts) -> Iterator[StudyFolder]:
    """Open a folder to run a study in it; made if it is not there.

    Raises:
        UsageError: If another process runs a study there.
        StudyMismatchError: If the folder holds another study or was begun on other rows; nothing
            in it is changed then.
    """
    _quiet_optuna()
    path.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UsageError(
            f"one hpsearch at a time runs a study; another one has {path} open"
        ) from None
    try:
        if (path / "study.toml").is_file():
            _check_same_study(path, spec)
        record = Record(path / "study.db", spec.study.name)
        try:
            _check_same_rows(path, record.fact("data", None), data)
            record.set_fact("data", asdict(data))
            record.set_fact("environment", environment())
            write_whole(path / "study.toml", spec.as_toml())
            yield StudyFolder(path, spec, record, ProgressFiles(path))
        finally:
            record.close()
    finally:
        lock.release()


@contextmanager
def read_folder(path: Path) -> Iterator[StudyFolder]:
    """Open a folder to read it, also while a study runs there.

    Raises:
        RecordError: If there is no study.
    """
    _quiet_optuna()
    record = open_record(path)
    try:
        if not (path / "study.toml").is_file():
            raise RecordError(f"{path} must hold study.toml, got none; run hpsearch optimize")
        yield StudyFolder(path, read_study(path / "study.toml"), record, ProgressFiles(path))
    finally:
        record.close()


def _quiet_optuna() -> None:
    """Optuna announces every study that is made, also those in memory."""
    logging.getLogger("optuna").setLevel(logging.WARNING)


def _check_same_study(path: Path, spec: StudySpec) -> None:
    begun = dict(_flat(tomllib.loads(read_study(path / "study.toml").as_toml())))
    now = dict(_flat(tomllib.loads(spec.as_toml())))
    changed = [
        f"  {key}   was {begun.get(key, 'not set')!r}, is {now.get(key, 'not set')!r}"
        for key in sorted(begun.keys() | now.keys())
        if begun.get(key) != now.get(key) and not key.startswith(FREE_TO_CHANGE)
    ]
    if changed:
        raise StudyMismatchError(
            "\n".join((f"{path} holds another study; use a new folder (--out) for", *changed))
        )


def _check_same_rows(path: Path, begun: Mapping[str, Any] | None, now: DataFacts) -> None:
    if begun is not None and begun["fingerprint"] != now.fingerprint:
        same = "with --set data.source=collisions" if begun["simulated"] else "with --data"
        raise StudyMismatchError(
            f"{path} was begun on {begun['description']} ({begun['fingerprint'][:19]}…), "
            f"got {now.description} ({now.fingerprint[:19]}…); "
            f"give the same rows {same}, or use a new folder (--out)"
        )


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
