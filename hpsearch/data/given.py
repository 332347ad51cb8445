"""A ``rows.parquet`` that a user hands over: rows that the folder of a study kept."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpsearch.arrays import DamagedError
from hpsearch.data.columns import Column, Kind, RawRows
from hpsearch.data.kept import read_kept_rows
from hpsearch.data.parquet import is_ours
from hpsearch.data.room import IN_MEMORY, Room
from hpsearch.data.sources.files.streaming import Stream, refuse_absent, stream_columns, wrong_kinds
from hpsearch.data.table import Table
from hpsearch.errors import DataError, named
from hpsearch.inputs import NotAFile
from hpsearch.study.table_keys import TableKeys

#: Rows of a block.
BLOCK = 8_192


def is_kept(path: Path) -> bool:
    """Whether a file is one that a study's folder kept, and not a user's own."""
    if path.suffix != ".parquet":
        return False
    try:
        return is_ours(path)
    except NotAFile as error:
        raise DataError(f"{named(path)} {error}") from None
    except OSError:
        return False  # its source says what is wrong


def given_rows(path: Path, room: Room = IN_MEMORY) -> Table:
    """The rows of such a file.

    Raises:
        DataError: If it is damaged.
    """
    try:
        return read_kept_rows(path, room)
    except (DamagedError, FileNotFoundError) as error:
        raise DataError(
            f"{named(path)} must be the whole rows.parquet of a study's folder, got a damaged "
            f"file: {error}; give the file that they came from"
        ) from None


@contextmanager
def open_columns(path: Path, columns: Sequence[Column], given: TableKeys) -> Iterator[Stream]:
    """Open new rows by the columns that a model takes, a file of any format or kept rows.

    Raises:
        DataError: As ``stream_columns`` does.
    """
    if not is_kept(path):
        with stream_columns(path, columns, given) as stream:
            yield stream
        return
    table = given_rows(path)
    refuse_absent(path, [column.name for column in columns], table.names)
    if wrong := _wrong_kinds(table, columns):
        raise wrong_kinds(path, wrong)
    raw = _chosen(table, columns)
    wanted = {column.name for column in columns}
    ignored = tuple(name for name in table.names if name not in wanted)
    blocks = (raw[first : first + BLOCK] for first in range(0, len(raw), BLOCK))
    yield Stream(len(raw), ignored, blocks)


def _wrong_kinds(table: Table, columns: Sequence[Column]) -> list[tuple[Column, str]]:
    """Columns of which the table holds values of another kind, with that kind."""
    kinds = {column.name: column.kind for column in table.columns}
    places = _places(table, texts=False)
    wrong: list[tuple[Column, str]] = []
    for column in columns:
        kind = kinds[column.name]
        if kind == column.kind:
            continue
        place = places.get(column.name)
        if place is None or not _stands_for(table.raw.numbers[:, place], kind, column.kind):
            wrong.append((column, kind))
    return wrong


def _stands_for(values: NDArray[np.floating[Any]], kept: Kind, wanted: Kind) -> bool:
    """Whether kept numbers of one kind are also of another: a boolean is 0 or 1."""
    if (kept, wanted) == ("number", "boolean"):
        return bool((np.isin(values, (0, 1)) | np.isnan(values)).all())
    return (kept, wanted) == ("boolean", "number")


def _places(table: Table, *, texts: bool) -> dict[str, int]:
    """Where the columns of texts, or all others, stand among their like."""
    names = (column.name for column in table.columns if column.is_text == texts)
    return {name: place for place, name in enumerate(names)}


def _chosen(table: Table, columns: Sequence[Column]) -> RawRows:
    """These columns in this order."""
    numbers, texts = _places(table, texts=False), _places(table, texts=True)
    number_places = [numbers[column.name] for column in columns if not column.is_text]
    text_places = [texts[column.name] for column in columns if column.is_text]
    return RawRows(
        table.raw.numbers[:, number_places].astype(np.float64),
        table.raw.codes[:, text_places],
        tuple(table.raw.vocabularies[place] for place in text_places),
    )
