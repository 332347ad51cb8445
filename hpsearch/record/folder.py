"""A study's folder: who may write to it, and that it stays with one study and one set of rows."""

import logging
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from hpsearch.data.facts import DataFacts
from hpsearch.errors import RecordError, UsageError
from hpsearch.files import refuse_links, sweep, write_whole
from hpsearch.inputs import open_regular
from hpsearch.record.agreement import check_same_rows, check_same_study, refuse_fewer_trials
from hpsearch.record.database import ReadableCopy, check_integrity, damaged, study_name
from hpsearch.record.environment import differences, environment
from hpsearch.record.histories import ProgressFiles
from hpsearch.record.openings import OPENINGS, reconcile
from hpsearch.record.place import Place
from hpsearch.record.record import Record
from hpsearch.study.reading import read_study, read_study_text
from hpsearch.study.spec import StudySpec

#: First line of the study file in a folder.
WRITTEN_HERE = (
    "# The study as hpsearch runs it; the record holds the same. Changes here are undone."
)

#: The record's name, and that of the fact with the study as a TOML text.
RECORD, SPEC = "study.db", "spec"

#: Parts of a folder in which writes may have been cut short.
PARTS = ("", "curves", "checkpoints", "artifacts", "models")


@dataclass(frozen=True, slots=True)
class StudyFolder:
    """An open folder: the study, its record, and its curves and states.

    ``check_place`` raises ``RecordError`` where the folder is not the one that was opened.
    """

    path: Path
    spec: StudySpec
    record: Record
    files: ProgressFiles
    check_place: Callable[[], None]

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
        return DataFacts.from_json(facts)

    def environments(self) -> list[dict[str, str]]:
        """Versions and hardware that the study was run on, in the order of their first use."""
        found: list[dict[str, str]] = self.record.fact("environments", [])
        return found

    def check_rows(self, data: DataFacts) -> None:
        """Hold rows to those that the study was begun on.

        Raises:
            StudyMismatchError: If they are others.
        """
        check_same_rows(self.path, self.record.fact("data", None), data)


def rows_file(path: Path) -> Path:
    """Where a study's folder keeps its rows."""
    return path / "rows.npz"


@contextmanager
def write_folder(
    path: Path, spec: StudySpec, data: DataFacts, tell: Callable[[str], None] = print
) -> Iterator[StudyFolder]:
    """Open a folder to run a study in it; made if it is not there.

    What is damaged in it is taken out, so that it is recorded or trained again.

    Args:
        tell: Gets a line on what is damaged, and where the study goes on with other versions or on
            other hardware.

    Raises:
        UsageError: If another process runs a study there, the folder holds files that hpsearch
            must not write over, or the study has more trials already.
        StudyMismatchError: If the folder holds another study or was begun on other rows; nothing
            in it is changed then.
        RecordError: If the record is damaged, or of another version.
    """
    _quiet_optuna()
    path.mkdir(parents=True, exist_ok=True)
    refuse_links(path)
    _refuse_foreign_study(path)
    with _held(path), ExitStack() as stack:
        database = path / RECORD
        check_integrity(database)
        if not database.is_file():
            check_same_study(path, written_spec(path), spec)
            database.touch()
        place = Place(path, (RECORD, ".lock"))
        record = Record(database, spec.study.name, place.check)
        stack.callback(record.close)
        healed = _heal(path, record, tell)
        begun = recorded_spec(path, record) or written_spec(path)
        check_same_study(path, begun, spec)
        files = ProgressFiles(path, data.fingerprint, place.check)
        folder = StudyFolder(path, spec, record, files, place.check)
        folder.check_rows(data)
        refuse_fewer_trials(path, len(record.trials()), spec)
        for part in PARTS:
            sweep(path / part)
        fresh = record.fact("data", None) is None and "data" not in healed
        reconcile(path, record, fresh=fresh or OPENINGS in healed)
        _restore_study_file(path, begun, tell)
        record.set_fact(SPEC, spec.as_toml())
        record.set_fact("data", asdict(data))
        _note_environment(folder, tell)
        write_whole(path / "study.toml", f"{WRITTEN_HERE}\n{spec.as_toml()}")
        yield folder
        place.check()


@contextmanager
def read_folder(path: Path) -> Iterator[StudyFolder]:
    """Open a folder to read it, also while a study runs there, and where nothing can be written.

    Raises:
        RecordError: If there is no study, or its record is damaged.
    """
    _quiet_optuna()
    database = path / RECORD
    if not database.is_file():
        raise RecordError(
            f"{path} must be a study's folder, got no {RECORD} there; "
            f"run hpsearch optimize first, or name the folder with --out"
        )
    with ExitStack() as stack:
        if not os.access(path, os.W_OK):
            database = stack.enter_context(ReadableCopy(database)).path
        check_integrity(database)
        record = Record(database, study_name(database))
        stack.callback(record.close)
        spec = recorded_spec(path, record)
        if spec is None:
            raise RecordError(
                f"{path} must hold a study that has begun, got one that was stopped before it was "
                f"written down; run hpsearch optimize again"
            )
        files = ProgressFiles(path, record.fact("data", {}).get("fingerprint", ""))
        yield StudyFolder(path, spec, record, files, lambda: None)


def recorded_spec(path: Path, record: Record) -> StudySpec | None:
    """The study that a record is of, or None where it was stopped before that was written.

    Raises:
        RecordError: If what it holds is no study.
    """
    text = record.fact(SPEC, None)
    try:
        return None if text is None else read_study_text(text, str(path / RECORD), ())
    except (ValueError, TypeError, UsageError) as error:
        raise damaged(path / RECORD, f"its study cannot be read: {error}") from None


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Hold a folder against other processes that would run a study in it."""
    lock, holder = FileLock(path / ".lock"), path / ".holder"
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UsageError(
            f"{path} is already being run by {_holder(holder)}; wait for it or stop it"
        ) from None
    try:
        began = datetime.now().astimezone().isoformat(" ", "seconds")
        write_whole(holder, f"process {os.getpid()} on {platform.node()} (since {began})")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _holder(path: Path) -> str:
    try:
        with open_regular(path) as file:
            return file.read(200).decode(errors="replace")
    except OSError:
        return "another process"


def _refuse_foreign_study(path: Path) -> None:
    """A study file that somebody wrote is not replaced by the one that the study runs by."""
    file = path / "study.toml"
    if file.is_file() and not (path / RECORD).exists() and not _is_ours(file):
        raise UsageError(
            f"{file} was not written by hpsearch and would be replaced; "
            f"use another folder (--out), or give the file another name"
        )


def _is_ours(file: Path) -> bool:
    with file.open("rb") as opened:
        start = opened.read(len(WRITTEN_HERE))
    return start == WRITTEN_HERE.encode() or not start  # or it is empty


def _heal(path: Path, record: Record, tell: Callable[[str], None]) -> frozenset[str]:
    """Take out of a record what is damaged; returns the names of the facts among it."""
    facts, trial = record.broken_facts(), record.broken_trial()
    record.heal()
    broken = [*sorted(facts), *([] if trial is None else [f"trial {trial}"])]
    if broken:
        tell(
            f"{path / RECORD} is damaged ({', '.join(broken)}); this is recorded again, "
            f"from curves/ where they have it"
        )
    return facts


def written_spec(path: Path) -> StudySpec | None:
    """The study in a folder's ``study.toml``, where that can be read."""
    try:
        return read_study(path / "study.toml")
    except UsageError:
        return None


def _restore_study_file(path: Path, begun: StudySpec | None, tell: Callable[[str], None]) -> None:
    """Say where ``study.toml`` is not what the record holds; it is written again."""
    if begun is not None and (path / "study.toml").exists() and written_spec(path) != begun:
        tell(f"{path / 'study.toml'} was changed or damaged; it is restored from the record")


def _note_environment(folder: StudyFolder, tell: Callable[[str], None]) -> None:
    """Add this environment to those of the study, and tell if it is another than the last."""
    before, now = folder.environments(), environment()
    if before and (changed := differences(before[-1], now)):
        tell(
            "the environment changed; results may differ in the last bits: "
            f"{'; '.join(f'{name} {change}' for name, change in changed.items())}"
        )
    if now not in before:
        folder.record.set_fact("environments", [*before, now])


def _quiet_optuna() -> None:
    """Optuna announces every study that is made, also those in memory."""
    logging.getLogger("optuna").setLevel(logging.WARNING)
