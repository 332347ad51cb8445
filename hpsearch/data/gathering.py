"""Rows taken, joined and turned piece by piece, so that a large result is never in memory whole."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.columns import RawRows
from hpsearch.data.room import Room, pieces, row_bytes

__all__ = ["below_each_other", "gathered", "gathered_rows", "lengthened", "turned"]


def gathered_rows(raw: RawRows, places: NDArray[np.int64], room: Room) -> RawRows:
    """``raw[places]``, which shares nothing with the other rows."""
    numbers, codes = (gathered(values, places, room) for values in (raw.numbers, raw.codes))
    return RawRows(numbers, codes, raw.vocabularies)


def gathered(array: NDArray[Any], places: NDArray[Any], room: Room) -> NDArray[Any]:
    """``array[places]``, in a file where it is large.

    Args:
        places: Of rows, ``(rows,)``.
    """
    taken = room.zeros((len(places), *array.shape[1:]), array.dtype)
    for rows in pieces(len(places), row_bytes(array)):
        taken[rows] = array[places[rows]]
    return taken


def turned(array: NDArray[Any], room: Room) -> NDArray[Any]:
    """The transpose of an array ``(rows, columns)``, contiguous; in a file where it is large."""
    columns = room.zeros(array.shape[::-1], array.dtype)
    for rows in pieces(len(array), row_bytes(array)):
        columns[:, rows] = array[rows].T
    return columns


def below_each_other(first: NDArray[Any], second: NDArray[Any], room: Room) -> NDArray[Any]:
    """Rows of two arrays as ``np.concatenate`` has them, in a file where they are large."""
    kind = np.result_type(first, second)
    joined = room.zeros((len(first) + len(second), *first.shape[1:]), kind)
    joined[: len(first)], joined[len(first) :] = first, second
    return joined


def lengthened(array: NDArray[Any], rows: int, room: Room) -> NDArray[Any]:
    """The rows of an array, and zeros below them."""
    longer = room.zeros((rows, *array.shape[1:]), array.dtype)
    longer[: len(array)] = array
    return longer
