"""What is predicted: the label's column, and the task that its values make."""

import math
from dataclasses import dataclass, replace

from hpsearch.data.profile import ColumnProfile, Profile
from hpsearch.data.sources.class_order import class_order
from hpsearch.errors import UsageError, did_you_mean, shown

__all__ = ["Target", "find_label", "is_headless", "target_of"]

#: Names of columns that are taken for the label where none is named, the surest first.
USUAL_LABELS = ("label", "target", "class", "y")

#: At most so many whole numbers are classes; more of them are numbers.
FEW = 10

#: At most so many texts are classes.
MOST_CLASSES = 100

#: Numbers of which each is there less often, on average, are no classes.
ROWS_A_CLASS = 10


@dataclass(frozen=True, slots=True)
class Target:
    """What a study predicts.

    Attributes:
        task: As a study file names it.
        classes: Values of the label in the order of their classes; none of a number.
        reason: Why it is this task, for people.
    """

    label: str
    task: str
    classes: tuple[str, ...]
    reason: str


def find_label(profile: Profile, named: str | None, usual: str | None = None) -> ColumnProfile:
    """The label's column.

    Args:
        named: As the user names it; where columns have no names of their own, its place counted
            from 0.
        usual: The column that the table was made to predict, where it says so.

    Raises:
        UsageError: If there is no such column, or none is named and none has a label's name.
    """
    columns = {column.name: column for column in profile.columns}
    listed = ", ".join(map(repr, columns))
    if named is not None:
        if named in columns:
            return columns[named]
        if is_headless(profile) and named.isdecimal() and int(named) < len(columns):
            return profile.columns[int(named)]
        raise UsageError(
            f"--label must name a column of the table, got {shown(named)}"
            f"{did_you_mean(named, columns)}; its columns are {listed}"
        )
    if usual is not None:
        return columns[usual]
    for name in USUAL_LABELS:
        for column in profile.columns:
            if column.name.strip().lower() == name:
                return column
    raise UsageError(
        f"--label must name the column to predict, and none is called "
        f"{', '.join(USUAL_LABELS)}; the table's columns are {listed}"
    )


def is_headless(profile: Profile) -> bool:
    """Whether the columns have no names of their own."""
    return profile.dialect is not None and not profile.dialect.header


def target_of(column: ColumnProfile, rows: int, task: str | None = None) -> Target:
    """The task that the values of a label make, in a table of so many rows.

    Args:
        task: What the user says that it is.

    Raises:
        UsageError: If they can't be predicted: dates, one value, or texts without number.
    """
    name, values, distinct = column.name, _values(column), _distinct(column)
    if distinct < 2:
        found = f"only {shown(values[0])}" if values else "none"
        raise UsageError(
            f"a label must have at least 2 different values, got {found} in {shown(name)}; "
            f"name another column with --label"
        )
    if column.finding == "date":
        raise UsageError(
            f"a label must be a number or a class, got dates in {shown(name)}; "
            f"make it a number, as of days, or name another column with --label"
        )
    task, reason = (task, "as you said") if task else _task(column, rows)
    if task == "regression":
        return Target(name, task, (), reason)
    if len(values) != distinct or distinct > MOST_CLASSES:
        raise UsageError(
            f"a label must be a number or have at most {MOST_CLASSES} different values, got "
            f"{_about(distinct)} in {shown(name)}; name another column with --label"
        )
    return Target(name, task, class_order(values), reason)


def _task(column: ColumnProfile, rows: int) -> tuple[str, str]:
    """The task of a label, and why."""
    distinct = _distinct(column)
    if distinct == 2:
        return "binary", "two different values"
    if column.finding != "number":
        return "multiclass", f"{_about(distinct)} different texts"
    if _are_classes(column, rows):
        return "multiclass", f"{distinct} whole numbers; regression if they are an amount"
    return "regression", f"a number of {_about(distinct)} different values"


def _are_classes(column: ColumnProfile, rows: int) -> bool:
    """Whether numbers are whole, and so few that each may be the name of a class."""
    values, distinct = _values(column), _distinct(column)
    return (
        distinct <= FEW
        and distinct * ROWS_A_CLASS <= rows
        and len(values) == distinct
        and all(_is_whole(value) for value in values)
    )


def _distinct(column: ColumnProfile) -> int:
    """Different values, without words for a missing one."""
    return len(_values(column)) or column.distinct


def _values(column: ColumnProfile) -> tuple[str, ...]:
    """The different values of a column, where they are few; 1 and 1.0 are one."""
    if column.finding == "number" and all(map(_is_number, column.values)):
        column = replace(column, values=tuple(dict.fromkeys(map(_plain, column.values))))
    return column.values or _counted(column)


def _counted(column: ColumnProfile) -> tuple[str, ...]:
    """The values of a column of which they are not listed, where its ends tell them."""
    least, largest = column.least, column.largest
    if column.finding == "boolean":
        return ("false", "true")
    if least is None or largest is None or column.distinct > MOST_CLASSES:
        return ()
    if column.distinct == 2:
        return (_plain(str(least)), _plain(str(largest)))
    if least.is_integer() and largest - least == column.distinct - 1:
        return tuple(str(number) for number in range(int(least), int(largest) + 1))
    return ()


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _is_whole(text: str) -> bool:
    return _is_number(text) and float(text).is_integer()


def _plain(text: str) -> str:
    """A number as it is written without what does not count: ``1`` for ``1.0``."""
    number = float(text)
    return str(int(number)) if number.is_integer() else repr(number)


def _about(distinct: int) -> str:
    """A count that is exact up to 10,000."""
    return f"{distinct:,}" if distinct <= 10_000 else f"about {distinct:,}"
