"""Files and folders that are there whole or not at all, and where those of all runs are kept."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import platformdirs


def cache_folder(environment: Mapping[str, str]) -> Path:
    """What all runs share: ``HPSEARCH_CACHE`` if set, else the user's cache folder."""
    return Path(environment.get("HPSEARCH_CACHE") or platformdirs.user_cache_dir("hpsearch"))


def write_whole(path: Path, text: str) -> None:
    """Write UTF-8 text; who reads ``path`` meanwhile gets the old text or the new one whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        fresh.write_text(text, encoding="utf-8", newline="\n")
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder that takes the place of ``path`` once the block ends without an error.

    A folder with files in it can't be replaced in one step, so ``path`` is missing for the moment
    between two renames. An error in the block leaves ``path`` as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    stale = path.with_name(f".{path.name}.{os.getpid()}.old")
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
