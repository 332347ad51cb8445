"""Parts of whole groups, so that what is measured is measured on groups that are new."""

import numpy as np
from numpy.typing import NDArray

from hpsearch.errors import DataError
from hpsearch.study.cutting import LEAST_ROWS


def pick_groups(
    rows: NDArray[np.int64], groups: NDArray[np.int64], count: int, parts: int, name: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Take whole groups, in the order of their first rows, each that brings ``count`` nearer.

    Args:
        rows: Places of rows, in the order in which they are taken.
        groups: The group of each of these, a whole number.
        count: How many rows to take; it can't always be hit.
        parts: For how many parts there must be groups.
        name: The column's, for messages.

    Returns:
        The rows that were taken and the others, both in the order given.

    Raises:
        DataError: If there are fewer groups than parts, or all are too large.
    """
    _, first, codes, sizes = np.unique(
        groups, return_index=True, return_inverse=True, return_counts=True
    )
    if len(sizes) < parts:
        raise DataError(
            f"data.group = {name!r} must have a group for each part, got {len(sizes)} for "
            f"{parts} parts; name a column with more values, or leave data.group out"
        )
    taken, total, left = np.zeros(len(sizes), bool), 0, len(sizes)
    for group in np.argsort(first):
        if total >= count or left < parts:
            break
        larger = total + int(sizes[group])
        nearer = abs(total - count) - abs(larger - count)
        if nearer > 0 or (nearer == 0 and not total):
            taken[group], total, left = True, larger, left - 1
    if total < LEAST_ROWS:
        raise DataError(
            f"data.group = {name!r} keeps groups whole, and a part is to have {count:,} rows, got "
            f"groups of {sizes.min():,} rows and more; raise data.test or data.validation"
        )
    chosen = taken[codes]
    return rows[chosen], rows[~chosen]


def groups_by_size(
    codes: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Groups counted from the largest on, equals in the order of their first rows.

    Args:
        codes: The group of each row, ``(rows,)``.

    Returns:
        The place of each row's group in that order, ``(rows,)``, and the sizes, ``(groups,)``.
    """
    _, first, inverse, sizes = np.unique(
        codes, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((first, -sizes))
    place = np.empty(len(sizes), np.int64)
    place[order] = np.arange(len(sizes))
    return place[inverse], sizes[order]
