"""The label of a file: which column it is, and which classes its texts are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hpsearch.data.sources.class_order import class_name, class_number, class_order
from hpsearch.data.sources.files.relation import Relation
from hpsearch.errors import DataError, did_you_mean, named, shown
from hpsearch.tasks.task import Task

#: More columns are not listed in a message.
LISTED_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Classes:
    """Classes of a label.

    Attributes:
        names: In their order; none where the labels are 0 and 1 themselves.
        places: The class of each text that a label may be.
    """

    names: tuple[str, ...]
    places: Mapping[str, int]


def find_label(relation: Relation, label: int | str) -> int:
    """The place of the label's column.

    Raises:
        DataError: If it names no column, or several; with all columns that there are.
    """
    path, names = named(relation.path), relation.names
    if isinstance(label, int):
        if label < len(names):
            return label
        raise DataError(
            f"data.label must be one of the columns 0 to {len(names) - 1} of {path}, got {label}; "
            f"they are {listed(names)}"
        )
    if relation.dialect is not None and not relation.dialect.header:
        raise DataError(
            f"data.label = {shown(label)} names a column, but {path} has no header; "
            f"give the column's number, counted from 0, or set data.header = true"
        )
    if label in relation.repeated:
        raise DataError(
            f"data.label must name one column of {path}, got {shown(label)}, the name of several; "
            f"give the column's number, counted from 0, of {listed(names)}"
        )
    if label not in names:
        raise DataError(
            f"data.label must name a column of {path}, got {shown(label)}"
            f"{did_you_mean(label, names)}; its columns are {listed(names)}"
        )
    return names.index(label)


def listed(names: Sequence[str]) -> str:
    """Names in quotes, all of them up to a limit."""
    told = ", ".join(map(shown, names[:LISTED_COLUMNS]))
    more = len(names) - LISTED_COLUMNS
    return f"{told} and {more:,} more" if more > 0 else told


def classes_of(
    path: Path, name: str, counts: Mapping[str, int], task: Task, given: Sequence[str] | None
) -> Classes:
    """The classes of labels, with numbers that are equal being one class, like 1 and 1.0.

    Args:
        name: The label's column.
        counts: How often each text comes.
        given: The classes that the study names, in order.

    Raises:
        DataError: If there are not as many classes as the task needs.
    """
    values = {text: class_name(text) for text in counts}
    totals: dict[str, int] = {}
    for text, count in counts.items():
        totals[values[text]] = totals.get(values[text], 0) + count
    named_classes = tuple(class_name(text) for text in given) if given is not None else None
    order = named_classes or class_order(tuple(totals))
    if task.name == "binary" and len(order) > 2:
        raise _too_many(path, name, totals, order, given is not None)
    if len(order) < 2:
        only = shown(order[0]) if order else "none"
        raise DataError(
            f"{named(path)} must have labels of two classes or more in {shown(name)}, got only "
            f"{only}; give rows of other classes, or another data.label"
        )
    places = {text: order.index(value) for text, value in values.items() if value in order}
    trivial = task.name == "binary" and order == ("0", "1")
    return Classes(() if trivial else order, places)


def _too_many(
    path: Path, name: str, totals: Mapping[str, int], order: Sequence[str], given: bool
) -> DataError:
    if given:
        return DataError(
            f"data.classes must name two classes where data.task is 'binary', got {len(order)}; "
            f'name two, or set data.task = "multiclass"'
        )
    told = ", ".join(f"{shown(text)} ({totals[text]:,} rows)" for text in order[:10])
    more = f" and {len(order) - 10:,} more" if len(order) > 10 else ""
    numbers = all(class_number(text) is not None for text in order)
    regression = ', or data.task = "regression" if they are amounts' if numbers else ""
    return DataError(
        f"{named(path)} must have labels of two classes where data.task is 'binary', got "
        f"{len(order):,} different ones in {shown(name)}: {told}{more}; "
        f'set data.task = "multiclass"{regression}, or name another data.label'
    )
