"""A study's folder: who may write to it, and that it stays with one study and one set of rows."""

import logging
import os
import platform
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from hpsearch.data.facts import DataFacts
from hpsearch.errors import RecordError, StudyMismatchError, UsageError
from hpsearch.files import sweep, write_whole
from hpsearch.search.environment import differences, environment
from hpsearch.search.progress_files import ProgressFiles
from hpsearch.search.record import Record, check_integrity, open_record
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
        """The rows that the study runs on.

        Raises:
            RecordError: If the study was stopped before it knew them.
        """
        facts = self.record.fact("data", None)
        if facts is None:
            raise RecordError(
                f"{self.path} must hold a study that has begun, got one that was stopped before "
                f"its first trial; run hpsearch optimize again"
            )
        return DataFacts(**facts)

    def environments(self) -> list[dict[str, str]]:
        """Versions and hardware that the study was run on, in the order of their first use."""
        found: list[dict[str, str]] = self.record.fact("environments", [])
        return found

    def check_rows(self, data: DataFacts) -> None:
        """Hold rows to those that the study was begun on.

        Raises:
            StudyMismatchError: If they are others.
        """
        _check_same_rows(self.path, self.record.fact("data", None), data)


def rows_file(path: Path) -> Path:
    """Where a study's folder keeps its rows."""
    return path / "rows.npz"


@contextmanager
def write_folder(
    path: Path, spec: StudySpec, data: DataFacts, tell: Callable[[str], None] = print
) -> Iterator[StudyFolder]:
    """Open a folder to run a study in it; made if it is not there.

    Args:
        tell: Gets a line where the study goes on with other versions or on other hardware.

    Raises:
        UsageError: If another process runs a study there.
        StudyMismatchError: If the folder holds another study or was begun on other rows; nothing
            in it is changed then.
        RecordError: If the record is damaged, or of another version.
    """
    _quiet_optuna()
    path.mkdir(parents=True, exist_ok=True)
    with _held(path):
        if (path / "study.toml").is_file():
            _check_same_study(path, spec)
        check_integrity(path / "study.db")
        record = Record(path / "study.db", spec.study.name)
        try:
            folder = StudyFolder(path, spec, record, ProgressFiles(path, data.fingerprint))
            folder.check_rows(data)
            for part in (path, path / "curves", path / "checkpoints", path / "artifacts"):
                sweep(part)
            record.set_fact("data", asdict(data))
            _note_environment(folder, tell)
            write_whole(path / "study.toml", spec.as_toml())
            yield folder
        finally:
            record.close()


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
        files = ProgressFiles(path, record.fact("data", {}).get("fingerprint", ""))
        yield StudyFolder(path, read_study(path / "study.toml"), record, files)
    finally:
        record.close()


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Hold a folder against other processes that would run a study in it."""
    lock, holder = FileLock(path / ".lock"), path / ".holder"
    try:
        lock.acquire(timeout=0)
    except Timeout:
        who = holder.read_text(encoding="utf-8") if holder.is_file() else "another process"
        raise UsageError(
            f"one hpsearch at a time runs a study; {who} has {path} open; wait for it, or end it"
        ) from None
    try:
        began = datetime.now().astimezone().isoformat(" ", "seconds")
        write_whole(holder, f"process {os.getpid()} on {platform.node()} (since {began})")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _note_environment(folder: StudyFolder, tell: Callable[[str], None]) -> None:
    """Add this environment to those of the study, and tell if it is another than the last."""
    before, now = folder.environments(), environment()
    if before and (changed := differences(before[-1], now)):
        tell(
            "the study goes on in another environment, in which the last bits of what it trains "
            f"may differ: {'; '.join(f'{name} {change}' for name, change in changed.items())}"
        )
    if now not in before:
        folder.record.set_fact("environments", [*before, now])


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
