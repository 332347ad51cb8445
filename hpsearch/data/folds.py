"""The cut of a table: train and validation rows for training, and test rows that are sealed."""

from dataclasses import dataclass

import numpy as np

from hpsearch.data.parts import Fold, SealedTest
from hpsearch.data.preprocessing import Preprocessing
from hpsearch.data.standardization import Standardization
from hpsearch.data.table import Table
from hpsearch.errors import DataError


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A table cut in three; ``preprocessing`` was fitted on the train rows alone."""

    fold: Fold
    preprocessing: Preprocessing
    sealed: SealedTest


def split(
    table: Table, *, validation: int, train: int, test: int, shuffle: int | None = None
) -> Split:
    """Cut a table in validation, train and test rows, in this order, the tutorial's.

    Args:
        table: At least ``validation + train + test`` rows; further rows are not used.
        shuffle: Seed of a permutation of the rows before the cut; None keeps their order.

    Raises:
        DataError: If the table is too short, or a part holds rows of one label only.
    """
    asked, rows = validation + train + test, len(table.labels)
    if rows < asked:
        raise DataError(
            f"the study asks for {asked:,} rows ({validation:,} validation + {train:,} train "
            f"+ {test:,} test), got {rows:,} from {table.origin.description}; "
            f"lower data.test or data.train, or give more rows"
        )
    order = np.arange(rows) if shuffle is None else np.random.default_rng(shuffle).permutation(rows)
    parts = np.split(order[:asked], [validation, validation + train])
    for name, part in zip(("validation", "train", "test"), parts, strict=True):
        labels = np.unique(table.labels[part])
        if len(part) and len(labels) < 2:
            raise DataError(
                f"the {len(part):,} {name} rows must hold both labels, "
                f"got only label {labels[0]:g}; take more rows, or set data.shuffle = true"
            )
    preprocessing = Standardization.fit(table.features[parts[1]], table.names)
    validation_features, train_features = (
        np.ascontiguousarray(preprocessing.apply(table.features[part])) for part in parts[:2]
    )
    fold = Fold(train_features, table.labels[parts[1]], validation_features, table.labels[parts[0]])
    sealed = SealedTest(table.features[parts[2]], table.labels[parts[2]])
    return Split(fold, preprocessing, sealed)
