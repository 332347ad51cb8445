"""What the record says of a study's rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from hpsearch.data.columns import Column
from hpsearch.data.folds import Split
from hpsearch.data.inspection.notice import Notice
from hpsearch.data.table import Table
from hpsearch.data.target import UNSCALED, TargetScale
from hpsearch.models.preparation import Preparation, width_of
from hpsearch.tasks.task import Task
from hpsearch.wording import say_count, say_folds


@dataclass(frozen=True, slots=True)
class DataFacts:
    """Which rows a study ran on.

    Attributes:
        fingerprint: Over all rows, those of the test included.
        columns: The raw columns that are features, in their order.
        width: Number of features after preprocessing, as a network gets them where nothing is
            encoded; on the first fold.
        encoded_widths: The same for each encoding that the study has, by ``Preparation.code``.
        train_rows, validation_rows: With folds all rows that train, and all that validate, on one
            fold or another.
        classes: Names of the classes, if they have some.
        target: The scale of what is predicted, over the train rows, those of the first fold.
        folds: Train and validation rows of each fold, where there are several.
        repeats: How many times the rows were dealt out to folds.
        chance: By the names of the task's test metrics, what a model that has learned nothing
            reaches on the validation rows.
        notices: What people should know of the rows.
        weight: The column that says what each row counts, if there is one.
        class_weights: What classes count in the loss, by their places; none where they count alike.
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
    target: TargetScale = UNSCALED
    chance: Mapping[str, float] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    folds: tuple[tuple[int, int], ...] = ()
    repeats: int = 1
    weight: str | None = None
    class_weights: tuple[float, ...] = ()
    encoded_widths: Mapping[str, int] = field(default_factory=dict)

    def width_of(self, preparation: Preparation) -> int:
        """Number of features of rows that are prepared so."""
        return width_of(preparation, self.width, self.encoded_widths)

    @property
    def trained_rows(self) -> str:
        """What a training depends on besides its run: the rows, and what they count."""
        if self.weight is None and not self.class_weights:
            return self.fingerprint
        return f"{self.fingerprint} {self.weight!r} {self.class_weights!r}"

    @property
    def parts(self) -> str:
        """Which rows are for what: ``10,000 train, 1,000 validate, 9,977 are sealed for the test``.

        With folds all rows that are not sealed train, and validate in turn.
        """
        parts = f"{say_count(self.train_rows)} train, {say_count(self.validation_rows)} validate"
        if self.folds:
            folds = say_folds(len(self.folds), self.repeats)
            parts = f"{say_count(self.train_rows)} train and validate in turn, in {folds}"
        return f"{parts}, {say_count(self.test_rows)} are sealed for the test"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the raw columns, in their order."""
        return tuple(column.name for column in self.columns)

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Self:
        """The facts that ``asdict`` gave, after JSON made lists of tuples."""
        columns = tuple(Column(**column) for column in facts["columns"])
        return cls(
            **{
                **facts,
                "columns": columns,
                "classes": tuple(facts["classes"]),
                "target": TargetScale(**facts["target"]),
                "notices": tuple(map(Notice.from_json, facts["notices"])),
                "folds": tuple(map(tuple, facts.get("folds", ()))),
                "class_weights": tuple(facts.get("class_weights", ())),
            }
        )


def facts_of(table: Table, rows: Split, task: Task, weight: str | None = None) -> DataFacts:
    """The facts of a table that was cut; ``weight`` is the column that says what rows count."""
    labels, weights = rows.validation_labels, rows.validation_weights
    own = labels if task.classification else rows.target.restored(labels)
    return DataFacts(
        source=table.origin.kind,
        description=table.origin.description,
        simulated=table.origin.simulated,
        fingerprint=table.fingerprint(),
        columns=rows.preprocessing.columns,
        width=rows.preprocessing.width,
        train_rows=rows.train_rows,
        validation_rows=len(labels),
        test_rows=len(rows.sealed),
        classes=table.classes,
        target=rows.target,
        chance={
            metric.name: metric.chance(labels if metric.standardized else own, weights)
            for metric in task.test_metrics
            if metric.chance is not None
        },
        notices=rows.notices,
        folds=rows.sizes if len(rows.sizes) > 1 else (),
        repeats=rows.repeats,
        weight=weight,
        class_weights=rows.fold.class_weights,
        encoded_widths={
            way.code: each.preprocessing.width for way, each in rows.prepared[0].items() if way.code
        },
    )
