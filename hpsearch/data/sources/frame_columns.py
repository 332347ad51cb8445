"""The values of a column of a table in memory, by what its type says they are."""

import math
from datetime import UTC, date, datetime
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from hpsearch.data.columns import Kind
from hpsearch.errors import DataError, shown

__all__ = ["Series", "floats_of", "is_missing", "kind_of", "texts_of"]

Series = nw.Series[Any]

MICROSECONDS_A_DAY = 86_400_000_000


def kind_of(series: Series) -> Kind:
    """What the values of a column are, by its type.

    Raises:
        DataError: If they are nothing that a network can learn from.
    """
    dtype = series.dtype
    if dtype.is_numeric():
        return "number"
    if isinstance(dtype, nw.Boolean):
        return "boolean"
    if isinstance(dtype, nw.String | nw.Categorical | nw.Enum):
        return "category"
    if isinstance(dtype, nw.Date | nw.Datetime):
        return "date"
    values = [value for value in series.to_list() if not is_missing(value)]
    kinds = {_kind_of_value(value) for value in values} or {"category"}
    kind = kinds.pop()
    if kinds or kind is None:
        types = sorted({type(value).__name__ for value in values})
        raise DataError(
            f"a column must hold numbers, truth values, texts or dates, got {', '.join(types)} in "
            f"{shown(str(series.name))}; convert it, or leave it out"
        )
    return kind


def texts_of(series: Series) -> list[str | None]:
    """The values of a column as texts; None is missing, and so is a text that is empty.

    A whole number has no decimal point, truth values are ``false`` and ``true``.
    """
    return [_text(value) for value in series.to_list()]


def is_missing(value: Any) -> bool:
    """Whether a value is None, NaN, or what pandas has in their place."""
    try:
        return value is None or bool(value != value)  # noqa: PLR0124  only NaN differs
    except TypeError:  # pandas' NA is neither equal nor unequal
        return True
    except ValueError:  # an array in a cell
        return False


def _text(value: Any) -> str | None:
    if is_missing(value):
        return None
    match value:
        case str():
            return value or None
        case bool() | np.bool_():
            return "true" if value else "false"
        case float() | np.floating() if float(value).is_integer():
            return f"{value:.0f}"
    return str(value)


def _kind_of_value(value: Any) -> Kind | None:
    match value:
        case bool() | np.bool_():
            return "boolean"
        case int() | float() | np.integer() | np.floating():
            return "number"
        case str():
            return "category"
        case date():
            return "date"
    return None


def floats_of(series: Series) -> NDArray[np.float64]:
    """Numbers, truth values as 0 and 1, or points in time as days since 1970-01-01 (UTC)."""
    dtype = series.dtype
    if dtype.is_numeric() or isinstance(dtype, nw.Boolean):
        return np.array(series.cast(nw.Float64).to_numpy(), np.float64)
    if isinstance(dtype, nw.Date):
        series, dtype = series.cast(nw.Datetime("us")), nw.Datetime("us")
    if isinstance(dtype, nw.Datetime):
        microseconds = series.dt.timestamp("us").cast(nw.Float64).to_numpy()
        return np.array(microseconds, np.float64) / MICROSECONDS_A_DAY
    return np.array([_float(value) for value in series.to_list()], np.float64)


def _float(value: Any) -> float:
    if is_missing(value):
        return math.nan
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, date):
        instant = np.datetime64(value, "us")
        return float(instant.astype(np.int64)) / MICROSECONDS_A_DAY
    return float(value)
