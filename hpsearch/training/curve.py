"""Learning curves, and what they say: best epoch, best value, and how a training ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from hpsearch.tasks.registry import SIGNS

#: The middle axis of a curve's values.
TRAIN, VALIDATION = 0, 1


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Metrics after each epoch, on train and on validation rows.

    Attributes:
        metrics: Their names; epochs are ranked by the first.
        values: float32 ``(epochs, 2, metrics)``: train, then validation.
    """

    metrics: tuple[str, ...]
    values: NDArray[np.float32]

    def __len__(self) -> int:
        """Number of epochs."""
        return len(self.values)

    def train(self, metric: str | None = None) -> NDArray[np.float32]:
        """A metric on the train rows, the first if none is named, float32 ``(epochs,)``."""
        return self._column(TRAIN, metric)

    def validation(self, metric: str | None = None) -> NDArray[np.float32]:
        """The same on the validation rows."""
        return self._column(VALIDATION, metric)

    def until(self, epoch: int) -> "Curve":
        """Its beginning, up to and with ``epoch``."""
        return Curve(self.metrics, self.values[:epoch])

    def then(self, later: "Curve") -> "Curve":
        """This curve and that of the epochs after it.

        Raises:
            ValueError: If they are of different metrics.
        """
        if not len(self):
            return later
        if later.metrics != self.metrics:
            raise ValueError(f"curves must be of {self.metrics}, got {later.metrics}")
        return Curve(self.metrics, np.concatenate([self.values, later.values]))

    def _column(self, part: int, metric: str | None) -> NDArray[np.float32]:
        if not len(self):
            return np.zeros(0, np.float32)
        column = 0 if metric is None else self.metrics.index(metric)
        values: NDArray[np.float32] = self.values[:, part, column]
        return values


#: The curve of a training that has not begun.
NO_EPOCHS = Curve((), np.zeros((0, 2, 0), np.float32))


class Ending(StrEnum):
    """How a segment ended."""

    RUNNING = "running"
    STOPPED_EARLY = "stopped early"
    DIVERGED = "diverged"


@dataclass(frozen=True, slots=True)
class CurveSummary:
    """What a learning curve says; ``value`` is None where no epoch was finite.

    ``best_epoch`` is that whose weights are kept, and ``value`` the objective there.
    """

    epochs: int
    best_epoch: int | None
    value: float | None
    ending: Ending


def summarize(curve: Curve, patience: int, keep: str) -> CurveSummary:
    """Read best epoch, best value and ending off a curve that begins at epoch 1.

    A trainer's ``Progress`` says the same of the same curve; this is for curves from the record.

    Args:
        keep: As in ``Recipe``.
    """
    kept = kept_epochs(curve, keep)
    best_epoch = int(kept[-1]) or None if len(kept) else None
    value = None if best_epoch is None else float(curve.validation()[best_epoch - 1])
    if len(curve) and not np.isfinite(curve.values[-1]).all():
        ending = Ending.DIVERGED
    elif len(curve) - (best_epoch or 0) >= patience:
        ending = Ending.STOPPED_EARLY
    else:
        ending = Ending.RUNNING
    return CurveSummary(len(curve), best_epoch, value, ending)


def kept_epochs(curve: Curve, keep: str) -> NDArray[np.int64]:
    """After each epoch the one whose weights are kept, from 1; 0 before the first finite one.

    It is the best so far by the objective, the earliest of equals; where ``keep`` is ``"last"``
    the latest that is finite.
    """
    better = np.isfinite(curve.values).all(axis=(1, 2))
    if keep != "last":
        sign = SIGNS[curve.metrics[0]] if curve.metrics else 1
        values = np.where(better, sign * curve.validation(), np.inf)
        before = np.minimum.accumulate(np.concatenate([[np.inf], values]))[:-1]
        better = values < before
    epochs: NDArray[np.int64] = np.maximum.accumulate(
        np.where(better, np.arange(1, len(curve) + 1), 0)
    )
    return epochs


def over_folds(folds: Sequence[CurveSummary]) -> CurveSummary:
    """All epochs of a training on each of some folds, and the mean of best epoch and value.

    There is no value where one is missing on a fold; it ended as on the last fold.
    """
    if len(folds) == 1:
        return folds[0]
    values = [fold.value for fold in folds if fold.value is not None]
    best = [fold.best_epoch for fold in folds if fold.best_epoch is not None]
    return CurveSummary(
        sum(fold.epochs for fold in folds),
        round(fmean(best)) if best else None,
        fmean(values) if len(values) == len(folds) else None,
        folds[-1].ending,
    )
