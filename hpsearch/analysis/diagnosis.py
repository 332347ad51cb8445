"""Whether a network underfits, fits or overfits, read off its learning curve by one stated rule."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hpsearch.tasks.metric import Metric
from hpsearch.tasks.task import Task
from hpsearch.training.curve import Curve

#: float64 ``(epochs, 2)``: the objective on train and validation rows.
ObjectiveCurve = NDArray[np.float64]

Verdict = Literal["underfits", "fits", "overfits", "diverged"]

#: Why the verdict is what it is; the words are the report's.
Evidence = Literal[
    "validation rises",
    "still improving",
    "another is better",
    "only train improves",
    "validation holds",
    "loss not finite",
]


def rule_of(task: Task) -> str:
    """The rule of ``diagnose``, for people."""
    rise = f"{task.rise:g} {task.metric.unit}".rstrip()
    minimized = task.metric.sign > 0
    rises, falls, falling = (
        ("rises", "falls", "falling") if minimized else ("falls", "rises", "rising")
    )
    lower = "lower" if minimized else "higher"
    gap = "gap" if minimized else "gap, in size,"
    return (
        "Changes are read off means over the epochs within a tenth of each, so that noise decides "
        "little. A network overfits from its best epoch on if from there to the last epoch "
        f"validation {rises} by more than {rise} while train {falls}. If it does not, it "
        "underfits in "
        "two cases: its epochs ran out with the best one among the last tenth and validation still "
        f"{falling}, by more than {task.progress:g} over the last fifth; or its {gap} is below "
        f"{task.rise:g} at the best and at the last epoch, while another configuration of this "
        f"section has a validation value more than {task.rise:g} {lower}. Otherwise it fits; it is "
        f"close to overfitting where after the best epoch train {falls} by more than {task.rise:g} "
        f"and validation by less than {task.progress:g}, or not at all."
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """The objective at one epoch, as recorded; ``gap`` is validation less train."""

    epoch: int
    train: float
    validation: float
    gap: float


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a learning curve says of its network.

    Attributes:
        best: At the best epoch; None where no epoch was finite.
        last: At the last epoch that was finite; None where none was.
        train_change, validation_change: From the best to the last epoch, smoothed; 0 where they are
            one and the same, or not there.
    """

    verdict: Verdict
    reason: Evidence
    best: Moment | None
    last: Moment | None
    train_change: float
    validation_change: float


def diagnose(task: Task, curve: Curve, limit: int, best_elsewhere: float) -> Diagnosis:
    """Judge a network by its learning curve, as ``rule_of`` says.

    Args:
        curve: From the first epoch on; an epoch that is not finite ends it, and the run diverged.
        limit: The most epochs that it might have run.
        best_elsewhere: Best validation value of other configurations beside it; the worst, which
            is infinite, where there are none.
    """
    metric = task.metric
    losses = finite_losses(metric, curve)
    if not len(losses):
        return Diagnosis("diverged", "loss not finite", None, None, 0.0, 0.0)
    best = _moment(losses, int(np.argmin(metric.sign * losses[:, 1])) + 1)
    last = _moment(losses, len(losses))
    smooth = smoothed(losses)
    train, validation = (float(change) for change in smooth[-1] - smooth[best.epoch - 1])
    worse, forgotten = metric.sign * validation, metric.sign * train
    gap = max(metric.sign * best.gap, metric.sign * last.gap)
    verdict: Verdict
    reason: Evidence
    if len(losses) < len(curve):
        verdict, reason = "diverged", "loss not finite"
    elif worse > task.rise and forgotten < 0:
        verdict, reason = "overfits", "validation rises"
    elif len(losses) == limit and best.epoch > 0.9 * limit and _still_improves(task, smooth[:, 1]):
        verdict, reason = "underfits", "still improving"
    elif gap < task.rise < metric.behind(best.validation, best_elsewhere):
        verdict, reason = "underfits", "another is better"
    elif forgotten < -task.rise and worse > -task.progress:
        verdict, reason = "fits", "only train improves"
    else:
        verdict, reason = "fits", "validation holds"
    return Diagnosis(verdict, reason, best, last, train, validation)


def finite_losses(metric: Metric, curve: Curve) -> ObjectiveCurve:
    """The objective up to the first epoch at which train or validation is not finite."""
    parts = [curve.train(metric.name), curve.validation(metric.name)]
    losses = np.stack(parts, axis=1).astype(np.float64)
    unusable = np.flatnonzero(~np.isfinite(losses).all(axis=1))
    return losses[: unusable[0]] if len(unusable) else losses


def smoothed(losses: ObjectiveCurve) -> ObjectiveCurve:
    """Means over the epochs within a tenth of each: equally smooth on a logarithmic axis.

    The first nine epochs stand as they are; at the end there are only the epochs before.
    """
    epochs = np.arange(1, len(losses) + 1)
    first = np.maximum(epochs - 1 - epochs // 10, 0)
    beyond = np.minimum(epochs + epochs // 10, len(losses))
    sums = np.concatenate([np.zeros((1, 2)), np.cumsum(losses, axis=0)])
    means: ObjectiveCurve = (sums[beyond] - sums[first]) / (beyond - first)[:, None]
    return means


def _still_improves(task: Task, validation: NDArray[np.float64]) -> bool:
    """Whether the last fifth of the epochs brought progress; one epoch is too few to say no."""
    before = max(1, len(validation) * 4 // 5)
    return len(validation) == 1 or bool(
        task.metric.behind(validation[before - 1], validation[-1]) > task.progress
    )


def _moment(losses: ObjectiveCurve, epoch: int) -> Moment:
    train, validation = (float(loss) for loss in losses[epoch - 1])
    return Moment(epoch, train, validation, validation - train)
