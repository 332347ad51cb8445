"""A user's own comma-separated file: its header, its label, its rows."""

import csv
from pathlib import Path

from hpsearch.data.sources.blocks import first_line, refuse_line
from hpsearch.data.sources.rows import Layout, number_in, parse_rows, refuse_short
from hpsearch.data.sources.source import Request, RowProgress, Source
from hpsearch.data.table import Origin, Table
from hpsearch.errors import DataError, named, printable, shown
from hpsearch.tasks.task import Task

__all__ = ["CSV", "read_csv"]

MOST_COLUMNS = 1_000_000


def read_csv(
    path: Path, *, label: int | str, task: Task, rows: int | None, progress: RowProgress
) -> Table:
    """Read a user's own file: numbers in columns, one of them the label.

    A first line with a text that is no number is a header. Blank lines at the end are ignored.

    Args:
        path: A comma-separated file, plain or gzip, which its first bytes tell.
        label: The label's column, counted from 0, or its name in the header.
        task: What a label must be.
        rows: How many to read from the top; None reads all.
        progress: Called after each block of some megabytes.

    Raises:
        DataError: If the file cannot be read, a row breaks a rule, or there are fewer rows than
            asked for.
    """
    first = first_line(path)
    if first.count(",") >= MOST_COLUMNS:
        columns = first.count(",") + 1
        refuse_line(path, 1, f"a row must have at most {MOST_COLUMNS:,} columns, got {columns:,}")
    try:
        fields = [field.strip() for field in next(csv.reader([first.replace("\r", " ")]), [])]
    except csv.Error as error:
        refuse_line(path, 1, f"must be a header or numbers, got {shown(first)} ({error})")
    header = any(field and number_in(field.encode()) is None for field in fields)
    if len(fields) < 2:
        raise DataError(
            f"{named(path)}, line 1: a row must have a label and at least 1 feature, separated by "
            f"commas, got {len(fields)} column: {shown(first)}"
        )
    place = _find_label(path, label, fields, header)
    names = tuple(
        field if header and field else f"column {index}" for index, field in enumerate(fields)
    )
    layout = Layout(names, place, task)
    read = parse_rows(path, layout, rows=rows, header=header, progress=progress)
    count = len(read.labels)
    if rows is not None and count < rows:
        refuse_short(path, rows, read)
    if read.broken and rows is None:
        raise DataError(
            f"{named(path)} {read.broken} after {count:,} whole rows; fetch or pack it again, "
            f"or ask for no more rows than these"
        )
    if not count:
        raise DataError(f"{named(path)} has no rows under its header; give at least 1")
    which = "all" if rows is None else "the first"
    origin = Origin("csv", f"{which} {count:,} rows of {printable(path.name)}", simulated=False)
    return Table.of_numbers(read.features, read.labels, layout.features, origin)


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


def _read(request: Request) -> Table:
    """All rows of the file, so that the test does not depend on how many the others need."""
    return read_csv(
        request.file(),
        label=request.section.label,
        task=request.task,
        rows=None,
        progress=request.progress,
    )


CSV = Source("csv", takes_file=True, simulated=False, read=_read)
