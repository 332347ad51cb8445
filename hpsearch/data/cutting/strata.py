"""Stratified parts: each has the classes in the shares that all rows have."""

import numpy as np
from numpy.typing import NDArray

#: Rows of a class that a part gets where there are enough.
ENOUGH = 2


def pick_stratified(
    rows: NDArray[np.int64], labels: NDArray[np.floating], count: int, parts: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Take so many rows, of each class its share of them; the first of each class go first.

    Args:
        rows: Places of rows, in the order in which they are taken.
        labels: Of these rows.
        count: How many to take, at most all.
        parts: For how many parts there must be rows; each gets at least 2 of a class where it can.

    Returns:
        The rows that were taken and the others, both in the order given.
    """
    _, sizes = np.unique(labels, return_counts=True)
    by_class = np.argsort(labels, kind="stable")
    chosen = np.zeros(len(rows), bool)
    starts = np.cumsum(sizes) - sizes
    for start, taken in zip(starts, allocate(count, sizes, parts), strict=True):
        chosen[by_class[start : start + taken]] = True
    return rows[chosen], rows[~chosen]


def allocate(count: int, sizes: NDArray[np.int64], parts: int) -> NDArray[np.int64]:
    """How many rows of each class a part of ``count`` rows gets, by the largest remainders.

    Args:
        sizes: Rows of each class, int64 ``(classes,)``; ``count`` is at most their sum.
        parts: Parts that are still to be filled, this one included.
    """
    least = np.minimum(ENOUGH, sizes // parts)
    for fewer in range(ENOUGH, -1, -1):  # where there are more classes than rows
        least = np.minimum(least, fewer)
        if least.sum() <= count:
            break
    most = sizes - least * (parts - 1)
    if most.sum() < count:
        most = sizes
    ideal = count * sizes / sizes.sum()
    taken: NDArray[np.int64] = np.clip(np.floor(ideal), least, most).astype(np.int64)
    while missing := count - int(taken.sum()):
        step = 1 if missing > 0 else -1
        free = np.flatnonzero(taken < most if step > 0 else taken > least)
        nearest = free[np.argsort(step * (taken - ideal)[free], kind="stable")]
        taken[nearest[: abs(missing)]] += step
    return taken
