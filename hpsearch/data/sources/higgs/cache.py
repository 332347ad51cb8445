"""HIGGS' first rows in a cache that all studies share.

The cache is a prefix of the archive's ``HIGGS.csv.gz``, byte for byte: a gzip file that is cut off.
More rows are its continuation, asked for from where it ends.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import filelock

from hpsearch.data.room import IN_MEMORY, Room
from hpsearch.data.sources.higgs.columns import LAYOUT
from hpsearch.data.sources.higgs.mirrors import CHUNK_BYTES, fetch
from hpsearch.data.sources.higgs.prefix import Prefix
from hpsearch.data.sources.rows import Rows, parse_rows
from hpsearch.data.sources.source import RowProgress
from hpsearch.errors import DataError, DownloadError
from hpsearch.files import cache_folder, can_be_written


def cache_file(environment: Mapping[str, str]) -> Path | None:
    """Where fetched rows are kept; None where there is no cache, or none that can be written."""
    cache = cache_folder(environment)
    if cache is None or not can_be_written(cache):
        return None
    return cache / "HIGGS-first-rows.csv.gz"


def cached_rows(
    cache: Path,
    *,
    rows: int,
    progress: RowProgress,
    mirrors: Sequence[str],
    timeout_seconds: float,
    room: Room = IN_MEMORY,
) -> Rows:
    """The first rows of HIGGS from the cache, which is extended from the mirrors if too short.

    A mirror that cannot be reached or sends something else is given up for the next; a connection
    that is cut is continued where it ended. What came is kept, even if it is not enough. Only one
    process fetches at a time.

    Args:
        cache: A file in a folder that is made if need be.
        rows: At least 1.
        mirrors: Addresses of the same file, tried in turn.
        progress: Called with rows that have come and rows wanted.
        timeout_seconds: For connecting, and for each wait for more bytes.
        room: For the rows.

    Raises:
        DownloadError: If the rows are not in the cache and could not be fetched, with the reason
            of each mirror.
        DataError: If a mirror sent rows that are not HIGGS' or has fewer than asked for.
    """
    held = _read(cache, rows, progress, room)
    if held is None or len(held.labels) < rows:
        try:
            cache.parent.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(cache.with_suffix(".lock")):
                held = _read(cache, rows, progress, room)
                if held is None or len(held.labels) < rows:
                    _extend(
                        cache,
                        usable=held is not None,
                        rows=rows,
                        progress=progress,
                        mirrors=mirrors,
                        timeout_seconds=timeout_seconds,
                    )
                    held = parse_rows(
                        cache, LAYOUT, rows=rows, progress=lambda done, total: None, room=room
                    )
        except OSError as error:
            raise DownloadError(
                f"the cache must be writable, got {cache.parent}: {error.strerror or error}; "
                f"set HPSEARCH_CACHE to another folder"
            ) from None
    return held


def _read(cache: Path, rows: int, progress: RowProgress, room: Room) -> Rows | None:
    """Up to ``rows`` rows of the cache, None if it is not there or damaged."""
    if not cache.exists():
        return None
    try:
        held = parse_rows(cache, LAYOUT, rows=rows, progress=progress, trust_end=False, room=room)
    except DataError:
        return None
    damaged = held.broken is not None and "damaged" in held.broken
    return None if damaged else held


def _extend(
    cache: Path,
    *,
    usable: bool,
    rows: int,
    progress: RowProgress,
    mirrors: Sequence[str],
    timeout_seconds: float,
) -> None:
    """Fetch until the cache holds ``rows`` rows; ``usable`` says whether its bytes may begin it."""
    part = cache.with_suffix(".part")
    with part.open("w+b") as file:
        prefix = Prefix(file, rows)
        if usable:
            with cache.open("rb") as before:
                for chunk in iter(lambda: before.read(CHUNK_BYTES), b""):
                    prefix.add(chunk)
        begun = prefix.length
        try:
            fetch(prefix, mirrors, progress=progress, timeout_seconds=timeout_seconds)
        finally:
            file.flush()
            os.fsync(file.fileno())
            longer = prefix.checked and prefix.length > begun
            if longer:
                os.replace(part, cache)
            else:
                part.unlink()
