"""Which process runs a study in a folder: one at a time, by a lock and a note of who holds it."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from hpsearch.errors import UsageError
from hpsearch.files import write_whole
from hpsearch.inputs import open_regular

#: Names of the lock and of the note in a study's folder.
LOCK, HOLDER = ".lock", ".holder"


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold a folder against other processes that would write to its record.

    Raises:
        UsageError: If another process holds it.
    """
    with hold_if_free(path) as held:
        if not held:
            raise UsageError(
                f"{path} is already being run by {holder_of(path)}; wait for it or stop it"
            )
        yield


@contextmanager
def hold_if_free(path: Path) -> Iterator[bool]:
    """Hold a folder for the block; yields whether that could be done. Never waits."""
    lock, note = FileLock(path / LOCK), path / HOLDER
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield False
        return
    try:
        began = datetime.now().astimezone().isoformat(" ", "seconds")
        write_whole(note, f"process {os.getpid()} on {platform.node()} (since {began})")
        yield True
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def holder_of(path: Path) -> str:
    """Who holds a folder, in words."""
    try:
        with open_regular(path / HOLDER) as file:
            return file.read(200).decode(errors="replace")
    except OSError:
        return "another process"
