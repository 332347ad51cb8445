"""Room for rows that are prepared: large arrays are in files without a name, and not in memory.

The operating system writes what is not in use to the disk. A file is gone with its array, however
the process ends.
"""

import math
import mmap
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from hpsearch.data.mapping import LEAST_BYTES, array_folder, shortage

#: Bytes of rows that are worked on at a time.
PIECE_BYTES = 1 << 24


def _ignore(*_: object) -> None:
    """Nobody is told."""


@dataclass(frozen=True, slots=True)
class Room:
    """Where large arrays go while rows are prepared, and who is told.

    Attributes:
        folder: Of files; None keeps all arrays in memory.
        tell: Takes a line where there is no room on the disk.
        progress: Called with rows that are prepared so far, and all rows of a large table.
    """

    folder: Path | None = None
    tell: Callable[[str], None] = _ignore
    progress: Callable[[int, int], None] = _ignore

    @classmethod
    def of(
        cls,
        environment: Mapping[str, str],
        tell: Callable[[str], None],
        progress: Callable[[int, int], None] = _ignore,
    ) -> Self:
        """Room in the folder of caches that the environment names."""
        return cls(array_folder(environment), tell, progress)

    def zeros(self, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """An array of zeros: a large one in a file; in memory where the disk has no room for it."""
        kind = np.dtype(dtype)
        size = math.prod(shape) * kind.itemsize
        if self.folder is None or size < LEAST_BYTES:
            return np.zeros(shape, kind)
        problem = shortage(size, self.folder)
        if problem is None:
            try:
                with tempfile.TemporaryFile(dir=self.folder) as file:
                    _reserve(file.fileno(), size)
                    values = np.frombuffer(mmap.mmap(file.fileno(), size), kind)
                return values.reshape(shape)
            except OSError as error:
                problem = f"rows can't be written to {self.folder}: {error.strerror or error}"
        self.tell(
            f"{problem}; they are held in memory instead (HPSEARCH_CACHE names another folder)"
        )
        return np.zeros(shape, kind)


#: All arrays are in memory, and nobody is told.
IN_MEMORY = Room()


class Gauge:
    """How far the preparing of a large table is, in rows, whatever is done to them how often.

    Args:
        progress: As in ``Room``; not called for a table of fewer than ``LEAST_BYTES`` bytes.
        rows: All rows of the table.
        size: Its bytes.
        work: What ``advance`` is called with in all.
    """

    def __init__(
        self, progress: Callable[[int, int], None], rows: int, size: int, work: float
    ) -> None:
        self._progress = progress if size >= LEAST_BYTES else _ignore
        self._rows, self._work, self._done = rows, work, 0.0

    def advance(self, work: float) -> None:
        """Some more of the work is done."""
        self._done += work
        self._progress(min(round(self._rows * self._done / self._work), self._rows), self._rows)


def pieces(rows: int, row_bytes: int) -> Iterator[slice]:
    """All rows, some megabytes at a time; at least one row."""
    step = max(1, PIECE_BYTES // max(row_bytes, 1))
    return (slice(start, min(start + step, rows)) for start in range(0, rows, step))


def row_bytes(array: NDArray[Any]) -> int:
    """Bytes of one row of an array ``(rows, …)``."""
    return math.prod(array.shape[1:]) * array.itemsize


def _reserve(descriptor: int, size: int) -> None:
    """Take room on the disk now: a mapped file that finds none later ends the process.

    Raises:
        OSError: If there is none.
    """
    os.ftruncate(descriptor, size)
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
