"""Tables of one study that come from several files: one table, with a column for the part."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial, reduce

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.columns import MISSING, Column, RawRows
from hpsearch.data.gathering import below_each_other
from hpsearch.data.room import IN_MEMORY, Room
from hpsearch.data.table import Table
from hpsearch.errors import DataError, shown
from hpsearch.study.cutting import FILE_PART


def join_parts(tables: Mapping[str, Table], room: Room = IN_MEMORY) -> Table:
    """The rows of all tables below each other, those of the first on top.

    Columns are matched by name; where one is a category, its texts are those of all tables, and so
    are the classes. The last column, ``FILE_PART``, says which table a row came from.

    Args:
        tables: By their part: train first.
        room: For the values of rows.

    Raises:
        DataError: If a table lacks a column of the first, or holds another kind of values in it.
    """
    joined = reduce(partial(_append, room=room), tables.values())
    lengths = [len(table) for table in tables.values()]
    part = np.repeat(np.arange(len(tables), dtype=np.int32), lengths)
    raw = RawRows(
        joined.raw.numbers,
        np.column_stack([joined.raw.codes, part]).astype(np.int32),
        (*joined.raw.vocabularies, tuple(tables)),
    )
    description = " and ".join(table.origin.description for table in tables.values())
    return replace(
        joined,
        raw=raw,
        columns=(*joined.columns, Column(FILE_PART, "category")),
        origin=replace(joined.origin, description=description),
    )


def _append(first: Table, second: Table, room: Room) -> Table:
    """Two tables below each other."""
    raw = _aligned(first, second)
    vocabularies, codes = [], []
    for place, (one, other) in enumerate(
        zip(first.raw.vocabularies, raw.vocabularies, strict=True)
    ):
        texts = tuple(dict.fromkeys((*one, *other)))
        vocabularies.append(texts)
        codes.append(_recoded(raw.codes[:, place], other, texts))
    below = np.column_stack(codes) if codes else raw.codes
    classes, labels = _same_classes(first, second)
    return replace(
        first,
        raw=RawRows(
            below_each_other(first.raw.numbers, raw.numbers, room),
            below_each_other(first.raw.codes, below, room).astype(np.int32, copy=False),
            tuple(vocabularies),
        ),
        labels=np.concatenate([first.labels, labels]),
        classes=classes,
    )


def _aligned(first: Table, second: Table) -> RawRows:
    """The values of the second table in the columns of the first."""
    kinds = {column.name: column.kind for column in second.columns}
    for column in first.columns:
        if kinds.get(column.name) != column.kind:
            found = kinds.get(column.name, "none of that name")
            raise DataError(
                f"{second.origin.description} must have the columns of {first.origin.description}: "
                f"{shown(column.name)} is a {column.kind} there, got {found}; "
                f"write the same columns into both files, or give their kinds in data.columns"
            )
    numbers, texts = (
        [column.name for column in second.columns if column.is_text == is_text]
        for is_text in (False, True)
    )
    wanted = [column.name for column in first.columns if not column.is_text]
    places = [texts.index(column.name) for column in first.columns if column.is_text]
    return RawRows(
        second.raw.numbers[:, [numbers.index(name) for name in wanted]],
        second.raw.codes[:, places],
        tuple(second.raw.vocabularies[place] for place in places),
    )


def _same_classes(first: Table, second: Table) -> tuple[tuple[str, ...], NDArray[np.floating]]:
    """The classes of both tables, and the labels of the second among them."""
    if first.classes == second.classes or not first.has_classes:
        return first.classes, second.labels
    if not first.classes or not second.classes:
        raise DataError(
            f"{second.origin.description} must have the classes of {first.origin.description}, "
            f"{shown(list(first.classes) or [0, 1])}, got {shown(list(second.classes) or [0, 1])}; "
            f"write labels the same way in both files"
        )
    classes = tuple(dict.fromkeys((*first.classes, *second.classes)))
    labels = _recoded(second.labels.astype(np.int32), second.classes, classes)
    return classes, labels.astype(np.float32)


def _recoded(
    codes: NDArray[np.int32], before: tuple[str, ...], after: tuple[str, ...]
) -> NDArray[np.int32]:
    """Codes of one vocabulary as those of another that has all its texts."""
    places = {text: place for place, text in enumerate(after)}
    return np.array([*(places[text] for text in before), MISSING], np.int32)[codes]
