"""Folds: the rows that are not sealed are dealt out so that each validates once.

Of rows in the order of time there is no such deal: there each fold validates on a block of rows and
trains on all before it.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.cutting.groups import groups_by_size
from hpsearch.data.cutting.keys import group_codes
from hpsearch.data.table import Table
from hpsearch.errors import DataError
from hpsearch.study.cutting import LEAST_ROWS
from hpsearch.study.sections import DataSection

Places = NDArray[np.int64]

#: Validation and train rows.
FoldPlaces = tuple[Places, Places]


def cut_folds(
    table: Table, section: DataSection, rows: Places, seed: int
) -> tuple[FoldPlaces, ...]:
    """Validation and train rows of each fold, those of one repeat after the other.

    Args:
        rows: Places of the rows that are not sealed, in the order in which they are dealt out.
        seed: From which rows are mixed anew for each repeat but the first.

    Raises:
        DataError: If there are too few rows or groups for so many folds.
    """
    count = section.folds
    blocks = count + (section.time is not None)
    if len(rows) < LEAST_ROWS * blocks:
        lower = "data.folds" if count > 2 else "data.test"
        raise DataError(
            f"{count} folds take {LEAST_ROWS * blocks:,} rows that are not sealed, got "
            f"{len(rows):,}; lower {lower}, or give more rows"
        )
    if section.time is not None:
        return tuple(_one_after_the_other(rows, count))
    deal = _dealer(table, section)
    folds: list[FoldPlaces] = []
    for repeat in range(section.repeats):
        order = rows
        if repeat:
            sequence = np.random.SeedSequence(seed, spawn_key=(repeat,))
            order = np.random.default_rng(sequence).permutation(rows)
        dealt = deal(order)
        folds += [(order[dealt == fold], order[dealt != fold]) for fold in range(count)]
    return tuple(folds)


def _one_after_the_other(rows: Places, count: int) -> Iterator[FoldPlaces]:
    blocks = np.array_split(rows, count + 1)
    for fold in range(1, count + 1):
        yield blocks[fold], np.concatenate(blocks[:fold])


def _dealer(table: Table, section: DataSection) -> Callable[[Places], NDArray[np.int64]]:
    """What gives each of some rows the fold in which it validates, int64 ``(rows,)``."""
    count = section.folds
    if section.group is not None:
        codes, name = group_codes(table, section.group), section.group
        return lambda rows: _by_groups(codes[rows], count, name)
    if section.stratify and table.has_classes:
        return lambda rows: _in_turn(table.labels[rows], count)
    if section.shuffle:
        return lambda rows: np.arange(len(rows)) % count
    return lambda rows: np.arange(len(rows)) * count // len(rows)


def _in_turn(labels: NDArray[np.floating], count: int) -> NDArray[np.int64]:
    """Rows of each class to each fold in turn; where one class ends the next goes on."""
    dealt = np.empty(len(labels), np.int64)
    dealt[np.argsort(labels, kind="stable")] = np.arange(len(labels)) % count
    return dealt


def _by_groups(codes: NDArray[np.int64], count: int, name: str) -> NDArray[np.int64]:
    """Whole groups, the largest first, each to the fold that has the fewest rows."""
    groups, sizes = groups_by_size(codes)
    if len(sizes) < count:
        raise DataError(
            f"data.group = {name!r} must have a group for each of {count} folds, got {len(sizes)} "
            f"in the rows that are not sealed; lower data.folds, or name a column with more values"
        )
    rows_of = np.zeros(count, np.int64)
    fold_of = np.empty(len(sizes), np.int64)
    for group, size in enumerate(sizes):
        fold_of[group] = np.argmin(rows_of)
        rows_of[fold_of[group]] += size
    return fold_of[groups]
