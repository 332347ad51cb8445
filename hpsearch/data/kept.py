"""Rows kept in a study's folder, so that it is self-contained wherever it is moved."""

import json
from collections.abc import Mapping, Sequence
from operator import gt
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from hpsearch.arrays import Array, DamagedError
from hpsearch.data.columns import Column, Kind, RawRows
from hpsearch.data.gathering import turned
from hpsearch.data.parquet import ParquetFile, Texts, open_parquet, write_parquet
from hpsearch.data.room import IN_MEMORY, Room, pieces, row_bytes
from hpsearch.data.sources.registry import SOURCES
from hpsearch.data.table import Origin, Table
from hpsearch.errors import shown

#: What the label's column is called.
LABEL = "label"

#: Types of numbers, as NumPy and as DuckDB call them.
TYPES: Mapping[str, str] = {"float32": "FLOAT", "float64": "DOUBLE", "uint8": "UTINYINT"}

#: Texts of a vocabulary that are written out; of more only where the rows do not tell them.
LISTED = 1_000

LABEL_TYPES = (TYPES["float32"], TYPES["float64"])


def keep_rows(path: Path, table: Table, room: Room = IN_MEMORY) -> None:
    """Write all rows of a table, those of the test included, with where they came from.

    Each column is one of the file, by its name; the label is the last.

    Args:
        room: For the values column by column, as the file has them.
    """
    origin = {"kind": table.origin.kind, "description": table.origin.description}
    about = {
        "columns": [[column.name, column.kind] for column in table.columns],
        "vocabularies": [
            None if _is_told(texts, codes) else texts
            for texts, codes in zip(table.raw.vocabularies, table.raw.codes.T, strict=True)
        ],
        "classes": table.classes,
        "numbers": str(table.raw.numbers.dtype),
        "source": origin,
    }
    numbers = iter(turned(table.raw.numbers, room))
    texts = map(Texts, turned(table.raw.codes, room), table.raw.vocabularies)
    columns = [
        (column.name, next(texts if column.is_text else numbers)) for column in table.columns
    ]
    write_parquet(path, [*columns, (LABEL, table.labels)], json.dumps(about))


def kept_rows(path: Path, room: Room = IN_MEMORY) -> Table | None:
    """The rows that were kept, or None where they are missing or damaged."""
    try:
        return read_kept_rows(path, room)
    except (FileNotFoundError, DamagedError):
        return None


def read_kept_rows(path: Path, room: Room = IN_MEMORY) -> Table:
    """The rows that were kept.

    Args:
        room: For their values.

    Raises:
        FileNotFoundError: If there are none.
        DamagedError: If they are not as they were written, or are no rows of a study.
    """
    with open_parquet(path) as file:
        try:
            about = json.loads(file.about)
            columns = tuple(Column(str(name), kind) for name, kind in about["columns"])
            vocabularies = tuple(
                None if texts is None else tuple(map(str, texts)) for texts in about["vocabularies"]
            )
            classes, source = tuple(map(str, about["classes"])), about["source"]
            kind, description = source["kind"], source["description"]
            dtype = str(about["numbers"])
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedError(f"it holds no rows of a study ({error})") from None
        if problem := _wrong_columns(columns, file.types, dtype):
            raise DamagedError(problem)
        raw, labels = _read(file, columns, vocabularies, dtype, room)
    if problem := _wrong_origin(kind, description) or _wrong_values(raw, labels):
        raise DamagedError(problem)
    origin = Origin(SOURCES[kind].name, description, SOURCES[kind].simulated)
    return Table(raw, labels, columns, origin, classes)


def _wrong_origin(kind: Any, description: Any) -> str | None:
    """What is wrong with where rows of somebody else are said to come from."""
    if isinstance(kind, str) and kind in SOURCES and isinstance(description, str):
        return None
    return f"it must say where its rows came from, got {shown(kind)} and {shown(description)}"


def _wrong_columns(columns: tuple[Column, ...], types: Sequence[str], dtype: str) -> str | None:
    """What is wrong with the columns that somebody names."""
    for column in columns:
        if column.kind not in get_args(Kind):
            return f"columns must be of kind {', '.join(get_args(Kind))}, got {shown(column.kind)}"
    if dtype not in TYPES:
        return f"numbers must be {' or '.join(TYPES)}, got {shown(dtype)}"
    *found, label = types
    expected = ["VARCHAR" if column.is_text else TYPES[dtype] for column in columns]
    if found != expected:
        return f"columns must be of types {shown(expected)}, got {shown(found)}"
    if label not in LABEL_TYPES:
        return f"labels must be {' or '.join(LABEL_TYPES)}, got {label}"
    return None


def _read(
    file: ParquetFile,
    columns: tuple[Column, ...],
    vocabularies: tuple[tuple[str, ...] | None, ...],
    dtype: str,
    room: Room,
) -> tuple[RawRows, Array]:
    """The values of columns, and the labels, which are the last column."""
    texts = [place for place, column in enumerate(columns) if column.is_text]
    others = [place for place, column in enumerate(columns) if not column.is_text]
    if len(texts) != len(vocabularies):
        raise DamagedError(f"there must be {len(texts)} vocabularies, got {len(vocabularies)}")
    numbers = room.zeros((file.rows, len(others)), dtype)
    for index, (_, values) in enumerate(file.numbers(others)):
        numbers[:, index] = values
    codes = room.zeros((file.rows, len(texts)), np.int32)
    known: list[tuple[str, ...]] = []
    for index, (place, vocabulary) in enumerate(zip(texts, vocabularies, strict=True)):
        codes[:, index], found = file.codes(place, vocabulary)
        known.append(found)
    ((_, labels),) = file.numbers([len(columns)])
    return RawRows(numbers, codes, tuple(known)), labels


def _is_told(vocabulary: Sequence[str], codes: NDArray[np.int32]) -> bool:
    """Whether the rows tell a long vocabulary: its texts in their order, and each in some row."""
    if len(vocabulary) <= LISTED or any(map(gt, vocabulary, vocabulary[1:])):
        return False
    return len(np.unique(codes[codes >= 0])) == len(vocabulary)


def _wrong_values(raw: RawRows, labels: Array) -> str | None:
    """What is wrong with values that somebody made."""
    numbers = raw.numbers
    infinite = (np.isinf(numbers[rows]).any() for rows in pieces(len(raw), row_bytes(numbers)))
    if any(infinite) or not np.isfinite(labels).all():
        return "numbers and labels must be finite"
    return None
