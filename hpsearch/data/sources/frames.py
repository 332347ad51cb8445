"""Tables in memory: data frames of pandas and polars, and Arrow tables, as rows of a study.

Narwhals reads all of them. What a column holds is told by its type, so that little is guessed.
"""

from collections.abc import Sequence
from typing import Any, NoReturn

import narwhals.stable.v2 as nw
import numpy as np
from narwhals.exceptions import DuplicateError
from narwhals.stable.v2.typing import IntoDataFrame
from numpy.typing import NDArray

from hpsearch.data.columns import MISSING, Column, RawRows
from hpsearch.data.sources.class_order import class_name, class_order
from hpsearch.data.sources.frame_columns import Series, floats_of, kind_of, texts_of
from hpsearch.data.sources.left_out import left_out
from hpsearch.data.sources.source import Request, Source
from hpsearch.data.table import Origin, Table
from hpsearch.errors import DataError, UsageError, did_you_mean, shown
from hpsearch.tasks.task import Task

__all__ = ["FRAME", "columns_of", "table_of"]

Numbers = NDArray[np.floating[Any]]

ORIGIN = Origin("frame", "a table in memory", simulated=False)

#: Types whose numbers are exact in float32.
NARROW = (nw.Float32, nw.Int8, nw.Int16, nw.UInt8, nw.UInt16, nw.Boolean)


def table_of(
    frame: IntoDataFrame,
    *,
    label: str,
    task: Task,
    classes: Sequence[str] = (),
    leave_out: Sequence[str] = (),
    columns: Sequence[Column] | None = None,
    origin: Origin = ORIGIN,
) -> Table:
    """Rows of a table in memory, in its order; an index is left out.

    Args:
        frame: A data frame of pandas or polars, or an Arrow table.
        label: Name of the column that is predicted; no row may lack it.
        task: What it is predicted as.
        classes: Names of the classes in their order, of a task that has classes; by default all
            values of the label in the order of an ordered type, or of ``class_order``.
        leave_out: Classes whose rows are left out.
        columns: The columns to learn from, with their kinds; by default all others, each of the
            kind that its type has.

    Raises:
        DataError: If a column is missing or can't be of its kind, or a label is missing or not
            what the task needs.
    """
    series = columns_of(frame)
    target = _column(series, label)
    if task.classification and leave_out:
        series = _without(series, _class_names(target), leave_out)
        target = series[label]
    if columns is None:
        columns = tuple(Column(name, kind_of(series[name])) for name in series if name != label)
    if not columns:
        raise DataError(f"a table must have columns besides its label {shown(label)}, got none")
    labels: Numbers
    if task.classification:
        names = _class_names(target)
        classes = tuple(map(class_name, classes)) or _ordered(target, names)
        labels = _places(names, label, classes)
        if task.name == "binary" and classes == ("0", "1"):  # the labels are the names
            classes = ()
    else:
        labels = _targets(target, label)
    if not task.valid_targets(labels).all():
        raise DataError(
            f"data.task = {task.name!r} needs a label that is {task.target_rule}, got "
            f"{len(classes)} classes in {shown(label)}; set data.task to 'multiclass'"
        )
    numbers = [_numbers(_column(series, c.name), c) for c in columns if not c.is_text]
    texts = [_codes(texts_of(_column(series, c.name))) for c in columns if c.is_text]
    raw = RawRows(
        _side_by_side(numbers, len(labels), np.float32),
        _side_by_side([codes for codes, _ in texts], len(labels), np.int32),
        tuple(vocabulary for _, vocabulary in texts),
    )
    return Table(raw, labels, tuple(columns), origin, tuple(classes))


def columns_of(frame: IntoDataFrame) -> dict[str, Series]:
    """The columns of a table of pandas, polars or Arrow, by name.

    Raises:
        DataError: If it is none, or two of its columns have one name.
    """
    try:
        whole = nw.from_native(frame, eager_only=True)
    except TypeError:
        raise DataError(
            f"a table in memory must be one of pandas, polars or Arrow, got "
            f"{type(frame).__name__}; make one, as by pandas.DataFrame(rows)"
        ) from None
    except DuplicateError:
        raise DataError(
            "columns of a table must have different names, got one name twice; rename one of them"
        ) from None
    series = {str(name): whole.get_column(name) for name in whole.columns}
    if len(series) < len(whole.columns):
        raise DataError(
            "columns of a table must have different names, got a number and the same number as "
            "text; rename one of them"
        )
    return series


def _column(series: dict[str, Series], name: str) -> Series:
    """A column by name, or the error that lists those that are there."""
    if name not in series:
        raise DataError(
            f"a table must have a column {shown(name)}, got none{did_you_mean(name, series)}; "
            f"its columns are {', '.join(map(repr, series))}"
        )
    return series[name]


def _numbers(series: Series, column: Column) -> Numbers:
    """Values of a column without texts, ``(rows,)``; NaN is missing.

    Numbers may stand for truth values, and the other way round.
    """
    found = kind_of(series)
    if found != column.kind and {found, column.kind} != {"number", "boolean"}:
        raise DataError(
            f"column {shown(column.name)} must hold values of kind {column.kind}, got {found}; "
            f"convert it, or give it that kind"
        )
    numbers = floats_of(series)
    _refuse(np.isinf(numbers), numbers, f"column {shown(column.name)} must be finite or missing")
    if column.kind == "boolean":
        wrong = ~np.isin(numbers, (0, 1)) & ~np.isnan(numbers)
        _refuse(wrong, numbers, f"column {shown(column.name)} is a boolean and must be 0 or 1")
    return numbers.astype(np.float32) if isinstance(series.dtype, NARROW) else numbers


def _targets(series: Series, label: str) -> NDArray[np.float64]:
    """A label that is a number, in its own unit."""
    if kind_of(series) not in ("number", "boolean"):
        raise DataError(
            f"the label {shown(label)} must be a number for data.task = 'regression', got a "
            f"{kind_of(series)}; convert it, or set data.task to 'multiclass'"
        )
    numbers = floats_of(series)
    _refuse(~np.isfinite(numbers), numbers, f"the label {shown(label)} must be a finite number")
    return numbers


def _class_names(series: Series) -> list[str | None]:
    """The class of each row; None where it is missing."""
    texts = texts_of(series)
    names = {text: class_name(text) for text in texts if text is not None}
    return [None if text is None else names[text] for text in texts]


def _without(
    series: dict[str, Series], names: Sequence[str | None], leave_out: Sequence[str]
) -> dict[str, Series]:
    """The columns without the rows of some classes."""
    dropped = left_out({name for name in names if name is not None}, leave_out)
    kept = [row for row, name in enumerate(names) if name not in dropped]
    return {name: column[kept] for name, column in series.items()}


def _ordered(series: Series, names: Sequence[str | None]) -> tuple[str, ...]:
    """Different classes in the order of an ordered type, or in that which one expects."""
    present = {name for name in names if name is not None}
    if isinstance(series.dtype, nw.Enum):
        categories = dict.fromkeys(map(class_name, series.dtype.categories))
        return tuple(name for name in categories if name in present)
    return class_order(tuple(present))


def _places(
    names: Sequence[str | None], label: str, classes: tuple[str, ...]
) -> NDArray[np.float32]:
    """Classes of rows as their places among all classes."""
    places = {name: place for place, name in enumerate(classes)}
    for row, name in enumerate(names):
        if name not in places:
            rule = "must not be missing" if name is None else f"must be one of {shown(classes)}"
            raise DataError(
                f"the label {shown(label)} {rule}, got {'none' if name is None else shown(name)} "
                f"in row {row:,}, counted from 0; correct the row or leave it out"
            )
    return np.array([places[name or ""] for name in names], np.float32)


def _refuse(wrong: NDArray[np.bool_], numbers: Numbers, rule: str) -> None:
    """Raise the error of the first row that breaks a rule."""
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"{rule}, got {numbers[row]:g} in row {row:,}, counted from 0; correct the row or "
            f"leave it out"
        )


def _codes(texts: Sequence[str | None]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Texts as places in their vocabulary, which is in the order of the alphabet."""
    vocabulary = tuple(sorted({text for text in texts if text is not None}))
    places: dict[str | None, int] = {text: place for place, text in enumerate(vocabulary)}
    codes = np.fromiter((places.get(text, MISSING) for text in texts), np.int32, len(texts))
    return codes, vocabulary


def _side_by_side(columns: Sequence[NDArray[Any]], rows: int, empty: type[Any]) -> NDArray[Any]:
    """Columns as one array ``(rows, columns)``."""
    return np.stack(columns, axis=1) if columns else np.empty((rows, 0), empty)


def _refuse_request(request: Request) -> NoReturn:
    raise UsageError(
        f"data.source = {request.section.source!r} is a table in memory, which only Python code "
        f"can give; name a file with --data, or run the study by the folder that keeps its rows"
    )


#: Tables that Python code hands over; a study's folder keeps their rows.
FRAME = Source("frame", takes_file=False, simulated=False, read=_refuse_request)
