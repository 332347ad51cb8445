"""What the record says of a study's rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from hpsearch.data.columns import Column
from hpsearch.data.folds import Split
from hpsearch.data.inspection.notice import Notice
from hpsearch.data.table import Table


@dataclass(frozen=True, slots=True)
class DataFacts:
    """Which rows a study ran on.

    Attributes:
        fingerprint: Over all rows, those of the test included.
        columns: The raw columns that are features, in their order.
        width: Number of features after preprocessing, as a network gets them.
        classes: Names of the classes, if they have some.
        notices: What people should know of the rows.
    """

    source: str
    description: str
    simulated: bool
    fingerprint: str
    columns: tuple[Column, ...]
    width: int
    train_rows: int
    validation_rows: int
    test_rows: int
    classes: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the raw columns, in their order."""
        return tuple(column.name for column in self.columns)

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Self:
        """The facts that ``asdict`` gave, after JSON made lists of tuples."""
        columns = tuple(Column(**column) for column in facts["columns"])
        notices = tuple(map(Notice.from_json, facts["notices"]))
        classes = tuple(facts["classes"])
        return cls(**{**facts, "columns": columns, "classes": classes, "notices": notices})


def facts_of(table: Table, rows: Split) -> DataFacts:
    """The facts of a table that was cut."""
    return DataFacts(
        source=table.origin.kind,
        description=table.origin.description,
        simulated=table.origin.simulated,
        fingerprint=table.fingerprint(),
        columns=rows.preprocessing.columns,
        width=rows.preprocessing.width,
        train_rows=len(rows.fold.train_labels),
        validation_rows=len(rows.fold.validation_labels),
        test_rows=len(rows.sealed),
        classes=table.classes,
        notices=rows.notices,
    )
