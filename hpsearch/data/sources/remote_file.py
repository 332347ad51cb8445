"""A file of a data set: fetched once, continued where it was cut off, known by its digest."""

import http.client
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import filelock

from hpsearch.files import digest_of

__all__ = ["RemoteFile", "fetched"]

#: Each address is asked so often before the file is given up.
ROUNDS = 3

TIMEOUT_SECONDS = 10.0

_CHUNK_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file, where it is, and the SHA-256 of its content, 64 hex digits."""

    name: str
    addresses: tuple[str, ...]
    sha256: str


def fetched(file: RemoteFile, folder: Path, *, timeout_seconds: float = TIMEOUT_SECONDS) -> Path:
    """Where a file is in a folder; it is fetched unless it is there already.

    Its addresses are asked in turn. What came before a connection broke is kept, also for the next
    call. Only one process fetches at a time.

    Args:
        folder: Made if need be.
        timeout_seconds: For connecting, and for each wait for more bytes.

    Raises:
        OSError: If no address sends the file, with the reason of each, or the folder can't be
            written.
    """
    path, part = folder / file.name, folder / f"{file.name}.part"
    folder.mkdir(parents=True, exist_ok=True)
    reasons: dict[str, str] = {}
    with filelock.FileLock(folder / f"{file.name}.lock"):
        if digest_of(path) == file.sha256:
            return path
        for address in file.addresses * ROUNDS:
            try:
                _continue(part, address, timeout_seconds)
            except (OSError, http.client.HTTPException) as error:
                reasons[address] = str(getattr(error, "reason", None) or error)
                continue
            if digest_of(part) == file.sha256:
                os.replace(part, path)
                return path
            part.unlink()
            reasons[address] = f"sends another file than {file.name}"
    raise OSError("; ".join(f"{address}: {reason}" for address, reason in reasons.items()))


def _continue(part: Path, address: str, timeout_seconds: float) -> None:
    """Add what an address sends behind the bytes that are there, or in their place.

    Raises:
        OSError, HTTPException: If it does not answer, or not to the end.
    """
    begun = part.stat().st_size if part.exists() else 0
    headers = {"User-Agent": "hpsearch", **({"Range": f"bytes={begun}-"} if begun else {})}
    request = urllib.request.Request(address, headers=headers)
    try:
        response = urllib.request.urlopen(request, timeout=timeout_seconds)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416:  # there is nothing behind what is there, so it is no part of the file
            part.unlink()
        raise
    with response, part.open("ab" if response.status == 206 else "wb") as kept:
        wanted = kept.tell() + int(response.headers.get("Content-Length") or 0)
        while chunk := response.read(_CHUNK_BYTES):
            kept.write(chunk)
        if kept.tell() < wanted:
            raise OSError(f"ended after {kept.tell():,} of {wanted:,} bytes")
