"""Atomic writes, the shared cache folder, and folders that writing must not leave."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import platformdirs

from hpsearch.errors import RecordError, UsageError
from hpsearch.inputs import open_regular


def cache_folder(environment: Mapping[str, str]) -> Path | None:
    """What all runs share: ``HPSEARCH_CACHE`` if set, else the user's cache folder.

    None where the user has no home: a cache is an option.
    """
    if named := environment.get("HPSEARCH_CACHE"):
        return Path(named)
    try:
        return Path(platformdirs.user_cache_dir("hpsearch"))
    except RuntimeError:
        return None


def can_be_written(folder: Path) -> bool:
    """Whether files can be made in a folder, which is made if need be.

    Only trying tells: root may write to any folder, also to one on a disk that is read-only.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"0")
    except OSError:
        return False
    return True


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path to write to; what is there takes the place of ``path`` once the block ends.

    Who reads ``path`` meanwhile gets the old file or the new one whole, also after a power cut: it
    is on the disk before it is renamed. An error in the block leaves ``path`` as it was. The folder
    is made if it is not there.

    Raises:
        RecordError: If ``path`` is a folder.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = _beside(path, "new")
    fresh.unlink(missing_ok=True)  # a link of this name is not followed
    try:
        yield fresh
        sync(fresh)
        os.replace(fresh, path)
    except IsADirectoryError:
        raise RecordError(f"{path} must be a file, got a folder; move it away") from None
    finally:
        fresh.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Have a file's content on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def digest_of(path: Path) -> str | None:
    """SHA-256 of a file's content, 64 hex digits; None where it can't be read."""
    try:
        with open_regular(path) as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return None


def write_whole(path: Path, text: str) -> None:
    """Write UTF-8 text; see ``replacing``."""
    with replacing(path) as fresh:
        fresh.write_text(text, encoding="utf-8", newline="\n")


def sweep(folder: Path) -> None:
    """Remove what processes that were killed while they wrote left in ``folder``."""
    for path in folder.glob(".*"):
        left = _LEFTOVER.search(path.name)
        if left and not _is_alive(int(left[1])) and not path.is_dir():
            path.unlink(missing_ok=True)


def trim(folder: Path, largest_bytes: int) -> None:
    """Remove a folder's oldest files until the others are no larger; some may stay."""
    known: list[tuple[float, int, Path]] = []
    with suppress(OSError):
        for file in folder.iterdir():
            with suppress(OSError):  # another run renames or trims just now
                facts = file.lstat()
                known.append((facts.st_mtime, facts.st_size, file))
    excess = sum(size for _, size, _ in known) - largest_bytes
    for _, size, file in sorted(known):
        if excess <= 0:
            return
        with suppress(OSError):
            file.unlink(missing_ok=True)
            excess -= size


def refuse_links(folder: Path) -> None:
    """Check that what is written to and deleted in a folder lies in it.

    Raises:
        UsageError: If there is a symbolic link, a pipe or a device anywhere inside.
    """
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_symlink():
                raise UsageError(
                    f"{entry.path} must not be a symbolic link, as hpsearch writes and deletes in "
                    f"its own folder alone; put what it points to in its place"
                )
            if entry.is_dir():
                refuse_links(Path(entry.path))
            elif not entry.is_file():
                raise UsageError(f"{entry.path} must be a file or a folder; remove it")


_LEFTOVER = re.compile(r"\.(\d{1,9})\.new$")


def _beside(path: Path, suffix: str) -> Path:
    """A hidden name in the same folder, this process's own."""
    return path.with_name(f".{path.name}.{os.getpid()}.{suffix}")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # somebody else's
        return True
    return True
