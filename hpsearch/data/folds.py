"""The parts of the rows: what training gets (``Fold``) and what stays sealed (``SealedTest``)."""

from dataclasses import dataclass

import numpy as np

from hpsearch.data.parts import Fold, SealedTest
from hpsearch.data.preprocessing import Scaling
from hpsearch.data.table import Table
from hpsearch.errors import DataError


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A table cut in three; ``scaling`` was fitted on the train rows alone."""

    fold: Fold
    scaling: Scaling
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
    wanted, rows = validation + train + test, len(table.labels)
    if rows < wanted:
        raise DataError(
            f"the study asks for {wanted:,} rows ({validation:,} validation + {train:,} train "
            f"+ {test:,} test), got {rows:,} from {table.source.description}; "
            f"lower data.test or data.train, or give more rows"
        )
    order = np.arange(rows) if shuffle is None else np.random.default_rng(shuffle).permutation(rows)
    parts = np.split(order[:wanted], [validation, validation + train])
    for name, part in zip(("validation", "train", "test"), parts, strict=True):
        labels = np.unique(table.labels[part])
        if len(part) and len(labels) < 2:
            raise DataError(
                f"the {len(part):,} {name} rows must hold both labels, "
                f"got only label {labels[0]:g}; take more rows, or set data.shuffle = true"
            )
    scaling = Scaling.fit(table.features[parts[1]])
    scaled = [np.ascontiguousarray(scaling.apply(table.features[part])) for part in parts[:2]]
    fold = Fold(scaled[1], table.labels[parts[1]], scaled[0], table.labels[parts[0]])
    return Split(fold, scaling, SealedTest(table.features[parts[2]], table.labels[parts[2]]))
