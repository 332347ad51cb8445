"""The cut of a table: the places of the rows of each part.

The test is taken first and from all rows, so that it is a function of the rows, of its own size and
of what says how rows are dealt out: the seed, the order, a column. Then validation and train rows
are taken from what is left. Of sources that are read no further than they must be, in the
tutorial's order, the test begins where the others end. With folds all that are not sealed train,
and validate in turn.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.cutting.folding import FoldPlaces, cut_folds
from hpsearch.data.cutting.groups import pick_groups
from hpsearch.data.cutting.keys import group_codes, named_parts, times
from hpsearch.data.cutting.sizes import Sizes
from hpsearch.data.cutting.strata import pick_stratified
from hpsearch.data.table import Table
from hpsearch.errors import DataError
from hpsearch.study.cutting import FILE_PART, LEAST_ROWS, reads_prefix
from hpsearch.study.sections import DataSection

Places = NDArray[np.int64]

#: Takes so many of some rows, for the first of so many parts; returns these and the others.
Pick = Callable[[Places, int, int], tuple[Places, Places]]


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """Places of the rows of each part, int64, in the order in which they are used.

    Attributes:
        validation: None where there are folds: these rows are among ``train``.
        left_out: Names of the columns that are no features, as they dealt out the rows.
        several: Validation and train rows of each fold, where there are several.
        repeats: How many times these deal out all rows.
    """

    validation: Places
    train: Places
    test: Places
    left_out: tuple[str, ...] = ()
    several: tuple[FoldPlaces, ...] = ()
    repeats: int = 1

    @property
    def folds(self) -> tuple[FoldPlaces, ...]:
        """Validation and train rows of each fold, which may be the only one."""
        return self.several or ((self.validation, self.train),)

    @property
    def validating(self) -> Places:
        """Rows that validate, on one fold or another."""
        return np.unique(np.concatenate([validation for validation, _ in self.folds]))


def cut_rows(table: Table, section: DataSection, seed: int) -> Cut:
    """Deal out the rows of a table.

    Args:
        section: The study's ``[data]``.
        seed: From which rows are shuffled where the section says so.

    Raises:
        DataError: If there are too few rows, or a column that deals them out is missing or unfit.
    """
    cut = _cut(table, section, seed)
    if section.folds == 1:
        return cut
    folds = cut_folds(table, section, cut.train, seed)
    return replace(cut, several=folds, repeats=section.repeats)


def _cut(table: Table, section: DataSection, seed: int) -> Cut:
    """The parts; with folds none validates."""
    if section.test_path is not None:
        return _by_names(table, section, FILE_PART, seed)
    if section.part is not None:
        return _by_names(table, section, section.part, seed)
    sizes = Sizes.of(section, table)
    rows = _ordered(table, section, seed)
    if reads_prefix(section.source) and not section.shuffle:
        ends = np.cumsum([sizes.validation, sizes.train, sizes.test])
        validation, train, test = np.split(rows[: ends[-1]], ends[:-1])
        return Cut(validation, train, test)
    pick = _picker(table, section)
    test, left = pick(rows, sizes.test, 3)
    validation, train = _validation_and_train(left, sizes, pick)
    return Cut(validation, train, test, () if section.group is None else (section.group,))


def _ordered(table: Table, section: DataSection, seed: int) -> Places:
    """All rows, in the order in which they are dealt out."""
    if section.time is not None:
        return np.argsort(times(table, section.time), kind="stable")
    if section.shuffle:
        return np.random.default_rng(seed).permutation(len(table))
    return np.arange(len(table))


def _picker(table: Table, section: DataSection) -> Pick:
    """How the rows of a part are taken."""
    if section.group is not None:
        codes, name = group_codes(table, section.group), section.group
        return lambda rows, count, parts: pick_groups(rows, codes[rows], count, parts, name)
    if section.time is not None:
        return lambda rows, count, parts: (rows[len(rows) - count :], rows[: len(rows) - count])
    if section.stratify and table.has_classes:
        labels = table.labels
        return lambda rows, count, parts: pick_stratified(rows, labels[rows], count, parts)
    if section.shuffle:
        return lambda rows, count, parts: (rows[:count], rows[count:])
    return _pick_ends


def _pick_ends(rows: Places, count: int, parts: int) -> tuple[Places, Places]:
    """In the order of a file: the last rows are the test, the first validate."""
    if parts == 3:
        return rows[len(rows) - count :], rows[: len(rows) - count]
    return rows[:count], rows[count:]


def _validation_and_train(left: Places, sizes: Sizes, pick: Pick) -> tuple[Places, Places]:
    """Of the rows that are not sealed."""
    if not sizes.validation:
        return left[:0], left if sizes.rest else pick(left, sizes.train, 1)[0]
    validation, left = pick(left, sizes.validation, 2)
    return validation, left if sizes.rest else pick(left, sizes.train, 1)[0]


def _by_names(table: Table, section: DataSection, name: str, seed: int) -> Cut:
    """The parts that a column names; validation rows are cut from the others where it has none."""
    parts = named_parts(table, name)
    rows = _ordered(table, section, seed)
    test, validation, train = (
        rows[parts[rows] == part] for part in ("test", "validation", "train")
    )
    for part, places in (("test", test), ("train", train)):
        if len(places) < LEAST_ROWS:
            entry = f"data.{'test_path' if name == FILE_PART else 'part'}"
            raise DataError(
                f"with {entry} there must be at least {LEAST_ROWS} {part} rows, got {len(places)} "
                f"in {table.origin.description}; leave {entry} out to have the rows dealt out"
            )
    named = {"test": len(test)}
    if len(validation) < LEAST_ROWS or section.folds > 1:
        left = rows[parts[rows] != "test"]
        sizes = Sizes.of(section, table, named)
        validation, train = _validation_and_train(left, sizes, _picker(table, section))
    elif section.train is not None:
        sizes = Sizes.of(section, table, {**named, "validation": len(validation)})
        train = train[: sizes.train]
    return Cut(validation, train, test, (name,))
