"""Files and folders that are there whole or not at all, and where those of all runs are kept."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import platformdirs


def cache_folder(environment: Mapping[str, str]) -> Path:
    """What all runs share: ``HPSEARCH_CACHE`` if set, else the user's cache folder."""
    return Path(environment.get("HPSEARCH_CACHE") or platformdirs.user_cache_dir("hpsearch"))


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path to write to; what is there takes the place of ``path`` once the block ends.

    Who reads ``path`` meanwhile gets the old file or the new one whole. An error in the block
    leaves ``path`` as it was. The folder is made if it is not there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = _beside(path, "new")
    try:
        yield fresh
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Write UTF-8 text; see ``replacing``."""
    with replacing(path) as fresh:
        fresh.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder that takes the place of ``path`` once the block ends without an error.

    A folder with files in it can't be replaced in one step, so ``path`` is missing for the moment
    between two renames. An error in the block leaves ``path`` as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh, stale = _beside(path, "new"), _beside(path, "old")
    for leftover in (fresh, stale):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh.mkdir()
    try:
        yield fresh
        if path.exists():
            os.replace(path, stale)
        os.replace(fresh, path)
    except BaseException:
        if stale.exists() and not path.exists():
            os.replace(stale, path)
        raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(stale, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what processes that were killed while they wrote left in ``folder``."""
    for path in folder.glob(".*"):
        if (left := _LEFTOVER.search(path.name)) and not _is_alive(int(left[1])):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


_LEFTOVER = re.compile(r"\.(\d+)\.(?:new|old)$")


def _beside(path: Path, suffix: str) -> Path:
    """A hidden name in the same folder, this process's own."""
    return path.with_name(f".{path.name}.{os.getpid()}.{suffix}")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True
