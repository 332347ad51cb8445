"""HIGGS' rows: read from a file, or streamed from UCI until enough have come, and kept in a cache.

The cache is a prefix of the archive's ``HIGGS.csv.gz``, byte for byte: a gzip file that is cut off.
More rows are its continuation, asked for from where it ends.

Source: Whiteson, HIGGS (2014), UCI Machine Learning Repository, data set 280, CC BY 4.0.
"""

import contextlib
import http.client
import math
import os
import re
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import filelock

from hpsearch.data.sources.readers import Layout, RowProgress, Rows, read_rows, refuse_short
from hpsearch.data.table import Source, Table
from hpsearch.errors import DataError, DownloadError, printable, shown
from hpsearch.files import cache_folder, can_be_written

__all__ = ["HIGGS", "MIRRORS", "NAMES", "cache_file", "fetch_higgs", "read_higgs"]

NAMES = (
    *("lepton pT", "lepton eta", "lepton phi", "missing energy magnitude", "missing energy phi"),
    *(f"jet {jet} {what}" for jet in (1, 2, 3, 4) for what in ("pt", "eta", "phi", "b-tag")),
    *("m_jj", "m_jjj", "m_lv", "m_jlv", "m_bb", "m_wbb", "m_wwbb"),
)
HIGGS = Layout(("label", *NAMES), 0)

MIRRORS = (
    "https://archive.ics.uci.edu/ml/machine-learning-databases/00280/HIGGS.csv.gz",
    "http://mlphysics.ics.uci.edu/data/higgs/HIGGS.csv.gz",
)
FIRST_ROW = (1.0, 0.8692932128906250, -0.6350818276405334)
CONNECTIONS = 6  # a download that is cut this often is given up
CHUNK_BYTES = 1 << 15
OVERLAP_BYTES = 256  # fetched again when continuing, to see that it is the same file


def read_higgs(path: Path, *, rows: int, progress: RowProgress) -> Table:
    """The first rows of a local HIGGS file: whole or cut off, gzip or plain, without a header.

    A last line without a line break counts only where a gzip file is complete.

    Raises:
        DataError: If the file cannot be read, a row breaks a rule, or there are too few rows.
    """
    found = read_rows(path, HIGGS, rows=rows, progress=progress, trust_end=False)
    if len(found.labels) < rows:
        refuse_short(path, rows, found)
    return _table(found, f"the first {rows:,} rows of {printable(path.name)}")


def cache_file(environment: Mapping[str, str]) -> Path | None:
    """Where fetched rows are kept; None where there is no cache, or none that can be written."""
    cache = cache_folder(environment)
    if cache is None or not can_be_written(cache):
        return None
    return cache / "HIGGS-first-rows.csv.gz"


def fetch_higgs(
    cache: Path,
    *,
    rows: int,
    progress: RowProgress,
    mirrors: Sequence[str] = MIRRORS,
    timeout_seconds: float = 10.0,
) -> Table:
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

    Raises:
        DownloadError: If the rows are not in the cache and could not be fetched, with the reason
            of each mirror.
        DataError: If a mirror sent rows that are not HIGGS' or has fewer than asked for.
    """
    found = _cached(cache, rows, progress)
    if found is None or len(found.labels) < rows:
        try:
            cache.parent.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(cache.with_suffix(".lock")):
                found = _cached(cache, rows, progress)
                if found is None or len(found.labels) < rows:
                    _extend(
                        cache,
                        usable=found is not None,
                        rows=rows,
                        progress=progress,
                        mirrors=mirrors,
                        timeout_seconds=timeout_seconds,
                    )
                    found = read_rows(cache, HIGGS, rows=rows, progress=lambda now, of: None)
        except OSError as error:
            raise DownloadError(
                f"the cache must be writable, got {cache.parent}: {error.strerror or error}; "
                f"set HPSEARCH_CACHE to another folder"
            ) from None
    return _table(found, f"the first {rows:,} rows of UCI's HIGGS.csv.gz")


def _table(found: Rows, description: str) -> Table:
    return Table(found.features, found.labels, NAMES, Source("higgs", description))


def _cached(cache: Path, rows: int, progress: RowProgress) -> Rows | None:
    """Up to ``rows`` rows of the cache, None if it is not there or damaged."""
    if not cache.exists():
        return None
    try:
        found = read_rows(cache, HIGGS, rows=rows, progress=progress, trust_end=False)
    except DataError:
        return None
    damaged = found.broken is not None and "damaged" in found.broken
    return None if damaged else found


class _Refused(Exception):
    """A mirror is of no use: what it said instead of sending HIGGS."""


class _Cut(Exception):
    """A connection ended before its time; the next may go on from there."""


@dataclass(slots=True)
class _Prefix:
    """The bytes that have come, in an open file, and how many whole lines are in them."""

    file: BinaryIO
    wanted: int
    length: int = 0
    lines: int = 0
    start: bytes = b""
    tail: bytes = b""
    checked: bool = False
    inflate: "zlib._Decompress" = field(default_factory=lambda: zlib.decompressobj(31))

    @property
    def enough(self) -> bool:
        return self.checked and self.lines >= self.wanted

    def add(self, chunk: bytes) -> None:
        """Take more bytes, or refuse those that are not HIGGS'."""
        try:
            text = self.inflate.decompress(chunk)
        except zlib.error as error:
            self.clear()
            raise _Refused(f"sent something that is not HIGGS.csv.gz ({error})") from None
        self.lines += text.count(b"\n")
        if not self.checked:
            self.start += text
            if self.lines:
                _check_first_row(self.start.partition(b"\n")[0])
                self.checked, self.start = True, b""
        self.file.write(chunk)
        self.length += len(chunk)
        self.tail = (self.tail + chunk)[-OVERLAP_BYTES:]

    def clear(self) -> None:
        """Begin again with nothing."""
        self.file.seek(0)
        self.file.truncate()
        self.length, self.lines, self.start, self.tail = 0, 0, b"", b""
        self.checked, self.inflate = False, zlib.decompressobj(31)


def _check_first_row(line: bytes) -> None:
    """The known first row, to three digits, since extracts of HIGGS are rounded.

    Raises:
        DataError: If it is another.
    """
    fields = line.split(b",")
    try:
        got = [float(value) for value in fields[: len(FIRST_ROW)]]
    except ValueError:
        got = []
    close = len(fields) == len(HIGGS.names) and all(
        math.isclose(one, known, rel_tol=1e-3) for one, known in zip(got, FIRST_ROW, strict=True)
    )
    if not close:
        raise DataError(
            f"HIGGS must begin with the row {', '.join(map(str, FIRST_ROW))}, ..., "
            f"got {shown(line.decode(errors='replace'))}; "
            f"the source has changed: fetch HIGGS.csv.gz yourself and name it with --data"
        )


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
        prefix = _Prefix(file, rows)
        if usable:
            with cache.open("rb") as old:
                for chunk in iter(lambda: old.read(CHUNK_BYTES), b""):
                    prefix.add(chunk)
        held = prefix.length
        try:
            _fetch(prefix, rows, progress, mirrors, timeout_seconds)
        finally:
            file.flush()
            os.fsync(file.fileno())
            longer = prefix.checked and prefix.length > held
            if longer:
                os.replace(part, cache)
            else:
                part.unlink()


def _fetch(
    prefix: _Prefix,
    rows: int,
    progress: RowProgress,
    mirrors: Sequence[str],
    timeout_seconds: float,
) -> None:
    """Ask one mirror after the other until there are enough rows."""
    left = list(mirrors)
    reasons: dict[str, str] = {}
    for _ in range(CONNECTIONS):
        if not left:
            break
        mirror = left.pop(0)
        try:
            for lines in _receive(prefix, mirror, timeout_seconds):
                progress(min(lines, rows), rows)
                if prefix.enough:
                    return
                if prefix.inflate.eof:
                    raise DataError(
                        f"HIGGS is too short: the study asks for {rows:,} rows, "
                        f"got all {prefix.lines:,} of {mirror}; lower data.train or data.test"
                    )
        except _Refused as error:
            reasons[mirror] = str(error)
        except _Cut as error:
            reasons[mirror] = str(error)
            left.append(mirror)
    told = "; ".join(f"{mirror} {reason}" for mirror, reason in reasons.items())
    raise DownloadError(f"HIGGS' first {rows:,} rows could not be fetched: {told}")


def _receive(prefix: _Prefix, mirror: str, timeout_seconds: float) -> Iterator[int]:
    """Add what a mirror sends, from where the prefix ends; yields the lines after each chunk."""
    headers = {"User-Agent": "hpsearch"}
    begin = prefix.length - len(prefix.tail)
    if prefix.length:
        headers["Range"] = f"bytes={begin}-"
    request = urllib.request.Request(mirror, headers=headers)
    with _answer(request, timeout_seconds) as response:
        overlap = b""
        if response.status == 206 and _first_byte(response) == begin:
            overlap = prefix.tail
        elif response.status == 206:
            raise _Refused("sent another range than it was asked for")
        else:
            prefix.clear()
        while chunk := _next_chunk(response):
            known, chunk = chunk[: len(overlap)], chunk[len(overlap) :]
            if not overlap.startswith(known):
                prefix.clear()
                raise _Cut("has another file than what came before")
            overlap = overlap[len(known) :]
            if chunk:
                prefix.add(chunk)
            yield prefix.lines
    raise _Cut(f"ended the connection after {prefix.lines:,} rows")


def _answer(request: urllib.request.Request, timeout_seconds: float) -> http.client.HTTPResponse:
    try:
        response: http.client.HTTPResponse = urllib.request.urlopen(
            request, timeout=timeout_seconds
        )
    except urllib.error.HTTPError as error:
        with contextlib.closing(error):
            raise _Refused(f"answered {error.code} {error.reason}") from None
    except urllib.error.URLError as error:
        raise _Refused(f"cannot be reached ({error.reason})") from None
    except TimeoutError:
        raise _Refused(f"did not answer within {timeout_seconds:g} s") from None
    except (OSError, http.client.HTTPException) as error:
        raise _Cut(f"ended the connection ({error})") from None
    return response


def _first_byte(response: http.client.HTTPResponse) -> int | None:
    """Where in the file a partial answer begins."""
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(found[1]) if found else None


def _next_chunk(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read1(CHUNK_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise _Cut(f"cut the connection ({error})") from None
