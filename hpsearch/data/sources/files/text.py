"""The text of a file as UTF-8 with plain line breaks, whatever it is written in."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from hpsearch.data.sources.files.unpacking import unpacked

#: What no text holds; a tab, line breaks, a form feed and the end mark of DOS are allowed.
CONTROL = bytes({*range(0x20), 0x7F} - set(b"\t\n\r\f\x1a\x1b"))

#: Characters that Latin-1 has no letters for: a file that holds them is not in Latin-1.
_HIGH_CONTROL = re.compile("[\x80-\x9f]")


class NotText(Exception):
    """Bytes that are no text in an encoding; raised after the last text before them.

    Attributes:
        binary: Whether they are no text in any encoding.
        started: Whether letters beyond ASCII came before, so that the encoding is the right one.
    """

    def __init__(self, message: str, *, binary: bool, started: bool) -> None:
        super().__init__(message)
        self.binary = binary
        self.started = started


def encodings(start: bytes) -> tuple[str, ...]:
    """The encodings to try for a text by its first bytes, the likeliest first."""
    if start.startswith(codecs.BOM_UTF8):
        return ("utf-8",)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    even, odd = start[0::2].count(0), start[1::2].count(0)
    half = max(1, len(start) // 4)
    if odd >= half > even:
        return ("utf-16-le",)
    if even >= half > odd:
        return ("utf-16-be",)
    return ("utf-8", "latin-1", "cp1252")


def text_pieces(path: Path, encoding: str) -> Iterator[bytes]:
    """The text of a file in UTF-8; each line ends with a line feed alone, also the last.

    Raises:
        NotText: After the last text before bytes that are none.
        Broken: After the last text of a packed file that ends early.
        DataError: If the file cannot be read.
    """
    last, held, started = "\n", "", False
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)()
    for number, text in enumerate(_decoded(path, decoder, encoding)):
        started = started or not text.isascii()
        error = _refused(text, encoding, first=number == 0)
        if error is not None:
            raise NotText(error[0], binary=error[1], started=started)
        lines = held + text
        held = "\r" if lines.endswith("\r") else ""
        lines = lines.removesuffix("\r")
        if "\r" in lines:
            lines = lines.replace("\r\n", "\n").replace("\r", "\n")
        if lines:
            last = lines[-1]
            yield lines.encode()
    if held or last != "\n":
        yield b"\n"


def _decoded(path: Path, decoder: codecs.IncrementalDecoder, encoding: str) -> Iterator[str]:
    started = False
    pieces = unpacked(path)
    while True:
        piece = next(pieces, None)
        try:
            text = decoder.decode(piece or b"", piece is None)
        except UnicodeDecodeError as error:
            before = bytes(error.object[: error.start]).decode(encoding, "ignore")
            yield before
            wrong = bytes(error.object[error.start : error.end]).hex(" ")
            raise NotText(
                f"must be text in {encoding.upper()}, got the bytes {wrong}",
                binary=False,
                started=started or not before.isascii(),
            ) from None
        started = started or not text.isascii()
        if text:
            yield text
        if piece is None:
            return


def _refused(text: str, encoding: str, *, first: bool) -> tuple[str, bool] | None:
    """Why a piece is no text, and whether it is none in any encoding; None where it is."""
    if "\0" in text or (first and (data := text.encode()) != data.translate(None, CONTROL)):
        return "must be text, got control characters, as a binary file has", True
    if encoding == "latin-1" and not text.isascii() and _HIGH_CONTROL.search(text):
        return "must be text in Latin-1, got control characters", False
    return None
