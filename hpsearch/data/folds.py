"""The cut of a table: train and validation rows for training, and test rows that are sealed."""

from dataclasses import dataclass

import numpy as np

from hpsearch.data.cutting import Cut
from hpsearch.data.parts import Fold, SealedTest
from hpsearch.data.preprocessing import Preprocessing
from hpsearch.data.standardization import Standardization
from hpsearch.data.table import Table
from hpsearch.data.target import UNSCALED, TargetScale
from hpsearch.errors import DataError
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


def split(table: Table, task: Task, cut: Cut) -> Split:
    """Cut a table in validation, train and test rows.

    Args:
        task: What the labels of each part must be.
        cut: Which rows are for what; columns that dealt them out are no features.

    Raises:
        DataError: If no column is left as a feature, or the labels of a part are not the task's.
    """
    table = table.without(cut.left_out)
    if not table.columns:
        raise DataError(
            f"a table must have at least 1 feature, got none besides {', '.join(cut.left_out)} in "
            f"{table.origin.description}; give more columns"
        )
    parts = (cut.validation, cut.train, cut.test)
    for name, part in zip(("validation", "train", "test"), parts, strict=True):
        problem = task.targets_problem(table.labels[part], table.classes)
        if problem is not None:
            raise DataError(
                f"the {len(part):,} {name} rows {problem}; "
                f"take more rows, or set data.shuffle = true"
            )
    preprocessing = Standardization.fit(table.raw[parts[1]], table.columns)
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
