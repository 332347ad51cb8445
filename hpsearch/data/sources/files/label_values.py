"""The labels of all rows of a file as classes, and the rows that are left out for theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.columns import RawRows
from hpsearch.data.sources.files.labels import classes_of, listed
from hpsearch.data.sources.files.mistakes import MOST_TOLD, Mistake
from hpsearch.data.sources.files.relation import Field, Relation
from hpsearch.data.sources.files.values import cells_at
from hpsearch.data.sources.left_out import count_left_out
from hpsearch.errors import DataError, named, shown
from hpsearch.study.table_keys import TableKeys
from hpsearch.tasks.task import Task

#: More different labels are no classes.
MOST_CLASSES = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class LabelValues:
    """Labels of all rows.

    Attributes:
        missing: Rows without a label, bool ``(rows,)``.
        unused: These, and rows of a class that is left out; their values mean nothing.
        left_out: Rows of each label that data.leave_out names.
    """

    values: NDArray[np.floating[Any]]
    missing: NDArray[np.bool_]
    unused: NDArray[np.bool_]
    classes: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)


def read_classes(
    relation: Relation, column: Field, raw: RawRows, task: Task, given: TableKeys
) -> LabelValues:
    """Labels that are classes, float32 places among them.

    Args:
        raw: Its first column of texts is the label's.

    Raises:
        DataError: If there are too many classes, or not as many as the task needs.
    """
    texts, codes = raw.vocabularies[0], raw.codes[:, 0]
    if len(texts) > MOST_CLASSES:
        raise DataError(
            f"{named(relation.path)} must have at most {MOST_CLASSES:,} different labels in "
            f"{shown(column.name)} where data.task is {task.name!r}, got {len(texts):,}; "
            f'set data.task = "regression" if they are amounts, or name another data.label'
        )
    totals = np.bincount(codes[codes >= 0], minlength=len(texts))
    counts = {text: int(total) for text, total in zip(texts, totals, strict=True)}
    dropped = count_left_out(counts, given.leave_out)
    kept = {text: count for text, count in counts.items() if text not in dropped}
    out = np.array([text in dropped for text in texts] + [True], np.bool_)[codes]
    classes = classes_of(relation.path, column.name, kept, task, given.classes)
    places = np.array([classes.places.get(text, -1) for text in texts] + [-1], np.int32)
    labels = places[codes]
    wrong = (labels < 0) & ~out
    mistakes = _label_mistakes(relation, column, wrong, given.classes or ())
    return LabelValues(labels.astype(np.float32), codes < 0, out, classes.names, mistakes, dropped)


def _label_mistakes(
    relation: Relation, column: Field, wrong: NDArray[np.bool_], classes: Sequence[str]
) -> tuple[Mistake, ...]:
    """The rows whose label is none of the classes that the study names."""
    rule = f"{shown(column.name)} is the label and must be one of {listed(classes)}"
    way_out = "correct the label, or add it to data.classes"
    rows = [int(row) for row in np.flatnonzero(wrong)]
    told = rows[:MOST_TOLD]
    mistakes = [
        Mistake(place, f"{rule}, got {shown(text)}", way_out)
        for place, text in zip(relation.places(told), cells_at(relation, column, told), strict=True)
    ]
    if len(rows) > len(told):
        mistakes[-1] = replace(mistakes[-1], untold=len(rows) - len(told))
    return tuple(mistakes)
