"""The parts of the rows: what training gets (``Fold``) and what stays sealed (``SealedTest``)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.table import Features, Labels, Table
from hpsearch.errors import DataError


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """Standardisation fitted on train rows: ``(x - mean) / deviation``, float32 ``(columns,)``."""

    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]

    @classmethod
    def fit(cls, features: Features) -> "Scaling":
        """Mean and standard deviation of each column; a constant column keeps deviation 1."""
        mean = features.mean(axis=0, dtype=np.float64)
        deviation = features.std(axis=0, dtype=np.float64)
        deviation[deviation <= 1e-6 * np.abs(mean)] = 1.0
        deviation[deviation == 0] = 1.0
        return cls(mean.astype(np.float32), deviation.astype(np.float32))

    def apply(self, features: Features) -> Features:
        """Standardised features, float32 of the same shape."""
        return (features - self.mean) / self.deviation


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """Everything that training may see: standardised train and validation rows.

    Features are float32 ``(rows, columns)``, labels float32 ``(rows,)``.
    """

    train_features: Features
    train_labels: Labels
    validation_features: Features
    validation_labels: Labels

    @property
    def columns(self) -> int:
        """Number of features."""
        return int(self.train_features.shape[1])


@dataclass(frozen=True, slots=True)
class Opening:
    """One look at the test rows: when (UTC, ISO 8601), for which trial if any, and why."""

    time: str
    trial: int | None
    why: str


class SealedTest:
    """The test rows, closed.

    ``unseal`` is the only way in. It writes the opening down before it hands the rows out, and a
    sealed test can't be pickled, so it never reaches a worker. Only ``hpsearch.results.test`` may
    call ``unseal``; ``tests/test_layers.py`` holds every other module to that.
    """

    __slots__ = ("__features", "__labels")

    def __init__(self, features: Features, labels: Labels) -> None:
        self.__features = features
        self.__labels = labels

    def __len__(self) -> int:
        return len(self.__labels)

    def __reduce__(self) -> NoReturn:
        raise TypeError("the test rows are sealed and do not leave the process that read them")

    def unseal(
        self, trial: int | None, why: str, log: Callable[[Opening], None]
    ) -> tuple[Features, Labels]:
        """Log an opening, then return raw features ``(rows, columns)`` and labels ``(rows,)``."""
        log(Opening(datetime.now(UTC).isoformat(timespec="seconds"), trial, why))
        return self.__features, self.__labels


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
