"""HIGGS from its mirrors: streamed until enough rows have come, continued where it was cut off."""

import contextlib
import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence

from hpsearch.data.sources.higgs.prefix import NotHiggsError, Prefix
from hpsearch.data.sources.source import RowProgress
from hpsearch.errors import DataError, DownloadError

MIRRORS = (
    "https://archive.ics.uci.edu/ml/machine-learning-databases/00280/HIGGS.csv.gz",
    "http://mlphysics.ics.uci.edu/data/higgs/HIGGS.csv.gz",
)
CONNECTIONS = 6  # a download that is cut this often is given up
CHUNK_BYTES = 1 << 15
TIMEOUT_SECONDS = 10.0


class _RefusedError(Exception):
    """A mirror is of no use: what it said instead of sending HIGGS."""


class _CutError(Exception):
    """A connection ended before its time; the next may go on from there."""


def fetch(
    prefix: Prefix, mirrors: Sequence[str], *, progress: RowProgress, timeout_seconds: float
) -> None:
    """Ask one mirror after the other until the prefix has enough rows.

    Raises:
        DownloadError: If none of them sends enough, with the reason of each.
        DataError: If a mirror sends rows that are not HIGGS', or has too few.
    """
    rows = prefix.wanted
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
                if prefix.complete:
                    raise DataError(
                        f"HIGGS is too short: the study asks for {rows:,} rows, "
                        f"got all {prefix.lines:,} of {mirror}; lower data.train or data.test"
                    )
        except (_RefusedError, NotHiggsError) as error:
            reasons[mirror] = str(error)
        except _CutError as error:
            reasons[mirror] = str(error)
            left.append(mirror)
    explained = "; ".join(f"{mirror} {reason}" for mirror, reason in reasons.items())
    raise DownloadError(f"HIGGS' first {rows:,} rows could not be fetched: {explained}")


def _receive(prefix: Prefix, mirror: str, timeout_seconds: float) -> Iterator[int]:
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
            raise _RefusedError("sent another range than it was asked for")
        else:
            prefix.clear()
        while chunk := _next_chunk(response):
            known, chunk = chunk[: len(overlap)], chunk[len(overlap) :]
            if not overlap.startswith(known):
                prefix.clear()
                raise _CutError("has another file than what came before")
            overlap = overlap[len(known) :]
            if chunk:
                prefix.add(chunk)
            yield prefix.lines
    raise _CutError(f"ended the connection after {prefix.lines:,} rows")


def _answer(request: urllib.request.Request, timeout_seconds: float) -> http.client.HTTPResponse:
    try:
        response: http.client.HTTPResponse = urllib.request.urlopen(
            request, timeout=timeout_seconds
        )
    except urllib.error.HTTPError as error:
        with contextlib.closing(error):
            raise _RefusedError(f"answered {error.code} {error.reason}") from None
    except urllib.error.URLError as error:
        raise _RefusedError(f"cannot be reached ({error.reason})") from None
    except TimeoutError:
        raise _RefusedError(f"did not answer within {timeout_seconds:g} s") from None
    except (OSError, http.client.HTTPException) as error:
        raise _CutError(f"ended the connection ({error})") from None
    return response


def _first_byte(response: http.client.HTTPResponse) -> int | None:
    """Where in the file a partial answer begins."""
    content_range = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(content_range[1]) if content_range else None


def _next_chunk(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read1(CHUNK_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise _CutError(f"cut the connection ({error})") from None
