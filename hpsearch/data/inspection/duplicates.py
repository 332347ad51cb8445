"""Rows that are there twice, in one part or on both sides of the seal."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.cutting import Cut
from hpsearch.data.inspection.columns import numbers_of, texts_of
from hpsearch.data.inspection.notice import Notice
from hpsearch.data.room import pieces
from hpsearch.data.table import Table
from hpsearch.wording import say_count, say_share

Hashes = NDArray[np.uint64]

#: An odd number of random bits, which spreads each bit over those above it.
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


def find_duplicates(table: Table, cut: Cut) -> Iterator[Notice]:
    """Test rows that are equal to a train or validation row in all features, and all duplicates.

    Rows are equal where 64-bit hashes of them are: among a million rows some pair of different
    ones has the same hash once in 37 million times.
    """
    hashes = row_hashes(table)
    seen = np.sort(np.concatenate([hashes[cut.train], hashes[cut.validation]]))
    test = hashes[cut.test]
    places = np.minimum(np.searchsorted(seen, test), len(seen) - 1)
    new = seen[places] != test
    across = int((~new).sum())
    used = len(seen) + len(test)
    repeated = used - _distinct(seen) - _distinct(np.sort(test[new]))
    if across:
        yield Notice(
            "duplicates_across_the_seal",
            f"{say_count(across)} of {len(test):,} test rows ({say_share(across / len(test))}) "
            f"{'equals' if across == 1 else 'equal'} a train or validation row in all features, "
            f"and a model may remember {'it' if across == 1 else 'them'}; remove duplicates, or "
            f"keep rows that belong together on one side with data.group",
            (),
            {"test_rows": across, "share": across / len(test)},
        )
    if repeated:
        yield Notice(
            "duplicates",
            f"{say_count(repeated)} of {used:,} rows ({say_share(repeated / used)}) "
            f"{'repeats' if repeated == 1 else 'repeat'} another row in all features",
            (),
            {"rows": repeated, "share": repeated / used},
        )


def row_hashes(table: Table) -> Hashes:
    """A hash of the features of each row, uint64 ``(rows,)``; missing values are equal."""
    hashes = np.zeros(len(table), np.uint64)
    for _, values in numbers_of(table):
        for rows in pieces(len(table), 8):
            some = values[rows]
            bits = np.where(np.isnan(some), np.nan, some + 0.0).astype(np.float64)
            _mix(hashes[rows], bits.view(np.uint64))
    for _, codes in texts_of(table):
        _mix(hashes, codes.astype(np.int64).view(np.uint64))
    return hashes


def _distinct(ordered: Hashes) -> int:
    """Different values among ascending ones."""
    return int((ordered[1:] != ordered[:-1]).sum()) + (len(ordered) > 0)


def _mix(hashes: Hashes, values: Hashes) -> None:
    """Take one more value into each hash, in place."""
    hashes ^= values
    hashes *= _MULTIPLIER
    hashes ^= hashes >> np.uint64(29)
    hashes *= _MULTIPLIER
    hashes ^= hashes >> np.uint64(32)
