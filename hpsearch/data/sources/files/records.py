"""Records of a text: where each ends, and how many fields it has, quotes minded."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.profile import Dialect
from hpsearch.data.sources.blocks import LONGEST_LINE_BYTES, TOO_LONG

LINE_BREAK = ord("\n")

#: Text is cut into records in blocks of so many bytes.
BLOCK_BYTES = 1 << 20


class Endless(Exception):
    """A record that does not end; it begins on ``line``."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Whole records that follow each other, with their text.

    Attributes:
        ends: Places behind their line breaks, int64 ``(records,)``.
        fields: How many fields each has, int64 ``(records,)``; 1 where it is empty.
        lines: The number of the line on which each begins, int64 ``(records,)``.
        stray: The number of a line with a quote inside a field; None where there is none.
        tangled: Whether a field holds a line break.
    """

    text: bytes
    ends: NDArray[np.int64]
    fields: NDArray[np.int64]
    lines: NDArray[np.int64]
    stray: int | None
    tangled: bool

    @property
    def starts(self) -> NDArray[np.int64]:
        """Places of their first bytes."""
        return np.concatenate([np.zeros(1, np.int64), self.ends[:-1]])

    @property
    def empty(self) -> NDArray[np.bool_]:
        """Which have no text at all."""
        return np.asarray(self.ends - self.starts == 1)

    def record(self, place: int) -> str:
        """The text of a record, without its line break."""
        return self.text[int(self.starts[place]) : int(self.ends[place]) - 1].decode(
            errors="replace"
        )


def cut_records(pieces: Iterable[bytes], delimiter: str, quote: str) -> Iterator[Records]:
    """Cut text, whose last line is ended, into records.

    Raises:
        Endless: At a record of 64 MiB or more, or with a quote that is never closed, after those
            before it.
    """
    rest, line, enough = bytearray(), 1, BLOCK_BYTES
    for piece in pieces:
        rest += piece
        if len(rest) < enough:
            continue
        records = _cut(bytes(rest), line, delimiter, quote)
        if len(records.ends):
            enough = BLOCK_BYTES
            line = _after(records)
            del rest[: int(records.ends[-1])]
            yield records
        elif len(rest) > LONGEST_LINE_BYTES:
            raise Endless(TOO_LONG, line)
        else:
            enough = min(2 * len(rest), LONGEST_LINE_BYTES + 1)
    if rest:
        records = _cut(bytes(rest), line, delimiter, quote)
        if len(records.ends):
            yield records
            line = _after(records)
        if rest.endswith(b"\n") and not (len(records.ends) and records.ends[-1] == len(rest)):
            raise Endless("a quote must be closed", line)


def _after(records: Records) -> int:
    """The number of the line behind the last record."""
    last = records.text[int(records.starts[-1]) : int(records.ends[-1])]
    return int(records.lines[-1]) + last.count(b"\n")


def _cut(text: bytes, line: int, delimiter: str, quote: str) -> Records:
    """The whole records of a text that begins with one."""
    data = np.frombuffer(text, np.uint8)
    breaks = np.flatnonzero(data == LINE_BREAK)
    delimiters = data == ord(delimiter)
    ends = breaks
    quotes = np.flatnonzero(data == ord(quote)) if quote else np.empty(0, np.int64)
    if len(quotes):
        inside = np.logical_xor.accumulate(data == ord(quote))
        ends = breaks[~inside[breaks]]
        delimiters &= ~inside
    last = int(ends[-1]) if len(ends) else -1
    places = np.flatnonzero(delimiters[: last + 1])
    fields = np.diff(np.searchsorted(places, ends), prepend=0) + 1
    lines = line + np.searchsorted(breaks, np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1]))
    return Records(
        text,
        (ends + 1).astype(np.int64),
        fields.astype(np.int64),
        lines[: len(ends)].astype(np.int64),
        _stray(data, quotes[quotes <= last], line, breaks, delimiter),
        len(ends) < int(np.searchsorted(breaks, last, "right")),
    )


def _stray(
    data: NDArray[np.uint8],
    quotes: NDArray[np.int64],
    line: int,
    breaks: NDArray[np.int64],
    delimiter: str,
) -> int | None:
    """The line of the first quote that neither begins nor ends a field, nor is doubled."""
    if not len(quotes):
        return None
    borders = (ord(delimiter), LINE_BREAK)
    doubled = np.diff(quotes) == 1
    opening, closing = quotes[0::2], quotes[1::2]
    opens = (opening == 0) | np.isin(data[opening - 1], borders)
    closes = np.isin(data[np.minimum(closing + 1, len(data) - 1)], borders)
    opens[1:] |= doubled[1::2]
    closes[: len(doubled[1::2])] |= doubled[1::2]
    wrong = np.concatenate([opening[~opens], closing[~closes]])
    return line + int(np.searchsorted(breaks, wrong.min())) if len(wrong) else None


def first_records(text: bytes, dialect: Dialect, most: int) -> list[list[str]]:
    """The fields of the first records of a text, without the spaces around them."""
    import csv
    import io

    # The module's own limit of 131,072 characters a field is for the whole process.
    quote = dialect.quote or None
    reader = csv.reader(
        io.StringIO(text.decode(errors="replace"), newline=""),
        delimiter=dialect.delimiter,
        quotechar=quote,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
    )
    rows: list[list[str]] = []
    try:
        for row in reader:
            rows.append([field.strip() for field in row])
            if len(rows) == most:
                break
    except csv.Error:
        pass  # a field that is too long for a look at the beginning
    return rows
