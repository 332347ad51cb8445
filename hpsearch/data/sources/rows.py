"""Rows of comma-separated numbers: read in blocks, checked whole, with the line of a mistake.

NumPy's parser reads a block at a time; only a block that it refuses, or whose values break a rule,
is read again line by line to find the first mistake.
"""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.gathering import lengthened
from hpsearch.data.room import IN_MEMORY, Room
from hpsearch.data.sources.blocks import Broken, line_blocks, refuse_line
from hpsearch.data.sources.source import RowProgress
from hpsearch.data.table import Features, Labels
from hpsearch.errors import DataError, named, shown
from hpsearch.tasks.task import Task

__all__ = ["Layout", "Rows", "number_in", "parse_rows", "refuse_short"]

#: Rows that there is room for at first; it is doubled as they come.
FIRST_ROWS = 1 << 18

FLOAT32_END = 2.0**128 - 2.0**103  # what is below rounds to a finite float32


@dataclass(frozen=True, slots=True)
class Layout:
    """What each line holds: the names of all columns, the place of the label, and its task."""

    names: tuple[str, ...]
    label: int
    task: Task

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


def parse_rows(
    path: Path,
    layout: Layout,
    *,
    rows: int,
    header: bool = False,
    progress: RowProgress,
    trust_end: bool = True,
    room: Room = IN_MEMORY,
) -> Rows:
    """Read up to ``rows`` rows, fewer where the file ends before; nothing behind them is looked at.

    Args:
        path: A comma-separated file, plain or gzip.
        layout: What each line must hold.
        progress: Called after each block of some megabytes.
        header: Whether the first line is none of the rows.
        room: For the rows.
        trust_end: Whether a last line without a line break counts in a plain file. In a gzip file
            it counts where the file is complete.

    Raises:
        DataError: If the file cannot be read or is empty, or a row breaks a rule, with its line.
    """
    features = room.zeros((min(rows, FIRST_ROWS), len(layout.features)), np.float32)
    labels: list[Labels] = []
    count, broken = 0, None
    try:
        for line, block in line_blocks(path, rows, header, trust_end):
            values = _parse(path, line, block, layout)
            labels.append(values[:, layout.label].copy())
            start, count = count, count + len(values)
            if count > len(features):
                most = min(max(2 * len(features), count), rows)
                features = lengthened(features, most, room)
            features[start:count] = np.delete(values, layout.label, axis=1)
            progress(count, rows)
    except Broken as error:
        broken = str(error)
    return Rows(features[:count], np.concatenate([np.empty(0, np.float32), *labels]), broken)


def refuse_short(path: Path, asked: int, read: Rows) -> NoReturn:
    """Raise the error of a file with too few rows.

    Raises:
        DataError: Always.
    """
    why = f" (the file {read.broken})" if read.broken else ""
    raise DataError(
        f"{named(path)} is too short: the study asks for {asked:,} rows, "
        f"got {len(read.labels):,}{why}; "
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
    labels = values[:, layout.label] if values.shape[1] > layout.label else np.array([np.nan])
    valid = (
        values.shape == (lines, len(layout.names))
        and bool((np.abs(values) < FLOAT32_END).all())
        and bool(layout.task.valid_targets(labels).all())
    )
    return values.astype(np.float32) if valid else _parse_lines(path, line, block, layout)


def _parse_lines(path: Path, start: int, block: bytes, layout: Layout) -> NDArray[np.float32]:
    """The same, slower, and with an error for the first mistake."""
    rows: list[list[float]] = []
    for line, ended in enumerate(block.removesuffix(b"\n").split(b"\n"), start):
        text = ended.removesuffix(b"\r")
        if (columns := text.count(b",") + 1) != len(layout.names):
            refuse_line(
                path,
                line,
                f"a row must have {len(layout.names)} columns, got {columns}: "
                f"{shown(text.decode(errors='replace'))}",
            )
        fields = text.split(b",")
        rows.append(
            [_checked(path, line, layout, index, field) for index, field in enumerate(fields)]
        )
    return np.array(rows, np.float32)


def _checked(path: Path, line: int, layout: Layout, index: int, field: bytes) -> float:
    """One value that keeps the rules, or the error that says which it breaks."""
    number = number_in(field)
    got = shown(field.decode(errors="replace"))
    nameless = layout.names[index] == f"column {index}"
    column = f"column {index}, counted from 0," if nameless else shown(layout.names[index])
    if index == layout.label and not _is_target(layout.task, number):
        rule = layout.task.target_rule
        refuse_line(path, line, f"{column} is the label and must be {rule}, got {got}")
    if number is None:
        refuse_line(path, line, f"{column} must be a number, got {got}")
    if not np.isfinite(number) and b"n" in field.lower():
        refuse_line(path, line, f"{column} must be finite, got {got}")
    if abs(number) >= FLOAT32_END:
        refuse_line(path, line, f"{column} must fit into float32, at most 3.4e38, got {got}")
    return number


def _is_target(task: Task, number: float | None) -> bool:
    return number is not None and bool(task.valid_targets(np.array([number]))[0])


def number_in(field: bytes) -> float | None:
    """A field's number, NaN and infinities included, or None."""
    try:
        return None if b"_" in field else float(field)
    except ValueError:
        return None
