"""The parts of the rows: what training gets (``Fold``) and what stays sealed (``SealedTest``)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NoReturn, Self

from hpsearch.data.columns import RawRows
from hpsearch.data.table import Features, Labels, Targets
from hpsearch.data.target import UNSCALED, TargetScale
from hpsearch.models.preparation import Preparation


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """Everything that training may see: preprocessed train and validation rows.

    Features are float32 or uint8 ``(rows, columns)``, labels float32 ``(rows,)``: classes by their
    places, or numbers that are standardized by ``target``, the scale of the train rows.
    """

    train_features: Features
    train_labels: Labels
    validation_features: Features
    validation_labels: Labels
    target: TargetScale = UNSCALED

    @property
    def arrays(self) -> tuple[Features, Labels, Features, Labels]:
        """Train features and labels, validation features and labels."""
        train = (self.train_features, self.train_labels)
        return (*train, self.validation_features, self.validation_labels)

    def with_arrays(self, equal: Callable[[Any], Any]) -> Self:
        """The same fold with arrays that hold the same values."""
        names = ("train_features", "train_labels", "validation_features", "validation_labels")
        return replace(self, **{name: equal(getattr(self, name)) for name in names})

    @property
    def columns(self) -> int:
        """Number of features after preprocessing."""
        return int(self.train_features.shape[1])


#: The rows of one split in each preparation that recipes may have.
Folds = Mapping[Preparation, Fold]


@dataclass(frozen=True, slots=True)
class Opening:
    """One look at the test rows: when (UTC, ISO 8601), for which trial if any, and why."""

    time: str
    trial: int | None
    why: str


class SealedTest:
    """The test rows, closed.

    ``unseal`` is the only way in. It writes the opening down before it hands the rows out, and a
    sealed test can't be pickled, so it never reaches a worker. Only ``hpsearch.evaluation.opening``
    may call ``unseal``; ``tests/test_layers.py`` holds every other module to that.
    """

    __slots__ = ("__labels", "__raw")

    def __init__(self, raw: RawRows, labels: Targets) -> None:
        self.__raw = raw
        self.__labels = labels

    def __len__(self) -> int:
        return len(self.__labels)

    def __reduce__(self) -> NoReturn:
        raise TypeError("the test rows are sealed and do not leave the process that read them")

    def unseal(
        self, trial: int | None, why: str, log: Callable[[Opening], None]
    ) -> tuple[RawRows, Targets]:
        """Log an opening, then return the raw rows and their labels, as in ``Table``."""
        log(Opening(datetime.now(UTC).isoformat(timespec="seconds"), trial, why))
        return self.__raw, self.__labels
