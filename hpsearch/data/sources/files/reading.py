"""A file as a ``Table``: its columns by kind, its label as classes or numbers."""

from collections.abc import Callable
from pathlib import Path

from hpsearch.data.columns import Column, RawRows
from hpsearch.data.sources.source import RowProgress
from hpsearch.data.table import Table
from hpsearch.study.table_keys import TableKeys
from hpsearch.tasks.task import Task


def read_file(
    path: Path,
    *,
    label: int | str,
    task: Task,
    given: TableKeys = TableKeys(),
    rows: int | None = None,
    progress: RowProgress,
    tell: Callable[[str], None],
) -> Table:
    """Read a table from a file; what ``given`` leaves out is inferred from the rows that are read.

    Args:
        path: CSV of any dialect, plain or packed; Parquet; a NumPy archive of arrays.
        label: The label's column, by name or counted from 0.
        task: Whether labels are classes or numbers.
        given: How the file is read; a study's ``[data]`` will do.
        rows: How many to read from the top; None reads all.
        progress: Called with rows read so far.
        tell: Takes a line for each column that is left out and each remark.

    Raises:
        DataError: With all mistakes of the file, the first twenty of many.
    """
    raise NotImplementedError


def read_columns(
    path: Path, columns: tuple[Column, ...], given: TableKeys = TableKeys()
) -> RawRows:
    """Read known columns of a file by their names, in this order; others are ignored.

    Raises:
        DataError: With all mistakes of the file, missing columns among them.
    """
    raise NotImplementedError
