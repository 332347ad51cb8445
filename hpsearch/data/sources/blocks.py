"""The text of a file of rows, plain or gzip, in blocks of whole lines.

A file may be endless, or unpack to much more than it holds, so no more than some megabytes of it
are in memory.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import numpy as np

from hpsearch.errors import DataError, named
from hpsearch.inputs import NotAFile, open_regular

__all__ = ["Broken", "inflated", "line_blocks", "refuse_line"]

GZIP_MAGIC = b"\x1f\x8b"
PIECE_BYTES = 1 << 18
BLOCK_BYTES = 1 << 22
LONGEST_LINE_BYTES = 1 << 26  # also the longest look for a row where there is none
TOO_LONG = "a line must be shorter than 64 MiB"
TOO_BLANK = "a row must follow within 64 MiB, got nothing but blank lines"


class Broken(Exception):
    """A gzip file ends, or makes no sense, before its end."""


def refuse_line(path: Path, line: int, rule: str) -> NoReturn:
    """Raise the error of a line that breaks a rule.

    Raises:
        DataError: Always.
    """
    raise DataError(f"{named(path)}, line {line:,}: {rule}; correct the line or leave it out")


def line_blocks(
    path: Path, rows: int | None, header: bool, trust_end: bool
) -> Iterator[tuple[int, bytes]]:
    """Whole lines, some megabytes at a time, each block with its first line's number.

    Raises:
        Broken: After the last whole line before a gzip file breaks.
    """
    line, left, rest, blank = 1, rows, bytearray(), 0
    pieces = _pieces(path, trust_end)
    broken: Broken | None = None
    more = True
    while more and left != 0:
        try:
            rest += next(pieces)
            ended = b"\n" in rest
            while len(rest) < BLOCK_BYTES or not ended:
                piece = next(pieces)
                rest += piece
                ended = ended or b"\n" in piece
                if len(rest) > LONGEST_LINE_BYTES:
                    refuse_line(path, line, TOO_LONG)
        except StopIteration:
            more = False
        except Broken as error:
            more, broken = False, error
        if header and b"\n" in rest:
            del rest[: rest.index(b"\n") + 1]
            header, line = False, 2
        # Blank lines wait for what follows them: at the end of the file they are no rows.
        written = len(rest.rstrip(b"\r\n"))
        if not written and b"\n" in rest:
            # One of them is enough to be refused, should a row follow.
            last = rest.rindex(b"\n")
            blank += last
            del rest[:last]
            if blank > LONGEST_LINE_BYTES:
                refuse_line(path, line, TOO_BLANK)
            continue
        end = (rest.find(b"\n", written) + 1 or rest.rfind(b"\n") + 1) if written else 0
        block = bytes(rest[:end])
        del rest[:end]
        if left is not None:
            block = _head(block, left)
            left -= block.count(b"\n")
        if block:
            yield line, block
            line += block.count(b"\n")
    if broken and left != 0:
        raise broken


def _head(block: bytes, lines: int) -> bytes:
    """The first lines of a block."""
    if block.count(b"\n") <= lines:
        return block
    breaks = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n"))
    return block[: breaks[lines - 1] + 1]


def _pieces(path: Path, trust_end: bool) -> Iterator[bytes]:
    """The file's text; a last line that is sure to be whole gets the line break it may lack."""
    try:
        with open_regular(path) as file:
            start = file.read(4)
            file.seek(0)
            if not start:
                raise DataError(f"{named(path)} is empty; give a file with rows")
            if start == b"PK\x03\x04":
                raise DataError(
                    f"{named(path)} is a zip archive; unpack it and give the file inside"
                )
            if path.suffix == ".gz" and not start.startswith(GZIP_MAGIC):
                raise DataError(
                    f"{named(path)} must be a gzip file, which begins with the bytes 1f 8b, "
                    f"got {start.hex(' ')}; fetch it again, or name it .csv if it is plain text"
                )
            raw = iter(lambda: file.read(PIECE_BYTES), b"")
            packed = start.startswith(GZIP_MAGIC)
            last = b"\n"
            for number, piece in enumerate(inflated(raw) if packed else raw):
                if piece:
                    last = piece[-1:]
                    yield piece.removeprefix(b"\xef\xbb\xbf") if number == 0 else piece
            if last != b"\n" and (packed or trust_end):
                yield b"\n"
    except NotAFile as error:
        raise DataError(f"{named(path)} {error}") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(f"a file of rows must be readable, got {named(path)}: {reason}") from None


def inflated(raw: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack gzip members one after the other; zeros behind the last are padding."""
    inflate = zlib.decompressobj(31)
    silent = 0
    for piece in raw:
        rest, full = piece, False
        silent += len(piece)
        while rest or full:
            if inflate.eof:
                rest = rest.lstrip(b"\0")
                if not rest:
                    break
                inflate = zlib.decompressobj(31)
            try:
                text = inflate.decompress(rest, PIECE_BYTES)  # a bomb would give 1,000 times more
            except zlib.error as error:
                raise Broken(f"is damaged ({error})") from None
            rest = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
            full = len(text) == PIECE_BYTES and not inflate.eof
            silent = 0 if text else silent
            yield text
        if silent > LONGEST_LINE_BYTES:
            raise Broken("goes on for more than 64 MiB without any text")
    if not inflate.eof:
        raise Broken("is cut off")
