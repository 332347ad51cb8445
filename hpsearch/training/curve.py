"""Learning curves, and what they say: best epoch, best value, and how a training ended."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

#: float32 ``(epochs, 2, metrics)``: train then validation, metrics as ``metrics.CURVE_METRICS``.
Curve = NDArray[np.float32]


class Ending(StrEnum):
    """How a segment ended."""

    RUNNING = "running"
    STOPPED_EARLY = "stopped early"
    DIVERGED = "diverged"


@dataclass(frozen=True, slots=True)
class CurveSummary:
    """What a learning curve says; ``value`` is None where no epoch was finite."""

    epochs: int
    best_epoch: int | None
    value: float | None
    ending: Ending


def summarise(curve: Curve, patience: int) -> CurveSummary:
    """Read best epoch, best value and ending off a curve that begins at epoch 1.

    A trainer's ``Progress`` says the same of the same curve; this is for curves from the record.
    """
    validation = curve[:, 1, 0]
    finite = np.isfinite(validation) & np.isfinite(curve[:, 0, 0])
    if not finite.any():
        best_epoch, value = None, None
    else:
        best_epoch = int(np.argmin(np.where(finite, validation, np.inf))) + 1
        value = float(validation[best_epoch - 1])
    if len(curve) and not finite[-1]:
        ending = Ending.DIVERGED
    elif len(curve) - (best_epoch or 0) >= patience:
        ending = Ending.STOPPED_EARLY
    else:
        ending = Ending.RUNNING
    return CurveSummary(len(curve), best_epoch, value, ending)
