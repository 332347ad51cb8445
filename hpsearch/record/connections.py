"""Connections to a SQLite file: one kind that writes, and snapshots for all who only read.

A connection that reads a file in write-ahead mode leaves files beside it, and one that could write
empties the log when it is the last to close. So readers copy the file, which takes milliseconds,
and read the copy: nothing in the folder changes, and what they read is of one moment.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

#: How long a write waits for another process that holds the file: a dashboard, or a backup.
BUSY_SECONDS = 60.0

IN_MEMORY = ":memory:"


def connect(path: Path) -> sqlite3.Connection:
    """A connection that may write, waits for other writers and may be used by any thread."""
    return sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)


def snapshot(path: Path, copy: Path | None = None) -> sqlite3.Connection:
    """A connection to a copy of a file as it is now, also while another process writes to it.

    Args:
        path: The file; neither it nor its folder needs to be writable.
        copy: Where the copy is made; in memory if None.

    Raises:
        sqlite3.Error: If the file is missing, is no database, or can't be read.
        OSError: If the file can't be read.
    """
    connection = sqlite3.connect(copy or IN_MEMORY, check_same_thread=False)
    try:
        while True:
            log_existed = _log(path).exists()
            with _reading(path) as source:
                source.backup(connection)
            if log_existed or not _log(path).exists():  # else somebody began to write meanwhile
                return connection
    except BaseException:
        connection.close()
        raise


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that only reads, by the mode that leaves nothing in the folder."""
    log, shared = _log(path), path.with_name(f"{path.name}-shm")
    if not log.exists():  # nobody has the file open, so it does not change
        mode = "immutable=1"
    elif shared.exists() or os.access(path.parent, os.W_OK):
        mode = "mode=ro"
    else:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / path.name
            shutil.copyfile(path, copy)
            shutil.copyfile(log, _log(copy))
            with _reading_at(copy, "mode=ro") as connection:
                yield connection
        return
    with _reading_at(path, mode) as connection:
        yield connection


@contextmanager
def _reading_at(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    address = f"file://{quote(os.fsencode(path.absolute()))}?{mode}"
    with closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)) as connection:
        yield connection


def _log(path: Path) -> Path:
    """SQLite's write-ahead log of a file."""
    return path.with_name(f"{path.name}-wal")
