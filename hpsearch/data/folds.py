"""The cut of a table: train and validation rows for training, and test rows that are sealed."""

from dataclasses import dataclass

import numpy as np

from hpsearch.data.features.table_preprocessing import TablePreprocessing
from hpsearch.data.parts import Fold, SealedTest
from hpsearch.data.preprocessing import Preprocessing
from hpsearch.data.table import Table
from hpsearch.data.target import UNSCALED, TargetScale
from hpsearch.errors import DataError
from hpsearch.study.sections import ScalingName
from hpsearch.tasks.task import Task


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A table cut in three; ``preprocessing`` and ``target`` know the train rows alone."""

    fold: Fold
    preprocessing: Preprocessing
    sealed: SealedTest

    @property
    def target(self) -> TargetScale:
        """The scale of what is predicted."""
        return self.fold.target


def split(
    table: Table,
    task: Task,
    *,
    validation: int,
    train: int,
    test: int,
    shuffle: int | None = None,
    scaling: ScalingName = "standard",
) -> Split:
    """Cut a table in validation, train and test rows, in this order, the tutorial's.

    Args:
        table: At least ``validation + train + test`` rows; further rows are not used.
        task: What the labels of each part must be.
        shuffle: Seed of a permutation of the rows before the cut; None keeps their order.
        scaling: How columns of numbers are scaled.

    Raises:
        DataError: If the table is too short, or the labels of a part are not the task's.
    """
    asked, rows = validation + train + test, len(table)
    if rows < asked:
        raise DataError(
            f"the study asks for {asked:,} rows ({validation:,} validation + {train:,} train "
            f"+ {test:,} test), got {rows:,} from {table.origin.description}; "
            f"lower data.test or data.train, or give more rows"
        )
    order = np.arange(rows) if shuffle is None else np.random.default_rng(shuffle).permutation(rows)
    parts = np.split(order[:asked], [validation, validation + train])
    for name, part in zip(("validation", "train", "test"), parts, strict=True):
        problem = task.targets_problem(table.labels[part], table.classes) if len(part) else None
        if problem is not None:
            raise DataError(
                f"the {len(part):,} {name} rows {problem}; "
                f"take more rows, or set data.shuffle = true"
            )
    preprocessing = TablePreprocessing.fit(table.raw[parts[1]], table.columns, scaling)
    if not preprocessing.width:
        raise DataError(
            f"the rows of {table.origin.description} must have a column of numbers, or texts that "
            f"come again, got only texts that hardly any 2 of the {len(parts[1]):,} train rows "
            f"share; give more columns"
        )
    validation_features, train_features = (
        np.ascontiguousarray(preprocessing.apply(table.raw[part])) for part in parts[:2]
    )
    target = UNSCALED if task.classification else TargetScale.fit(table.labels[parts[1]])
    validation_labels, train_labels = (
        target.standardized(table.labels[part]).astype(np.float32) for part in parts[:2]
    )
    fold = Fold(train_features, train_labels, validation_features, validation_labels, target)
    sealed = SealedTest(table.raw[parts[2]], table.labels[parts[2]])
    return Split(fold, preprocessing, sealed)
