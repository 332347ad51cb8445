"""The parts of the rows: what training gets (``Fold``) and what stays sealed (``SealedTest``)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NoReturn, Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.columns import RawRows
from hpsearch.data.table import Features, Labels, Targets
from hpsearch.data.target import UNSCALED, TargetScale
from hpsearch.models.preparation import Preparation

#: What rows count, float32 ``(rows,)``.
Weights = NDArray[np.float32]

#: The arrays of a fold; weights may be missing.
ARRAYS = (
    *("train_features", "train_labels", "validation_features", "validation_labels"),
    *("train_weights", "validation_weights"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """Everything that training may see: preprocessed train and validation rows.

    Features are float32 or uint8 ``(rows, columns)``, labels float32 ``(rows,)``: classes by their
    places, or numbers that are standardized by ``target``, the scale of the train rows.

    Weights are what rows count, float32 ``(rows,)`` with mean 1 in each part, in the loss and in
    all metrics; None where all count alike. ``class_weights``, by the classes' places, count in the
    loss beside them, and in no metric; there are none where classes count alike.

    ``sections`` say for each feature the number of the raw column that it comes from, as in
    ``Preprocessing``; by default each feature is a section of its own.
    """

    train_features: Features
    train_labels: Labels
    validation_features: Features
    validation_labels: Labels
    target: TargetScale = UNSCALED
    train_weights: Weights | None = None
    validation_weights: Weights | None = None
    class_weights: tuple[float, ...] = ()
    sections: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not self.sections:
            object.__setattr__(self, "sections", tuple(range(self.columns)))

    @property
    def arrays(self) -> tuple[NDArray[np.float32], ...]:
        """Train features and labels, validation features and labels, and weights if any."""
        return tuple(self._arrays().values())

    def with_arrays(self, equal: Callable[[Any], Any]) -> Self:
        """The same fold with arrays that hold the same values."""
        return replace(self, **{name: equal(array) for name, array in self._arrays().items()})

    def _arrays(self) -> dict[str, NDArray[np.float32]]:
        arrays = {name: getattr(self, name) for name in ARRAYS}
        return {name: array for name, array in arrays.items() if array is not None}

    @property
    def weighting(self) -> tuple[str, ...]:
        """What makes rows count differently: ``rows`` themselves, their ``classes``."""
        by_rows = () if self.train_weights is None else ("rows",)
        return (*by_rows, *(("classes",) if self.class_weights else ()))

    @property
    def loss_weights(self) -> Weights | None:
        """What each train row counts in the loss; None where all count alike."""
        if not self.class_weights:
            return self.train_weights
        own = np.asarray(self.class_weights, np.float32)[self.train_labels.astype(np.intp)]
        return own if self.train_weights is None else own * self.train_weights

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

    __slots__ = ("__labels", "__raw", "__weights")

    def __init__(
        self, raw: RawRows, labels: Targets, weights: NDArray[np.float64] | None = None
    ) -> None:
        self.__raw = raw
        self.__labels = labels
        self.__weights = weights

    def __len__(self) -> int:
        return len(self.__labels)

    def __reduce__(self) -> NoReturn:
        raise TypeError("the test rows are sealed and do not leave the process that read them")

    def unseal(
        self, trial: int | None, why: str, log: Callable[[Opening], None]
    ) -> tuple[RawRows, Targets, NDArray[np.float64] | None]:
        """Log an opening, then return the raw rows and their labels, as in ``Table``.

        The last is what the rows count, with mean 1; None where all count alike.
        """
        log(Opening(datetime.now(UTC).isoformat(timespec="seconds"), trial, why))
        return self.__raw, self.__labels, self.__weights
