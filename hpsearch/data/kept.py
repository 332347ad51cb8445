"""Rows kept in a study's folder, so that it is self-contained wherever it is moved."""

import json
from pathlib import Path
from typing import Any, get_args

import numpy as np

from hpsearch.arrays import Array, DamagedError, read_arrays, write_arrays
from hpsearch.data.columns import MISSING, Column, Kind, RawRows
from hpsearch.data.sources.registry import SOURCES
from hpsearch.data.table import Origin, Table
from hpsearch.errors import shown


def keep_rows(path: Path, table: Table) -> None:
    """Write all rows of a table, those of the test included, with where they came from."""
    origin = {"kind": table.origin.kind, "description": table.origin.description}
    about = {
        "columns": [[column.name, column.kind] for column in table.columns],
        "vocabularies": table.raw.vocabularies,
        "classes": table.classes,
        "source": origin,
    }
    text = np.array(json.dumps(about))
    raw = {"numbers": table.raw.numbers, "codes": table.raw.codes}
    write_arrays(path, {"about": text, **raw, "labels": table.labels})


def kept_rows(path: Path) -> Table | None:
    """The rows that were kept, or None where they are missing or damaged."""
    try:
        return read_kept_rows(path)
    except (FileNotFoundError, DamagedError):
        return None


def read_kept_rows(path: Path) -> Table:
    """The rows that were kept.

    Raises:
        FileNotFoundError: If there are none.
        DamagedError: If they are not as they were written, or are no rows of a study.
    """
    arrays = read_arrays(path)
    try:
        about = json.loads(str(arrays["about"]))
        columns = tuple(Column(str(name), kind) for name, kind in about["columns"])
        vocabularies = tuple(tuple(map(str, texts)) for texts in about["vocabularies"])
        classes, source = tuple(map(str, about["classes"])), about["source"]
        kind, description = source["kind"], source["description"]
        raw = RawRows(arrays["numbers"], arrays["codes"], vocabularies)
        labels = arrays["labels"]
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedError(f"it holds no rows of a study ({error})") from None
    if (
        problem := _wrong_origin(kind, description)
        or _wrong_columns(columns)
        or _wrong_arrays(columns, raw, labels)
    ):
        raise DamagedError(problem)
    origin = Origin(SOURCES[kind].name, description, SOURCES[kind].simulated)
    return Table(raw, labels, columns, origin, classes)


def _wrong_origin(kind: Any, description: Any) -> str | None:
    """What is wrong with where rows of somebody else are said to come from."""
    if isinstance(kind, str) and kind in SOURCES and isinstance(description, str):
        return None
    return f"it must say where its rows came from, got {shown(kind)} and {shown(description)}"


def _wrong_columns(columns: tuple[Column, ...]) -> str | None:
    """What is wrong with the columns that somebody names."""
    for column in columns:
        if column.kind not in get_args(Kind):
            return f"columns must be of kind {', '.join(get_args(Kind))}, got {shown(column.kind)}"
    return None


def _wrong_arrays(columns: tuple[Column, ...], raw: RawRows, labels: Array) -> str | None:
    """What is wrong with rows that somebody made."""
    texts = sum(column.is_text for column in columns)
    numbers, codes = raw.numbers, raw.codes
    if not _is_float(numbers) or numbers.ndim != 2 or numbers.shape[1] != len(columns) - texts:
        return f"numbers must be floats of {len(columns) - texts} columns, got {_form(numbers)}"
    if codes.dtype != np.int32 or codes.shape != (len(numbers), texts):
        return f"codes must be int32 of {texts} columns, got {_form(codes)}"
    if not _is_float(labels) or labels.shape != numbers.shape[:1]:
        return f"labels must be floats, one for each row, got {_form(labels)}"
    if np.isinf(numbers).any() or not np.isfinite(labels).all():
        return "numbers and labels must be finite"
    sizes = [len(vocabulary) for vocabulary in raw.vocabularies]
    if len(sizes) != texts or bool(((codes < MISSING) | (codes >= np.array(sizes, int))).any()):
        return "codes must be places in a vocabulary for each column of texts"
    return None


def _is_float(array: Array) -> bool:
    return array.dtype in (np.float32, np.float64)


def _form(array: Array) -> str:
    return f"{array.dtype} {array.shape}"
