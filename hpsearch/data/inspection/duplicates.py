"""Rows that are there twice, in one part or on both sides of the seal."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.cutting import Cut
from hpsearch.data.inspection.columns import numbers_of, texts_of
from hpsearch.data.inspection.notice import Notice
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
    seen = np.concatenate([hashes[cut.train], hashes[cut.validation]])
    test = hashes[cut.test]
    across = int(np.isin(test, seen).sum())
    used = np.concatenate([seen, test])
    repeated = len(used) - len(np.unique(used))
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
            f"{say_count(repeated)} of {len(used):,} rows ({say_share(repeated / len(used))}) "
            f"{'repeats' if repeated == 1 else 'repeat'} another row in all features",
            (),
            {"rows": repeated, "share": repeated / len(used)},
        )


def row_hashes(table: Table) -> Hashes:
    """A hash of the features of each row, uint64 ``(rows,)``; missing values are equal."""
    hashes = np.zeros(len(table), np.uint64)
    for _, values in numbers_of(table):
        bits = np.where(np.isnan(values), np.nan, values + 0.0).astype(np.float64)
        _mix(hashes, bits.view(np.uint64))
    for _, codes in texts_of(table):
        _mix(hashes, codes.astype(np.int64).view(np.uint64))
    return hashes


def _mix(hashes: Hashes, values: Hashes) -> None:
    """Take one more value into each hash, in place."""
    hashes ^= values
    hashes *= _MULTIPLIER
    hashes ^= hashes >> np.uint64(29)
    hashes *= _MULTIPLIER
    hashes ^= hashes >> np.uint64(32)
