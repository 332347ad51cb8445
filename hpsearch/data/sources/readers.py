"""Comma-separated rows, plain or gzip: read in pieces, checked whole, and told where wrong.

NumPy's parser reads a block at a time; only a block that it refuses, or whose values break a rule,
is read again line by line to find the first mistake.
"""

import csv
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.table import Features, Labels, Source, Table
from hpsearch.errors import DataError, named, printable, shown
from hpsearch.inputs import NotAFile, open_regular

__all__ = ["Layout", "RowProgress", "Rows", "read_csv", "read_rows", "refuse_short"]

RowProgress = Callable[[int, int], None]
"""Called with rows so far and rows wanted; the second is 0 where all are wanted."""

GZIP_MAGIC = b"\x1f\x8b"
PIECE_BYTES = 1 << 18
BLOCK_BYTES = 1 << 22
LONGEST_LINE_BYTES = 1 << 26  # also the longest look for a row where there is none
MOST_COLUMNS = 1_000_000
FLOAT32_END = 2.0**128 - 2.0**103  # what is below rounds to a finite float32


@dataclass(frozen=True, slots=True)
class Layout:
    """What each line holds: the names of all columns, and the place of the label among them."""

    names: tuple[str, ...]
    label: int

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the columns that are not the label."""
        return self.names[: self.label] + self.names[self.label + 1 :]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Checked rows of a file; ``broken`` says why the file ends early, None where it does not."""

    features: Features
    labels: Labels
    broken: str | None


TOO_LONG = "a line must be shorter than 64 MiB"


class _Broken(Exception):
    """A gzip file ends, or makes no sense, before its end."""


def read_csv(path: Path, *, label: int | str, rows: int | None, progress: RowProgress) -> Table:
    """Read a user's own file: numbers in columns, one of them a label of 0 or 1.

    A first line with a text that is no number is a header. Blank lines at the end are ignored.

    Args:
        path: A comma-separated file, plain or gzip, which its first bytes tell.
        label: The label's column, counted from 0, or its name in the header.
        rows: How many to read from the top; None reads all.
        progress: Called after each block of some megabytes.

    Raises:
        DataError: If the file cannot be read, a row breaks a rule, or there are fewer rows than
            asked for.
    """
    first = _first_line(path)
    if first.count(",") >= MOST_COLUMNS:
        columns = first.count(",") + 1
        _refuse(path, 1, f"a row must have at most {MOST_COLUMNS:,} columns, got {columns:,}")
    try:
        fields = [field.strip() for field in next(csv.reader([first.replace("\r", " ")]), [])]
    except csv.Error as error:
        _refuse(path, 1, f"must be a header or numbers, got {shown(first)} ({error})")
    header = any(field and _number(field.encode()) is None for field in fields)
    if len(fields) < 2:
        raise DataError(
            f"{named(path)}, line 1: a row must have a label and at least 1 feature, separated by "
            f"commas, got {len(fields)} column: {shown(first)}"
        )
    place = _find_label(path, label, fields, header)
    names = tuple(
        field if header and field else f"column {index}" for index, field in enumerate(fields)
    )
    layout = Layout(names, place)
    found = read_rows(path, layout, rows=rows, header=header, progress=progress)
    count = len(found.labels)
    if rows is not None and count < rows:
        refuse_short(path, rows, found)
    if found.broken and rows is None:
        raise DataError(
            f"{named(path)} {found.broken} after {count:,} whole rows; fetch or pack it again, "
            f"or ask for no more rows than these"
        )
    if not count:
        raise DataError(f"{named(path)} has no rows under its header; give at least 1")
    which = "all" if rows is None else "the first"
    source = Source("csv", f"{which} {count:,} rows of {printable(path.name)}")
    return Table(found.features, found.labels, layout.features, source)


def read_rows(
    path: Path,
    layout: Layout,
    *,
    rows: int | None,
    header: bool = False,
    progress: RowProgress,
    trust_end: bool = True,
) -> Rows:
    """Read up to ``rows`` rows, fewer where the file ends before; nothing behind them is looked at.

    Args:
        path: A comma-separated file, plain or gzip.
        layout: What each line must hold.
        rows: None reads all.
        progress: Called after each block of some megabytes.
        header: Whether the first line is none of the rows.
        trust_end: Whether a last line without a line break counts in a plain file. In a gzip file
            it counts where the file is complete.

    Raises:
        DataError: If the file cannot be read or is empty, or a row breaks a rule, with its line.
    """
    features: list[Features] = []
    labels: list[Labels] = []
    count, broken = 0, None
    try:
        for line, block in _blocks(path, rows, header, trust_end):
            values = _parse(path, line, block, layout)
            labels.append(values[:, layout.label].copy())
            features.append(np.delete(values, layout.label, axis=1))
            count += len(values)
            progress(count, rows or 0)
    except _Broken as error:
        broken = str(error)
    return Rows(
        np.concatenate([np.empty((0, len(layout.features)), np.float32), *features]),
        np.concatenate([np.empty(0, np.float32), *labels]),
        broken,
    )


def refuse_short(path: Path, asked: int, found: Rows) -> NoReturn:
    """Raise the error of a file with too few rows.

    Raises:
        DataError: Always.
    """
    why = f" (the file {found.broken})" if found.broken else ""
    raise DataError(
        f"{named(path)} is too short: the study asks for {asked:,} rows, "
        f"got {len(found.labels):,}{why}; "
        f"lower data.validation, data.train or data.test, or give a longer file"
    )


def _parse(path: Path, line: int, block: bytes, layout: Layout) -> NDArray[np.float32]:
    """The rows of whole lines, float32 ``(lines, columns)``; ``line`` is the first one's number."""
    if b'"' in block:
        block = block.replace(b'"', b"")
    lines = block.count(b"\n")
    if not block.strip() or block.count(b",") != lines * (len(layout.names) - 1):
        return _parse_lines(path, line, block, layout)
    try:
        text = io.StringIO(block.decode("ascii", "replace"))
        values = np.loadtxt(text, delimiter=",", comments=None, ndmin=2, dtype=np.float64)
    except ValueError:
        return _parse_lines(path, line, block, layout)
    label = values[:, layout.label] if values.shape[1] > layout.label else np.array([np.nan])
    right = (
        values.shape == (lines, len(layout.names))
        and bool((np.abs(values) < FLOAT32_END).all())
        and bool(((label == 0) | (label == 1)).all())
    )
    return values.astype(np.float32) if right else _parse_lines(path, line, block, layout)


def _parse_lines(path: Path, start: int, block: bytes, layout: Layout) -> NDArray[np.float32]:
    """The same, slower, and with the first mistake told."""
    found: list[list[float]] = []
    for line, ended in enumerate(block.removesuffix(b"\n").split(b"\n"), start):
        text = ended.removesuffix(b"\r")
        if (columns := text.count(b",") + 1) != len(layout.names):
            _refuse(
                path,
                line,
                f"a row must have {len(layout.names)} columns, got {columns}: "
                f"{shown(text.decode(errors='replace'))}",
            )
        fields = text.split(b",")
        found.append(
            [_checked(path, line, layout, index, field) for index, field in enumerate(fields)]
        )
    return np.array(found, np.float32)


def _checked(path: Path, line: int, layout: Layout, index: int, field: bytes) -> float:
    """One value that keeps the rules, or the error that says which it breaks."""
    number = _number(field)
    got = shown(field.decode(errors="replace"))
    nameless = layout.names[index] == f"column {index}"
    what = f"column {index}, counted from 0," if nameless else shown(layout.names[index])
    if index == layout.label and number not in (0.0, 1.0):
        _refuse(path, line, f"{what} is the label and must be 0 or 1, got {got}")
    if number is None:
        _refuse(path, line, f"{what} must be a number, got {got}")
    if not np.isfinite(number) and b"n" in field.lower():
        _refuse(path, line, f"{what} must be finite, got {got}")
    if abs(number) >= FLOAT32_END:
        _refuse(path, line, f"{what} must fit into float32, at most 3.4e38, got {got}")
    return number


def _refuse(path: Path, line: int, rule: str) -> NoReturn:
    raise DataError(f"{named(path)}, line {line:,}: {rule}; correct the line or leave it out")


def _number(field: bytes) -> float | None:
    """A field's number, NaN and infinities included, or None."""
    try:
        return None if b"_" in field else float(field)
    except ValueError:
        return None


def _find_label(path: Path, label: int | str, fields: list[str], header: bool) -> int:
    """The place of the label's column."""
    if isinstance(label, int):
        if label < len(fields):
            return label
        raise DataError(
            f"data.label must be one of the columns 0 to {len(fields) - 1} of {named(path)}, "
            f"got {label}"
        )
    if not header:
        raise DataError(
            f"data.label = {shown(label)} names a column, but {named(path)} has no header; "
            f"give the column's number, counted from 0"
        )
    if fields.count(label) != 1:
        raise DataError(
            f"data.label must name one column of {named(path)}, got {shown(label)}, the name of "
            f"{fields.count(label)}; its columns are {shown(', '.join(fields))}"
        )
    return fields.index(label)


def _first_line(path: Path) -> str:
    """The first line, for a header; a broken file's error comes when its rows are read."""
    start = bytearray()
    try:
        for piece in _pieces(path, True):
            start += piece
            if b"\n" in piece:
                break
            if len(start) > LONGEST_LINE_BYTES:
                _refuse(path, 1, TOO_LONG)
    except _Broken as error:
        if not start:
            raise DataError(
                f"{named(path)} {error} before its first row; fetch or pack it again"
            ) from None
    return start.partition(b"\n")[0].decode(errors="replace").rstrip("\r")


def _blocks(
    path: Path, rows: int | None, header: bool, trust_end: bool
) -> Iterator[tuple[int, bytes]]:
    """Whole lines, some megabytes at a time, each block with its first line's number.

    Raises:
        _Broken: After the last whole line before a gzip file breaks.
    """
    line, left, rest, blank = 1, rows, bytearray(), 0
    pieces = _pieces(path, trust_end)
    broken: _Broken | None = None
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
                    _refuse(path, line, TOO_LONG)
        except StopIteration:
            more = False
        except _Broken as error:
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
                _refuse(path, line, "a row must follow within 64 MiB, got nothing but blank lines")
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
            for number, piece in enumerate(_inflated(raw) if packed else raw):
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


def _inflated(raw: Iterator[bytes]) -> Iterator[bytes]:
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
                raise _Broken(f"is damaged ({error})") from None
            rest = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
            full = len(text) == PIECE_BYTES and not inflate.eof
            silent = 0 if text else silent
            yield text
        if silent > LONGEST_LINE_BYTES:
            raise _Broken("goes on for more than 64 MiB without any text")
    if not inflate.eof:
        raise _Broken("is cut off")
