"""The cut of a table: train and validation rows for training, and test rows that are sealed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.cutting import Cut
from hpsearch.data.features.table_preprocessing import TablePreprocessing
from hpsearch.data.gathering import gathered_rows
from hpsearch.data.inspection.notice import Notice
from hpsearch.data.mapping import LEAST_BYTES, array_folder, mapped
from hpsearch.data.parts import Fold, Folds, SealedTest, Weights
from hpsearch.data.preprocessing import Preprocessing
from hpsearch.data.room import IN_MEMORY, Gauge, Room
from hpsearch.data.table import Labels, Table
from hpsearch.data.target import UNSCALED, TargetScale
from hpsearch.data.weights import ALIKE, Weighting
from hpsearch.errors import DataError
from hpsearch.models.preparation import Preparation
from hpsearch.tasks.task import Task


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Train and validation rows as a network gets them, and how raw rows become features.

    ``preprocessing`` is learned from the train rows alone; see ``split`` for a target's scale.
    """

    fold: Fold
    preprocessing: Preprocessing


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A table cut in train and validation rows, of one fold or of several, and test rows.

    Attributes:
        prepared: Of each fold, its rows prepared in each way that networks are trained on; the
            first is that of baselines.
        repeats: How many times the folds deal out all rows.
        notices: What people should know of the rows, found before the test was sealed.
    """

    prepared: Sequence[Mapping[Preparation, Prepared]]
    sealed: SealedTest
    repeats: int = 1
    notices: tuple[Notice, ...] = field(default=(), kw_only=True)

    @property
    def usual(self) -> Preparation:
        """The first preparation: that of baselines."""
        return next(iter(self.prepared[0]))

    @property
    def fold(self) -> Fold:
        """The rows of the first fold in the first preparation; labels are the same in all."""
        return self.prepared[0][self.usual].fold

    @property
    def folds(self) -> tuple[Folds, ...]:
        """What training gets."""
        return tuple({way: each.fold for way, each in ways.items()} for ways in self.prepared)

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """Train and validation rows of each fold."""
        folds = (ways[self.usual].fold for ways in self.prepared)
        return tuple((len(fold.train_labels), len(fold.validation_labels)) for fold in folds)

    @property
    def train_rows(self) -> int:
        """Rows that train; where there are several folds, all that are not sealed."""
        if len(self.prepared) == 1:
            return len(self.fold.train_labels)
        return max(train + validation for train, validation in self.sizes)

    @property
    def validation_labels(self) -> Labels:
        """Labels of the rows that validate, each once, in the order of ``out_of_fold``."""
        return out_of_fold(
            [ways[self.usual].fold.validation_labels for ways in self.prepared], self.repeats
        )

    @property
    def validation_weights(self) -> Weights | None:
        """What these rows count, with mean 1 on each fold; None where all count alike."""
        parts = [ways[self.usual].fold.validation_weights for ways in self.prepared]
        known = [weights for weights in parts if weights is not None]
        return out_of_fold(known, self.repeats) if known else None

    def mapped(self, environment: Mapping[str, str], tell: Callable[[str], None]) -> Self:
        """The same split with large arrays in files that all processes map; see ``mapping``.

        Args:
            environment: Names the folder of caches.
            tell: Takes a line where there is no room for them.
        """
        arrays = {
            id(array): array
            for ways in self.folds
            for fold in ways.values()
            for array in fold.arrays
        }
        if all(array.nbytes < LEAST_BYTES for array in arrays.values()):
            return self
        folder = array_folder(environment)
        files = {key: mapped(array, folder, tell) for key, array in arrays.items()}
        prepared = tuple(
            {
                way: replace(each, fold=each.fold.with_arrays(lambda array: files[id(array)]))
                for way, each in ways.items()
            }
            for ways in self.prepared
        )
        return replace(self, prepared=prepared)

    @property
    def preprocessing(self) -> Preprocessing:
        """That of the first fold's first preparation; raw columns are the same in all."""
        return self.prepared[0][self.usual].preprocessing

    @property
    def target(self) -> TargetScale:
        """The scale of what is predicted, whatever networks learn of it."""
        return replace(self.fold.target, logarithm=None)


def out_of_fold(parts: Sequence[NDArray[Any]], repeats: int) -> NDArray[Any]:
    """What the folds' parts say of each row that validates, one fold after the other.

    Of several repeats the first speaks for the rows, so that each row counts once.

    Args:
        parts: ``(rows of the fold, ...)`` for each fold, those of one repeat after the other.
    """
    return np.concatenate(parts[: len(parts) // repeats]) if len(parts) > 1 else parts[0]


def split(
    table: Table,
    task: Task,
    cut: Cut,
    preparations: Sequence[Preparation] = (Preparation(),),
    weighting: Weighting = ALIKE,
    room: Room = IN_MEMORY,
) -> Split:
    """Cut a table in validation, train and test rows.

    The scale of a target is that of the first fold's train rows, so that the values of all folds
    are in one unit; what is learned of features is learned from each fold's own.

    Args:
        task: What the labels of each part must be.
        cut: Which rows are for what; columns that dealt them out are no features.
        preparations: How networks of the study may have their rows prepared; at least one.
        weighting: What rows and classes count.
        room: For features and test rows.

    Raises:
        DataError: If no column is left as a feature, the labels of a part are not the task's, or
            nothing counts in it.
    """
    table = table.without(cut.left_out)
    if not table.columns:
        raise DataError(
            f"a table must have at least 1 feature, got none besides {', '.join(cut.left_out)} in "
            f"{table.origin.description}; give more columns"
        )
    _check_labels(table, task, cut, weighting)
    target = UNSCALED if task.classification else TargetScale.fit(table.labels[cut.folds[0][1]])
    work = sum(2 * len(train) + len(validation) for validation, train in cut.folds)
    work *= len({each.scaling for each in preparations})
    gauge = Gauge(room.progress, len(table), table.raw.numbers.nbytes, work)
    prepared = tuple(
        _prepared(table, target, preparations, weighting, room, gauge.advance, validation, train)
        for validation, train in cut.folds
    )
    test = gathered_rows(table.raw, cut.test, room)
    sealed = SealedTest(test, table.labels[cut.test], weighting.of(cut.test))
    return Split(prepared, sealed, cut.repeats)


def _check_labels(table: Table, task: Task, cut: Cut, weighting: Weighting) -> None:
    parts = []
    for fold, (validation, train) in enumerate(cut.folds):
        of_fold = f" of fold {fold}" if cut.several else ""
        parts += [("validation", validation, of_fold), ("train", train, of_fold)]
    parts.append(("test", cut.test, ""))
    way_out = "lower data.folds" if cut.several else "mix them (data.shuffle = true)"
    for name, part, of_fold in parts:
        weighting.of(part)
        counting = weighting.counting(part)
        problem = task.targets_problem(table.labels[counting], table.classes)
        if problem is not None:
            kind = f"{name} rows" if len(counting) == len(part) else f"{name} rows that count"
            raise DataError(
                f"the {len(counting):,} {kind}{of_fold} {problem}; "
                f"give more rows, {way_out}, or leave out what is rare"
            )


def _prepared(
    table: Table,
    target: TargetScale,
    preparations: Sequence[Preparation],
    weighting: Weighting,
    room: Room,
    advance: Callable[[float], None],
    *places: NDArray[np.int64],
) -> Mapping[Preparation, Prepared]:
    """A fold in each preparation.

    Args:
        advance: Called with rows that more are learned of, or made features.
        places: Those of its validation rows, and of its train rows.
    """
    train = places[1]
    scalings = dict.fromkeys(each.scaling for each in preparations)
    fitted = {
        scaling: TablePreprocessing.fit(
            table.raw,
            table.columns,
            scaling,
            train,
            lambda share: advance(len(train) * share),
        )
        for scaling in scalings
    }
    if not all(preprocessing.width for preprocessing in fitted.values()):
        raise DataError(
            f"the rows of {table.origin.description} must have a column of numbers, or texts that "
            f"come again, got only texts that hardly any 2 of the {len(train):,} train rows "
            f"share; give more columns"
        )
    features = {
        scaling: [preprocessing.apply(table.raw, part, room, advance) for part in places]
        for scaling, preprocessing in fitted.items()
    }
    validation_labels, train_labels = (
        target.standardized(table.labels[part]).astype(np.float32) for part in places
    )

    validation_weights, train_weights = map(weighting.of, places)
    class_weights = weighting.of_classes(table, train)

    def fold(preparation: Preparation) -> Fold:
        validation_features, train_features = features[preparation.scaling]
        logged = preparation.target_transform == "log"
        if logged and train_labels.min() >= 0:
            raise DataError(
                "with target_transform = 'log' each fold must have train rows below the mean of "
                "the first fold's, got a fold with none; mix the rows (data.shuffle = true)"
            )
        scale = target.with_logarithm(train_labels) if logged else target
        return Fold(
            *(train_features, train_labels, validation_features, validation_labels, scale),
            train_weights=_single(train_weights),
            validation_weights=_single(validation_weights),
            class_weights=class_weights,
        )

    return {each: Prepared(fold(each), fitted[each.scaling]) for each in preparations}


def _single(weights: NDArray[np.float64] | None) -> Weights | None:
    return None if weights is None else weights.astype(np.float32)
