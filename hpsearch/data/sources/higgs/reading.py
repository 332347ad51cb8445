"""HIGGS as a source: a local file of it, else the cache, else UCI, else simulated in its place."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hpsearch.data.room import IN_MEMORY, Room
from hpsearch.data.sources.collisions.simulation import simulate
from hpsearch.data.sources.higgs.cache import cache_file, cached_rows
from hpsearch.data.sources.higgs.columns import LAYOUT, NAMES
from hpsearch.data.sources.higgs.mirrors import MIRRORS, TIMEOUT_SECONDS
from hpsearch.data.sources.rows import Rows, parse_rows, refuse_short
from hpsearch.data.sources.source import Request, RowProgress, Source
from hpsearch.data.table import Origin, Table
from hpsearch.errors import DownloadError, printable


def read_higgs(path: Path, *, rows: int, progress: RowProgress, room: Room = IN_MEMORY) -> Table:
    """The first rows of a local HIGGS file: whole or cut off, gzip or plain, without a header.

    A last line without a line break counts only where a gzip file is complete.

    Raises:
        DataError: If the file cannot be read, a row breaks a rule, or there are too few rows.
    """
    first = parse_rows(path, LAYOUT, rows=rows, progress=progress, trust_end=False, room=room)
    if len(first.labels) < rows:
        refuse_short(path, rows, first)
    return _table(first, f"the first {rows:,} rows of {printable(path.name)}")


def fetch_higgs(
    cache: Path,
    *,
    rows: int,
    progress: RowProgress,
    mirrors: Sequence[str] = MIRRORS,
    timeout_seconds: float = TIMEOUT_SECONDS,
    room: Room = IN_MEMORY,
) -> Table:
    """The first rows of UCI's file; see ``cached_rows``."""
    fetched = cached_rows(
        cache,
        rows=rows,
        progress=progress,
        mirrors=mirrors,
        timeout_seconds=timeout_seconds,
        room=room,
    )
    return _table(fetched, f"the first {rows:,} rows of UCI's HIGGS.csv.gz")


def _table(rows: Rows, description: str) -> Table:
    return Table.of_numbers(
        rows.features, rows.labels, NAMES, Origin("higgs", description, simulated=False)
    )


def _read(request: Request) -> Table:
    """Rows of the named file, or of UCI; ``request.tell`` gets a line where they are simulated."""
    if request.path is not None:
        return read_higgs(
            request.path, rows=request.rows, progress=request.progress, room=request.room
        )
    try:
        with tempfile.TemporaryDirectory() as temporary:
            cache = cache_file(os.environ) or Path(temporary) / "HIGGS.csv.gz"
            return fetch_higgs(
                cache, rows=request.rows, progress=request.progress, room=request.room
            )
    except DownloadError as error:
        request.tell(
            f"These are simulated collisions, not HIGGS: {error}. For the real rows run again with "
            f"a network, or name a HIGGS.csv.gz (or its first part) with --data."
        )
        return simulate(request.rows, seed=request.seed, progress=request.progress)


HIGGS = Source("higgs", takes_file=True, simulated=False, read=_read)
