"""The columns that say something of rows: groups, times, the names of parts, and weights."""

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.columns import MISSING, Column
from hpsearch.data.table import Table
from hpsearch.errors import DataError, did_you_mean, shown

#: What a column that names parts says in each row.
PARTS = ("train", "validation", "test")


def group_codes(table: Table, name: str) -> NDArray[np.int64]:
    """A whole number for the group of each row, int64 ``(rows,)``.

    Raises:
        DataError: If there is no such column, or a row has no value in it.
    """
    values = _values(table, "group", name)
    codes: NDArray[np.int64] = np.unique(values, return_inverse=True)[1].astype(np.int64)
    return codes


def times(table: Table, name: str) -> NDArray[np.float64]:
    """The time of each row, days since 1970 or the number that is there, float64 ``(rows,)``.

    Raises:
        DataError: If there is no such column, it holds texts, or a row has no value in it.
    """
    column = _column(table, "time", name)
    if column.is_text:
        raise DataError(
            f"data.time = {name!r} must be a column of dates or numbers, got texts; "
            f"name another column, or write its values as dates (2026-01-31)"
        )
    return _values(table, "time", name).astype(np.float64)


def row_weights(table: Table, name: str) -> NDArray[np.float64]:
    """What each row counts, float64 ``(rows,)``, at least 0.

    Raises:
        DataError: If there is no such column, it holds texts, or a row has none or one below 0.
    """
    if _column(table, "weight", name).is_text:
        raise DataError(f"data.weight = {name!r} must be a column of numbers, got texts")
    weights = _values(table, "weight", name).astype(np.float64)
    wrong = np.flatnonzero(weights < 0)
    if len(wrong):
        raise DataError(
            f"data.weight = {name!r} must be at least 0 in each row, got {weights[wrong[0]]:g} in "
            f"row {wrong[0] + 1:,}, the first of {len(wrong):,} of {len(table):,} rows; "
            f"correct them, or leave these rows out of the file"
        )
    return weights


def named_parts(table: Table, name: str) -> NDArray[np.str_]:
    """``train``, ``validation`` or ``test`` for each row, in whatever case it is written.

    Raises:
        DataError: If there is no such column, or it says something else.
    """
    column, values = _column(table, "part", name), _values(table, "part", name)
    if not column.is_text:
        texts, codes = np.unique(values, return_inverse=True)
        vocabulary = [f"{text:g}" for text in texts]
    else:
        vocabulary, codes = list(_vocabulary(table, column)), values
    parts = [text.strip().lower() for text in vocabulary]
    counts = np.bincount(codes, minlength=len(parts))
    others = [
        (int(count), text)
        for text, part, count in zip(vocabulary, parts, counts, strict=True)
        if count and part not in PARTS
    ]
    if others:
        count, text = max(others)
        more = f" and {len(others) - 1:,} other values" if len(others) > 1 else ""
        raise DataError(
            f"data.part = {name!r} must say train, validation or test in each row, got "
            f"{shown(text)} in {count:,} rows{more}; name the column that says so"
        )
    return np.array(parts)[codes]


def _column(table: Table, entry: str, name: str) -> Column:
    for column in table.columns:
        if column.name == name:
            return column
    known = table.names
    raise DataError(
        f"data.{entry} = {shown(name)} must name a column of {table.origin.description}, got none "
        f"of that name{did_you_mean(name, known)}; its columns are {shown(', '.join(known))}"
    )


def _values(table: Table, entry: str, name: str) -> NDArray[np.generic]:
    """Numbers, or codes of texts; of each row."""
    column = _column(table, entry, name)
    alike = [other.name for other in table.columns if other.is_text == column.is_text]
    values = (table.raw.codes if column.is_text else table.raw.numbers)[:, alike.index(name)]
    missing = np.flatnonzero(values == MISSING if column.is_text else np.isnan(values))
    if len(missing):
        raise DataError(
            f"data.{entry} = {name!r} must have a value in each row, got none in {len(missing):,} "
            f"of {len(table):,} rows, the first of them row {missing[0] + 1:,}; "
            f"fill them in, or leave these rows out of the file"
        )
    return values


def _vocabulary(table: Table, column: Column) -> tuple[str, ...]:
    texts = [other.name for other in table.columns if other.is_text]
    return table.raw.vocabularies[texts.index(column.name)]
