"""Rows kept in a study's folder, so that it is self-contained wherever it is moved."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from hpsearch.arrays import Array, DamagedError, read_arrays, write_arrays
from hpsearch.data.sources.registry import SOURCES
from hpsearch.data.table import Origin, Table
from hpsearch.errors import shown


def keep_rows(path: Path, table: Table) -> None:
    """Write all rows of a table, those of the test included, with where they came from."""
    origin = {"kind": table.origin.kind, "description": table.origin.description}
    about = {"names": table.names, "source": origin}
    text = np.array(json.dumps(about))
    write_arrays(path, {"about": text, "features": table.features, "labels": table.labels})


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
        names, source = tuple(map(str, about["names"])), about["source"]
        kind, description = source["kind"], source["description"]
        features, labels = arrays["features"], arrays["labels"]
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedError(f"it holds no rows of a study ({error})") from None
    if problem := _wrong_origin(kind, description) or _wrong_arrays(names, features, labels):
        raise DamagedError(problem)
    origin = Origin(SOURCES[kind].name, description, SOURCES[kind].simulated)
    return Table(features, labels, names, origin)


def _wrong_origin(kind: Any, description: Any) -> str | None:
    """What is wrong with where rows of somebody else are said to come from."""
    if isinstance(kind, str) and kind in SOURCES and isinstance(description, str):
        return None
    return f"it must say where its rows came from, got {shown(kind)} and {shown(description)}"


def _wrong_arrays(names: tuple[str, ...], features: Array, labels: Array) -> str | None:
    """What is wrong with rows that somebody made."""
    if features.dtype != np.float32 or features.ndim != 2 or features.shape[1] != len(names):
        return f"features must be float32 of {len(names)} columns, got {_form(features)}"
    if labels.dtype != np.float32 or labels.shape != features.shape[:1]:
        return f"labels must be float32, one for each row, got {_form(labels)}"
    if not np.isfinite(features).all() or not np.isin(labels, (0, 1)).all():
        return "features must be finite and labels 0 or 1"
    return None


def _form(array: Array) -> str:
    return f"{array.dtype} {array.shape}"
