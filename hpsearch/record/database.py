"""A SQLite file as Optuna's storage: opened, checked, and told about where it can't be used."""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

import sqlalchemy
from optuna.exceptions import OptunaError
from optuna.storages import RDBStorage

from hpsearch.errors import RecordError

#: How long a write waits for another process that holds the file: a dashboard, or a backup.
BUSY_SECONDS = 60.0

#: What SQLite, SQLAlchemy, Optuna and JSON raise where a file can't be read or written, or holds
#: what nobody wrote. A ``KeyError`` also where somebody renamed or deleted the study meanwhile.
FAILURES = (
    *(sqlite3.Error, sqlalchemy.exc.SQLAlchemyError, OptunaError, OSError),
    *(LookupError, ValueError, TypeError, AttributeError, AssertionError, RuntimeError),
)


class Database:
    """An open file; closing it leaves none of its connections to the garbage collector.

    Args:
        path: The file, under whatever name; made if it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connections: list[sqlite3.Connection] = []
        try:
            with closing(connect(path)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
            # Not by an address, in which ?, % and {} of a folder's name would mean something.
            self.storage = RDBStorage(
                "sqlite://",
                {"creator": self._connect, "poolclass": sqlalchemy.pool.QueuePool},
            )
        except BaseException:
            self._close_connections()
            raise

    @property
    def engine(self) -> sqlalchemy.Engine:
        """SQLAlchemy's, for statements that Optuna has no method for."""
        engine: sqlalchemy.Engine = self.storage.engine
        return engine

    def close(self) -> None:
        """Close all connections; the write-ahead log is gone with the last."""
        self.storage.remove_session()
        self.storage.engine.dispose()
        self._close_connections()

    def _connect(self) -> sqlite3.Connection:
        connection = connect(self._path)
        # Without a sync a commit: after a power cut the last ones may be gone, and are done again.
        connection.execute("PRAGMA synchronous=NORMAL")
        self._connections = [*self._connections, connection]
        return connection

    def _close_connections(self) -> None:
        for connection in self._connections:
            connection.close()
        self._connections = []


class ReadableCopy:
    """A copy of a file and its write-ahead log, to read where nothing may be written beside it."""

    def __init__(self, path: Path) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.path = Path(self._folder.name) / path.name
        for part in (path, path.with_name(f"{path.name}-wal")):
            if part.is_file():
                shutil.copyfile(part, self.path.with_name(part.name))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._folder.cleanup()


def connect(path: Path) -> sqlite3.Connection:
    """A connection that waits for other writers and may be used by any thread."""
    return sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)


def check_integrity(path: Path) -> None:
    """Check the structure of a file, if it is there.

    Raises:
        RecordError: If it is damaged, or is no SQLite file.
    """
    if not path.is_file():
        return
    try:
        with closing(connect(path)) as connection:
            ((found,),) = connection.execute("PRAGMA integrity_check(1)").fetchall()
            strays = connection.execute("PRAGMA foreign_key_check").fetchall()
    except (sqlite3.Error, ValueError) as error:
        found, strays = str(error), []
    if found != "ok" or strays:
        reason = " ".join(found.split()) if found != "ok" else f"rows of no study: {strays[0]}"
        raise damaged(path, reason)


def study_name(path: Path) -> str:
    """The name of the one study in a file.

    Raises:
        RecordError: If the file can't be read, or holds none or several.
    """
    try:
        with closing(connect(path)) as connection:
            names = [str(name) for (name,) in connection.execute("SELECT study_name FROM studies")]
    except (sqlite3.Error, ValueError) as error:
        raise RecordError(f"{path} must be a record of hpsearch, got: {error}") from None
    if len(names) != 1:
        raise RecordError(f"{path} must hold one study, got {len(names)}")
    return names[0]


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
