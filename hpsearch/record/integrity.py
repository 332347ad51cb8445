"""Whether a record is as it was written, and what to say where it is not."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy
from optuna.exceptions import OptunaError
from optuna.trial import FrozenTrial

from hpsearch.errors import RecordError
from hpsearch.record.connections import snapshot
from hpsearch.record.seals import is_sealed

#: What SQLite, SQLAlchemy, Optuna and JSON raise where a file can't be read or written, or holds
#: what nobody wrote. A ``KeyError`` also where somebody renamed or deleted the study meanwhile.
FAILURES = (
    *(sqlite3.Error, sqlalchemy.exc.SQLAlchemyError, OptunaError, OSError),
    *(LookupError, ValueError, TypeError, AttributeError, AssertionError, RuntimeError),
)


def check_integrity(path: Path) -> None:
    """Check the structure of a file, if it is there; nothing is written.

    Raises:
        RecordError: If it is damaged, or is no SQLite file.
    """
    if not path.is_file():
        return
    with reading(path), closing(snapshot(path)) as connection:
        check_structure(path, connection)


def check_structure(path: Path, connection: sqlite3.Connection) -> None:
    """Check the structure of an open file.

    Args:
        path: What the message calls it.

    Raises:
        RecordError: If it is damaged, or is no SQLite file.
    """
    try:
        ((answer,),) = connection.execute("PRAGMA integrity_check(1)").fetchall()
        strays = connection.execute("PRAGMA foreign_key_check").fetchall()
    except (sqlite3.Error, ValueError) as error:
        answer, strays = str(error), []
    if answer != "ok":
        raise damaged(path, " ".join(answer.split()))
    if strays:
        raise damaged(path, f"rows of no study: {strays[0]}")


def first_broken(trials: Sequence[FrozenTrial]) -> int | None:
    """The number of the first trial that is not as it was written; None where all are."""
    for number, trial in enumerate(trials):
        if trial.number != number or not is_sealed(trial):
            return number
    return None


def damaged(path: Path, reason: str) -> RecordError:
    """The error of a file that cannot be used, with the way out."""
    return RecordError(
        f"{path} is damaged: {reason}; move {path.name}* out of the folder and run hpsearch "
        f"optimize: trials are recorded again from curves/, and nothing is trained twice"
    )


def reason(error: BaseException) -> str:
    """What SQLite said, on one line, whatever it was wrapped in."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Raise ``RecordError`` with SQLite's words where a file can't be read."""
    try:
        yield
    except FAILURES as error:
        raise damaged(path, reason(error)) from error


@contextmanager
def writing(path: Path, guard: Callable[[], None]) -> Iterator[None]:
    """Raise ``RecordError`` with SQLite's words where a write fails; it is not in the record then.

    Args:
        guard: Called first; raises where the file is not the one that was opened.
    """
    guard()
    try:
        yield
    except FAILURES as error:
        raise RecordError(
            f"{path} must be readable and writable, got: {reason(error)}; what was recorded "
            f"before is kept. Run the same command to continue"
        ) from error
