"""The cut of a table: train and validation rows for training, and test rows that are sealed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from hpsearch.data.cutting import Cut
from hpsearch.data.features.table_preprocessing import TablePreprocessing
from hpsearch.data.gathering import gathered_rows
from hpsearch.data.inspection.notice import Notice
from hpsearch.data.mapping import LEAST_BYTES, LEAST_BYTES_BESIDE, array_folder, mapped
from hpsearch.data.parts import Fold, Folds, SealedTest
from hpsearch.data.preprocessing import Preprocessing
from hpsearch.data.room import IN_MEMORY, Gauge, Room
from hpsearch.data.table import Table
from hpsearch.data.target import UNSCALED, TargetScale
from hpsearch.errors import DataError
from hpsearch.models.preparation import Preparation
from hpsearch.tasks.task import Task


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Train and validation rows as a network gets them, and how raw rows become features.

    ``preprocessing`` and the fold's scale of the target are learned from the train rows alone.
    """

    fold: Fold
    preprocessing: Preprocessing


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A table cut in three.

    Attributes:
        prepared: Train and validation rows, prepared in each way that networks are trained on; the
            first is that of baselines.
        notices: What people should know of the rows, found before the test was sealed.
    """

    prepared: Mapping[Preparation, Prepared]
    sealed: SealedTest
    notices: tuple[Notice, ...] = field(default=(), kw_only=True)

    @property
    def usual(self) -> Preparation:
        """The first preparation: that of baselines."""
        return next(iter(self.prepared))

    @property
    def fold(self) -> Fold:
        """The rows of the first preparation; labels are the same in all."""
        return self.prepared[self.usual].fold

    @property
    def folds(self) -> Folds:
        """What training gets."""
        return {way: prepared.fold for way, prepared in self.prepared.items()}

    def mapped(self, environment: Mapping[str, str], tell: Callable[[str], None]) -> Self:
        """The same split with large arrays in files that all processes map; see ``mapping``.

        Where one is large, so are the workers' copies of the others together.

        Args:
            environment: Names the folder of caches.
            tell: Takes a line where there is no room for them.
        """
        arrays = {id(array): array for fold in self.folds.values() for array in fold.arrays}
        if all(array.nbytes < LEAST_BYTES for array in arrays.values()):
            return self
        folder = array_folder(environment)
        files = {
            key: mapped(array, folder, tell, min(LEAST_BYTES, LEAST_BYTES_BESIDE))
            for key, array in arrays.items()
        }
        prepared = {
            way: replace(each, fold=each.fold.with_arrays(lambda array: files[id(array)]))
            for way, each in self.prepared.items()
        }
        return replace(self, prepared=prepared)

    @property
    def preprocessing(self) -> Preprocessing:
        """That of the first preparation; raw columns and width are the same in all."""
        return self.prepared[self.usual].preprocessing

    @property
    def target(self) -> TargetScale:
        """The scale of what is predicted, whatever networks learn of it."""
        return replace(self.fold.target, logarithm=None)


def split(
    table: Table,
    task: Task,
    cut: Cut,
    preparations: Sequence[Preparation] = (Preparation(),),
    room: Room = IN_MEMORY,
) -> Split:
    """Cut a table in validation, train and test rows.

    Args:
        task: What the labels of each part must be.
        cut: Which rows are for what; columns that dealt them out are no features.
        preparations: How networks of the study may have their rows prepared; at least one.
        room: For features and test rows.

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
    scalings = dict.fromkeys(each.scaling for each in preparations)
    trained = len(cut.train)
    work = len(scalings) * (2 * trained + len(cut.validation))
    gauge = Gauge(room.progress, len(table), table.raw.numbers.nbytes, work)
    fitted = {
        scaling: TablePreprocessing.fit(
            table.raw,
            table.columns,
            scaling,
            cut.train,
            lambda share: gauge.advance(trained * share),
        )
        for scaling in scalings
    }
    if not all(preprocessing.width for preprocessing in fitted.values()):
        raise DataError(
            f"the rows of {table.origin.description} must have a column of numbers, or texts that "
            f"come again, got only texts that hardly any 2 of the {len(parts[1]):,} train rows "
            f"share; give more columns"
        )
    features = {
        scaling: [preprocessing.apply(table.raw, part, room, gauge.advance) for part in parts[:2]]
        for scaling, preprocessing in fitted.items()
    }
    target = UNSCALED if task.classification else TargetScale.fit(table.labels[parts[1]])
    validation_labels, train_labels = (
        target.standardized(table.labels[part]).astype(np.float32) for part in parts[:2]
    )

    def fold(preparation: Preparation) -> Fold:
        validation_features, train_features = features[preparation.scaling]
        logged = preparation.target_transform == "log"
        scale = target.with_logarithm(train_labels) if logged else target
        return Fold(train_features, train_labels, validation_features, validation_labels, scale)

    return Split(
        {each: Prepared(fold(each), fitted[each.scaling]) for each in preparations},
        SealedTest(gathered_rows(table.raw, cut.test, room), table.labels[cut.test]),
    )
