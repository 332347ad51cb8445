"""The columns of a table one by one, with their values."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.columns import Column
from hpsearch.data.table import Table

#: Values of one column: numbers with NaN for missing, or int32 codes with -1 for missing.
Values = NDArray[Any]


def numbers_of(table: Table) -> Iterator[tuple[Column, Values]]:
    """The columns that hold no texts, float ``(rows,)`` each."""
    columns = (column for column in table.columns if not column.is_text)
    return zip(columns, table.raw.numbers.T, strict=True)


def texts_of(table: Table) -> Iterator[tuple[Column, NDArray[np.int32]]]:
    """The columns that hold texts, int32 codes ``(rows,)`` each."""
    columns = (column for column in table.columns if column.is_text)
    return zip(columns, table.raw.codes.T, strict=True)


def some(rows: int, most: int) -> slice:
    """At most so many rows, evenly spread over all."""
    return slice(None, None, max(1, -(-rows // most)))
