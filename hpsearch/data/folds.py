"""The cut of a table: train and validation rows for training, and test rows that are sealed."""

from dataclasses import dataclass, field

import numpy as np

from hpsearch.data.cutting import Cut
from hpsearch.data.features.table_preprocessing import TablePreprocessing
from hpsearch.data.inspection.notice import Notice
from hpsearch.data.parts import Fold, SealedTest
from hpsearch.data.preprocessing import Preprocessing
from hpsearch.data.table import Table
from hpsearch.data.target import UNSCALED, TargetScale
from hpsearch.errors import DataError
from hpsearch.study.sections import ScalingName
from hpsearch.tasks.task import Task


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A table cut in three; ``preprocessing`` and ``target`` know the train rows alone.

    Attributes:
        notices: What people should know of the rows, found before the test was sealed.
    """

    fold: Fold
    preprocessing: Preprocessing
    sealed: SealedTest
    notices: tuple[Notice, ...] = field(default=(), kw_only=True)

    @property
    def target(self) -> TargetScale:
        """The scale of what is predicted."""
        return self.fold.target


def split(table: Table, task: Task, cut: Cut, scaling: ScalingName = "standard") -> Split:
    """Cut a table in validation, train and test rows.

    Args:
        task: What the labels of each part must be.
        cut: Which rows are for what; columns that dealt them out are no features.
        scaling: How columns of numbers are scaled.

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
                f"give more rows, mix them (data.shuffle = true), or leave out what is rare"
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
