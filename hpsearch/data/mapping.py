"""Large arrays in files that all processes of a machine map: workers share one copy of the rows.

A file is named by a digest of what it holds, so that the next run finds it, and is checked before
it is used again.
"""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.files import cache_folder, can_be_written, replacing, sweep, trim

#: Arrays of fewer bytes stay in memory: every process can have its own.
LEAST_BYTES = 64 << 20

#: The folder is trimmed to this when a run begins, the arrays used longest ago first.
LARGEST_BYTES = 32 << 30

#: What must be left free on the disk.
FREE_BYTES = 1 << 30

_PIECE_BYTES = 1 << 24


class MappedArray(np.ndarray[Any, np.dtype[Any]]):
    """An array whose values are in a file; sent to another process, it is mapped there, too."""

    path: Path | None = None

    @classmethod
    def open(cls, path: Path) -> Self:
        """Map a file; whoever writes into the array changes a page of its own.

        Raises:
            OSError: If it can't be read.
            ValueError: If it is no array.
        """
        array: Self = np.load(path, mmap_mode="c", allow_pickle=False).view(cls)
        array.path = path
        return array

    def __reduce__(self) -> Any:
        """Pickled by its path; a part of it, or what was computed from it, by its values.

        A file that is gone is written again: whoever empties a cache harms no study that runs.
        """
        if self.path is not None:
            with suppress(OSError):
                if not self.path.is_file():
                    _write(self.path, self)
                return MappedArray.open, (self.path,)
        return super().__reduce__()


def array_folder(environment: Mapping[str, str]) -> Path | None:
    """The folder of mapped arrays, made if need be and trimmed; None where there can be none."""
    cache = cache_folder(environment)
    if cache is None or not can_be_written(cache / "arrays"):
        return None
    sweep(cache / "arrays")
    trim(cache / "arrays", LARGEST_BYTES)
    return cache / "arrays"


def mapped(array: NDArray[Any], folder: Path | None, tell: Callable[[str], None]) -> NDArray[Any]:
    """A large array as one that is mapped; the array itself where there is no room for a file.

    Args:
        folder: Where files are; None where there can be none.
        tell: Takes a line where there is no room.
    """
    if folder is None or array.nbytes < LEAST_BYTES or isinstance(array, MappedArray):
        return array
    path = folder / f"{_digest(array)}.npy"
    with suppress(OSError, ValueError):
        kept = MappedArray.open(path)
        if _digest(kept) == path.stem:
            path.touch()
            return kept
    problem = shortage(array.nbytes, folder)
    if problem is None:
        try:
            _write(path, array)
            return MappedArray.open(path)
        except OSError as error:
            problem = f"rows can't be written to {path}: {error.strerror}"
    tell(
        f"{problem}; each worker holds them in its memory instead "
        f"(HPSEARCH_CACHE names another folder)"
    )
    return array


def shortage(size: int, folder: Path) -> str | None:
    """What is wrong with a file of so many bytes in a folder whose disk has no room for it."""
    free = shutil.disk_usage(folder).free
    if free - size >= FREE_BYTES:
        return None
    return (
        f"rows of {size / 1e9:.1f} GB need a file in {folder}, where {free / 1e9:.1f} GB are free "
        f"and 1 must stay so"
    )


def _write(path: Path, array: NDArray[Any]) -> None:
    with replacing(path) as fresh, fresh.open("wb") as file:
        np.save(file, array, allow_pickle=False)


def _digest(array: NDArray[Any]) -> str:
    """SHA-256 of an array's type, shape and values, 64 hex digits."""
    digest = hashlib.sha256(f"{array.dtype.str}{array.shape}".encode())
    values = np.ascontiguousarray(array).view(np.uint8).reshape(-1)
    for start in range(0, len(values), _PIECE_BYTES):
        digest.update(values[start : start + _PIECE_BYTES].data)
    return digest.hexdigest()
