"""Rows in memory: raw columns, labels, and where they came from."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.columns import Column, RawRows, number_columns
from hpsearch.data.room import pieces, row_bytes
from hpsearch.study.sections import SourceName

#: What a network gets, after preprocessing, ``(rows, width)``: float32, or uint8 where all are 0 or
#: 1, which is cast batch by batch where it is used.
Features = NDArray[Any]
#: What a network learns, float32 ``(rows,)``.
Labels = NDArray[np.float32]

#: What is predicted, ``(rows,)``: classes by their places, or numbers in their own unit.
Targets = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows came from.

    Attributes:
        kind: The name of their source; where HIGGS can't be had, that of what took its place.
        description: One line for people: what the rows are, and the name of their file; no path,
            so that it is the same wherever a study is run.
        simulated: Whether no detector and no user ever measured these rows.
    """

    kind: SourceName
    description: str
    simulated: bool


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows of a study, in the order of their source.

    Attributes:
        raw: Values of the columns.
        labels: What is predicted, ``(rows,)``, finite: for classes float32, their places in
            ``classes``; for numbers float64, in their own unit.
        columns: The columns besides the label, in the order of their source.
        classes: Names of the classes; none where numbers are predicted, or where there are two
            classes and the labels, 0 and 1, are their names.
    """

    raw: RawRows
    labels: Targets
    columns: tuple[Column, ...]
    origin: Origin
    classes: tuple[str, ...] = ()

    @classmethod
    def of_numbers(
        cls,
        numbers: NDArray[Any],
        labels: Targets,
        names: tuple[str, ...],
        origin: Origin,
    ) -> Self:
        """Rows whose columns all hold numbers, ``(rows, columns)``, as in ``RawRows``."""
        return cls(RawRows.of_numbers(numbers), labels, number_columns(names), origin)

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.labels)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in their order."""
        return tuple(column.name for column in self.columns)

    @property
    def has_classes(self) -> bool:
        """Whether classes are predicted, and not numbers."""
        return self.labels.dtype == np.float32

    def without(self, names: Collection[str]) -> Self:
        """The same rows without the columns of these names."""
        kept = [column for column in self.columns if column.name not in names]
        if len(kept) == len(self.columns):
            return self
        numbers = [column.name not in names for column in self.columns if not column.is_text]
        texts = [column.name not in names for column in self.columns if column.is_text]
        vocabularies = tuple(compress(self.raw.vocabularies, texts))
        raw = RawRows(
            _columns(self.raw.numbers, numbers), _columns(self.raw.codes, texts), vocabularies
        )
        return replace(self, raw=raw, columns=tuple(kept))

    def fingerprint(self) -> str:
        """SHA-256 over all rows with their columns, as ``sha256:`` and 64 hex digits."""
        about = (self.columns, self.classes, self.raw.vocabularies, len(self))
        digest = hashlib.sha256(repr(about).encode())
        for array in (self.labels, self.raw.numbers, self.raw.codes):
            digest.update(array.dtype.str.encode())
            for rows in pieces(len(array), row_bytes(array)):
                digest.update(np.ascontiguousarray(array[rows]).data)
        return f"sha256:{digest.hexdigest()}"


def _columns(values: NDArray[Any], kept: list[bool]) -> NDArray[Any]:
    """Some of the columns; no copy where that is all."""
    return values if all(kept) else values[:, kept]
