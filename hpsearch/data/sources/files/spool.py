"""A text file copied to a plain one that DuckDB can read: whole records, in UTF-8, all of a width.

The copy is checked while it is made, so that each mistake of form is told with its line, and it
ends where a study needs no more rows, so that nothing behind them is looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from hpsearch.data.profile import Dialect
from hpsearch.data.sources.blocks import LONGEST_LINE_BYTES, TOO_BLANK, Broken
from hpsearch.data.sources.files.dialect import SAMPLE_BYTES, infer_dialect
from hpsearch.data.sources.files.mistakes import MOST_TOLD, Mistake, file_error
from hpsearch.data.sources.files.records import Endless, Records, cut_records, first_records
from hpsearch.data.sources.files.text import NotText, encodings, text_pieces
from hpsearch.data.sources.files.unpacking import text_start
from hpsearch.data.sources.source import RowProgress
from hpsearch.errors import DataError, named, shown
from hpsearch.study.table_keys import TableKeys

MOST_COLUMNS = 100_000

CORRECT_LINE = "correct the line, or leave it out"
QUOTE_TEXT = (
    "correct the line; a text that holds the delimiter needs quotes around it, and if the "
    "delimiter itself is wrong, set data.delimiter"
)


@dataclass(slots=True)
class Spool:
    """A copied text.

    Attributes:
        header: The first record where it names the columns, else None.
        width: Fields of each record.
        rows: Records besides the header.
        tangled: Whether a field holds a line break, so that lines and records differ.
        longest: Bytes of the longest record.
        broken: Why a packed file ends early; None where it does not.
        mistakes: Those to tell; ``untold`` are more.
    """

    path: Path
    dialect: Dialect
    header: list[str] | None = None
    width: int = 0
    rows: int = 0
    tangled: bool = False
    longest: int = 0
    broken: str | None = None
    mistakes: list[Mistake] = field(default_factory=list)
    untold: int = 0

    def lines_of(self, rows: list[int]) -> list[int]:
        """The numbers of the lines on which some rows, counted from 0, begin."""
        places = [row + self.dialect.header for row in rows]
        if not self.tangled:
            return [place + 1 for place in places]
        lines: dict[int, int] = {}
        count = 0
        with self.path.open("rb") as file:
            pieces = iter(lambda: file.read(1 << 18), b"")
            for records in cut_records(pieces, self.dialect.delimiter, self.dialect.quote):
                for place in places:
                    if count <= place < count + len(records.ends):
                        lines[place] = int(records.lines[place - count])
                count += len(records.ends)
        return [lines[place] for place in places]


def spool_text(
    path: Path, copy: Path, given: TableKeys, rows: int | None, progress: RowProgress
) -> Spool:
    """Copy a file's text, decoded and checked.

    Args:
        path: A text file, plain or packed.
        copy: The plain file, which is written.
        given: What is known of the dialect.
        rows: How many rows to copy; None copies all.
        progress: Called after each block of some megabytes.

    Raises:
        DataError: If the file cannot be read, or with all mistakes of its form.
    """
    known = (given.encoding,) if given.encoding else encodings(text_start(path))
    for place, encoding in enumerate(known):
        try:
            return _spool(path, copy, given, encoding, rows, progress)
        except _Undecodable as error:
            utf = encoding == "utf-8" and error.cause.started
            if utf or error.cause.binary or place + 1 == len(known):
                raise _undecodable(path, error, known) from None
    raise AssertionError("there is no encoding to try")


class _Undecodable(Exception):
    def __init__(self, cause: NotText, line: int) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.line = line


def _undecodable(path: Path, error: _Undecodable, known: tuple[str, ...]) -> DataError:
    if error.cause.binary:
        way_out = "give a table in CSV or Parquet"
    elif known == ("utf-8", "latin-1", "cp1252"):
        way_out = 'correct the line, or set data.encoding, for example to "latin-1"'
    else:
        way_out = "set data.encoding to the file's own, or leave it out to have it inferred"
    return file_error(path, [Mistake(f"line {error.line:,}", str(error), way_out)])


def _spool(
    path: Path, copy: Path, given: TableKeys, encoding: str, rows: int | None, progress: RowProgress
) -> Spool:
    """Copy in one encoding."""
    pieces = _Pieces(text_pieces(path, encoding))
    sample = pieces.sample()
    if not sample.strip():
        pieces.raise_error(1)
        reason = f" {pieces.broken} before its first row; fetch or pack it again"
        raise DataError(
            f"{named(path)}{reason}"
            if pieces.broken
            else f"{named(path)} has no text at its beginning; give rows"
        )
    dialect = infer_dialect(sample, given, encoding)
    spool = _write(path, copy, dialect, pieces, rows, progress)
    if spool.mistakes:
        raise file_error(path, spool.mistakes, spool.untold)
    return spool


class _Pieces:
    """Pieces of text, which remember why they ended."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self.broken: str | None = None
        self.not_text: NotText | None = None
        self._head: list[bytes] = []

    def sample(self) -> bytes:
        """The beginning of the text, to the end of a line where there is one."""
        for piece in self._take():
            self._head.append(piece)
            if sum(map(len, self._head)) >= SAMPLE_BYTES:
                break
        text = b"".join(self._head)
        whole = text.rfind(b"\n") + 1
        return text[:whole] if whole else text

    def __iter__(self) -> Iterator[bytes]:
        head, self._head = self._head, []
        return chain(head, self._take())

    def _take(self) -> Iterator[bytes]:
        try:
            while (piece := next(self._pieces, None)) is not None:
                yield piece  # they outlive this generator, which yield from would not let them
        except Broken as error:
            self.broken = str(error)
        except NotText as error:
            self.not_text = error

    def raise_error(self, line: int) -> None:
        if self.not_text is not None:
            raise _Undecodable(self.not_text, line)


def _write(
    path: Path,
    copy: Path,
    dialect: Dialect,
    pieces: _Pieces,
    rows: int | None,
    progress: RowProgress,
) -> Spool:
    spool = Spool(copy, dialect)
    left = None if rows is None else rows + dialect.header
    blank = _Blank()
    line = 1
    with copy.open("wb") as file:
        try:
            for records in cut_records(pieces, dialect.delimiter, dialect.quote):
                if not spool.width:
                    _begin(spool, records)
                taken = len(records.ends) if left is None else min(left, len(records.ends))
                line = int(records.lines[-1]) + 1
                file.write(_checked(spool, records, taken, blank))
                if left is not None:
                    left -= taken
                    if not left:
                        break
                if blank.count > LONGEST_LINE_BYTES:
                    raise Endless(TOO_BLANK, blank.line)
                progress(spool.rows - dialect.header, rows or 0)
        except Endless as error:
            pieces.raise_error(line)
            way_out = "correct the line" if "quote" in str(error) else CORRECT_LINE
            mistake = Mistake(f"line {error.line:,}", str(error), way_out)
            spool.mistakes.append(mistake)
        else:
            if left is None or left:
                pieces.raise_error(line)
                spool.broken = pieces.broken
    spool.rows = max(0, spool.rows - dialect.header)
    return spool


@dataclass(slots=True)
class _Blank:
    """Empty lines that wait for what follows them: at the end of a file they are no rows."""

    count: int = 0
    line: int = 0


def _begin(spool: Spool, records: Records) -> None:
    """The width of all records is that of the first."""
    place = int(records.empty.argmin())
    if records.empty[place]:
        return  # nothing but empty lines so far
    spool.width = int(records.fields[place])
    if spool.dialect.header:
        head = records.text[int(records.starts[place]) : int(records.ends[place])]
        spool.header = next(iter(first_records(head, spool.dialect, 1)), [""])
    if spool.width > MOST_COLUMNS:
        rule = f"a row must have at most {MOST_COLUMNS:,} columns, got {spool.width:,}"
        spool.mistakes.append(Mistake("line 1", rule, "leave columns out"))


def _checked(spool: Spool, records: Records, taken: int, blank: _Blank) -> bytes:
    """The text of the first records; what breaks a rule goes to the mistakes."""
    empty = records.empty[:taken]
    filled = (~empty).nonzero()[0]
    end = int(filled[-1]) + 1 if len(filled) else 0
    inside = int(empty[:end].sum())
    if end and (blank.count or inside):
        first = blank.line or int(records.lines[int(empty.argmax())])
        rule = f"a row must have {spool.width} columns, got an empty line"
        untold = blank.count + inside - 1
        place = f"line {first:,}"
        spool.mistakes.append(Mistake(place, rule, CORRECT_LINE, untold=untold))
        blank.count = blank.line = 0
    if end < taken:
        blank.line = blank.line or int(records.lines[end])
        blank.count += taken - end
    ragged = ((records.fields[:end] != spool.width) & ~empty[:end]).nonzero()[0]
    told = ragged[: max(0, MOST_TOLD - len(spool.mistakes))]
    spool.untold += len(ragged) - len(told)
    for place in told:
        rule = (
            f"a row must have {spool.width} columns, got {int(records.fields[place])}: "
            f"{shown(records.record(int(place)))}"
        )
        spool.mistakes.append(Mistake(f"line {int(records.lines[place]):,}", rule, QUOTE_TEXT))
    if records.stray is not None and not any("quote" in known.rule for known in spool.mistakes):
        rule = "a quote must stand around a whole field, or be doubled inside one"
        spool.mistakes.append(Mistake(f"line {records.stray:,}", rule, "correct the line"))
    spool.tangled = spool.tangled or records.tangled
    lengths = records.ends[:end] - records.starts[:end]
    spool.longest = max(spool.longest, int(lengths.max(initial=0)))
    spool.rows += end
    return records.text[: int(records.ends[end - 1])] if end else b""
