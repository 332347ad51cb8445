"""What is predicted: the label's column, and the task that its values make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from hpsearch.data.profile import ColumnProfile, Profile
from hpsearch.data.sources.class_order import class_name, class_number, class_order
from hpsearch.draft.classes import check_two, rare_classes, rows_of_classes, say_rows
from hpsearch.errors import UsageError, did_you_mean, shown

__all__ = ["Target", "find_label", "in_order", "is_headless", "target_of"]

#: Names of columns that are taken for the label where none is named, the surest first.
USUAL_LABELS = ("label", "target", "class", "y")

#: At most so many whole numbers are classes; more of them are numbers.
FEW = 10

#: At most so many texts are classes.
MOST_CLASSES = 100

#: The share of a class that is told if it is smaller.
SMALL_SHARE = 0.1

#: Numbers of which each is there less often, on average, are no classes.
ROWS_A_CLASS = 10


@dataclass(frozen=True, slots=True)
class Target:
    """What a study predicts.

    Attributes:
        task: As a study file names it.
        classes: Values of the label in the order of their classes; none of a number.
        reason: Why it is this task, for people.
        rare: Rows of classes that are left out, as they are too few to be in every part.
        skewed: Whether it is a number with a long tail upwards.
        smallest: Rows of the smallest of these classes; None of a number, or where not known.
        rarest: The class of the fewest rows that are kept, with its share of them, where that is
            less than a tenth.
    """

    label: str
    task: str
    classes: tuple[str, ...]
    reason: str
    rare: Mapping[str, int] = field(default_factory=dict)
    skewed: bool = False
    smallest: int | None = None
    rarest: tuple[str, float] | None = None


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
        UsageError: If they can't be predicted: dates, one value, texts without number, or fewer
            than two classes that can be in every part.
    """
    name, values = column.name, rows_of_classes(column)
    distinct = len(values) or column.distinct
    if distinct < 2:
        found = f"only {shown(next(iter(values)))}" if values else "none"
        raise UsageError(
            f"a label must have at least 2 different values, got {found} in {shown(name)}; "
            f"name another column with --label"
        )
    if column.finding == "date":
        raise UsageError(
            f"a label must be a number or a class, got dates in {shown(name)}; "
            f"make it a number, as of days, or name another column with --label"
        )
    chosen, reason = (task, "as you said") if task else _task(column, tuple(values), rows)
    if chosen == "regression":
        return Target(name, chosen, (), reason, skewed=column.skewed)
    if len(values) != distinct or distinct > MOST_CLASSES:
        raise UsageError(
            f"a label must be a number or have at most {MOST_CLASSES} different values, got "
            f"{_about(distinct)} in {shown(name)}; name another column with --label"
        )
    rare = rare_classes(values)
    kept = [value for value in values if value not in rare]
    check_two(kept, rare, name)
    if rare and task is None:
        chosen = "binary" if len(kept) == 2 else chosen
        reason = f"{len(kept)} different values, without the rare ones"
    smallest = min((values[value] or 0 for value in kept), default=0) or None
    rarest = _rarest({value: values[value] for value in kept})
    return Target(name, chosen, class_order(kept), reason, rare, smallest=smallest, rarest=rarest)


def in_order(target: Target, classes: Sequence[str]) -> Target:
    """A target with its classes in the order in which the user names them.

    Raises:
        UsageError: If they are not all classes of the label.
    """
    named = tuple(map(class_name, classes))
    if set(named) != set(target.classes):
        least = f", without the rare {say_rows(target.rare)}" if target.rare else ""
        raise UsageError(
            f"data.classes must name the classes of {shown(target.label)}, in the order that they "
            f"are to have: {', '.join(map(shown, target.classes)) or 'a number has none'}{least}; "
            f"got {', '.join(map(shown, named))}"
        )
    return replace(target, classes=named)


def _rarest(rows: Mapping[str, int | None]) -> tuple[str, float] | None:
    counts = {name: count for name, count in rows.items() if count is not None}
    name = min(sorted(counts), key=lambda name: counts[name], default=None)
    if name is None or len(counts) < len(rows):
        return None
    share = counts[name] / sum(counts.values())
    return (name, share) if share < SMALL_SHARE else None


def _task(column: ColumnProfile, values: Sequence[str], rows: int) -> tuple[str, str]:
    """The task of a label, and why."""
    distinct = len(values) or column.distinct
    if distinct == 2:
        return "binary", "two different values"
    if column.finding != "number":
        return "multiclass", f"{_about(distinct)} different texts"
    if _are_classes(values, rows):
        return "multiclass", f"{distinct} whole numbers; regression if they are an amount"
    return "regression", f"a number of {_about(distinct)} different values"


def _are_classes(values: Sequence[str], rows: int) -> bool:
    """Whether numbers are whole, and so few that each may be the name of a class."""
    numbers = [class_number(value) for value in values]
    return (
        0 < len(values) <= FEW
        and len(values) * ROWS_A_CLASS <= rows
        and all(number is not None and number.is_integer() for number in numbers)
    )


def _about(distinct: int) -> str:
    """A count that is exact up to 10,000."""
    return f"{distinct:,}" if distinct <= 10_000 else f"about {distinct:,}"
