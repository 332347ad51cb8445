"""How a table is cut: a fold is prepared by what its own train rows teach; the test is sealed."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.cutting import Cut
from hpsearch.data.features.bins import Bins
from hpsearch.data.features.edges import Supervision
from hpsearch.data.features.table_preprocessing import TablePreprocessing
from hpsearch.data.folds import Prepared, Split
from hpsearch.data.gathering import gathered_rows
from hpsearch.data.parts import Fold, SealedTest, Weights
from hpsearch.data.room import IN_MEMORY, Gauge, Room
from hpsearch.data.table import Table
from hpsearch.data.target import UNSCALED, TargetScale
from hpsearch.data.weights import ALIKE, Weighting
from hpsearch.errors import DataError
from hpsearch.models.preparation import Preparation
from hpsearch.tasks.task import Task


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
    _check_parts(table, task, cut, weighting)
    target = UNSCALED if task.classification else TargetScale.fit(table.labels[cut.folds[0][1]])
    work = sum(2 * len(train) + len(validation) for validation, train in cut.folds)
    work *= len({each.of_features for each in preparations})
    gauge = Gauge(room.progress, len(table), table.raw.numbers.nbytes, work)
    prepared = tuple(
        _prepared(table, target, preparations, weighting, room, gauge.advance, validation, train)
        for validation, train in cut.folds
    )
    test = gathered_rows(table.raw, cut.test, room)
    sealed = SealedTest(test, table.labels[cut.test], weighting.of(cut.test))
    return Split(prepared, sealed, cut.repeats)


def _check_parts(table: Table, task: Task, cut: Cut, weighting: Weighting) -> None:
    """Whether in each part some rows count, and their labels are the task's."""
    way_out = "lower data.folds" if cut.several else "mix them (data.shuffle = true)"
    for part, of_fold, places in _parts(cut):
        counting = weighting.counting(places)
        if not len(counting):
            raise DataError(
                f"data.weight must be above 0 in some rows of each part, got 0 in all "
                f"{len(places):,} {part} rows{of_fold}; give rows that count, or {way_out}"
            )
        problem = task.targets_problem(table.labels[counting], table.classes)
        if problem is not None:
            kind = f"{part} rows" if len(counting) == len(places) else f"{part} rows that count"
            raise DataError(
                f"the {len(counting):,} {kind}{of_fold} {problem}; "
                f"give more rows, {way_out}, or leave out what is rare"
            )


def _parts(cut: Cut) -> Iterator[tuple[str, str, NDArray[np.int64]]]:
    """The name of each part, of which fold it is where there are several, and its places."""
    for fold, (validation, train) in enumerate(cut.folds):
        of_fold = f" of fold {fold}" if cut.several else ""
        yield "validation", of_fold, validation
        yield "train", of_fold, train
    yield "test", "", cut.test


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
    validation_labels, train_labels = (
        target.standardized(table.labels[part]).astype(np.float32) for part in places
    )
    validation_weights, train_weights = map(weighting.of, places)
    supervision = Supervision(train_labels, train_weights, target is UNSCALED)
    fitted = _fitted(table, preparations, train, supervision, advance)
    if not all(preprocessing.width for preprocessing in fitted.values()):
        raise DataError(
            f"the rows of {table.origin.description} must have a column of numbers, or texts that "
            f"come again, got only texts that hardly any 2 of the {len(train):,} train rows "
            f"share; give more columns"
        )
    features = {
        way: [preprocessing.apply(table.raw, part, room, advance) for part in places]
        for way, preprocessing in fitted.items()
    }
    class_weights = weighting.of_classes(table, train)

    def fold(preparation: Preparation) -> Fold:
        validation_features, train_features = features[preparation.of_features]
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
            sections=fitted[preparation.of_features].sections,
        )

    return {each: Prepared(fold(each), fitted[each.of_features]) for each in preparations}


def _fitted(
    table: Table,
    preparations: Sequence[Preparation],
    train: NDArray[np.int64],
    supervision: Supervision,
    advance: Callable[[float], None],
) -> Mapping[Preparation, TablePreprocessing]:
    """What train rows teach, by all that features depend on; each part is learned once.

    Args:
        supervision: What is to be predicted of the train rows.
    """
    ways = tuple(dict.fromkeys(each.of_features for each in preparations))
    plain = {
        scaling: TablePreprocessing.fit(
            table.raw, table.columns, scaling, train, lambda share: advance(len(train) * share)
        )
        for scaling in dict.fromkeys(way.scaling for way in ways)
    }
    numeric = [column for column in table.columns if not column.is_text]
    encoders = tuple(dict.fromkeys(way.encoder for way in ways if way.encoder is not None))
    share = (len(ways) - len(plain)) / max(len(encoders) * len(numeric), 1)
    bins = {
        encoder: Bins.fit(
            *(table.raw.numbers, numeric, *encoder, supervision, train),
            lambda: advance(len(train) * share),
        )
        for encoder in encoders
    }
    return {
        way: plain[way.scaling]
        if way.encoder is None
        else plain[way.scaling].with_bins(bins[way.encoder])
        for way in ways
    }


def _single(weights: NDArray[np.float64] | None) -> Weights | None:
    return None if weights is None else weights.astype(np.float32)
