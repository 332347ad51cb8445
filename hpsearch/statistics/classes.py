"""Which class a model gives a row, how often it is right, and how sure it is of it."""

from dataclasses import dataclass

import numpy as np

from hpsearch.statistics.calibration import Reliability, measure_reliability
from hpsearch.tasks.metric import Vector


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a model of several classes decides on held-out rows, by its most probable class.

    Attributes:
        confusion: Rows by (class, called class), a tuple a class.
        reliability: Of the called class's probability, which comes true where the call is right.
    """

    confusion: tuple[tuple[int, ...], ...]
    reliability: Reliability


def decide(targets: Vector, probabilities: Vector, *, seed: int = 0) -> Decisions:
    """Give each row its most probable class, the first of equals, and count what is right.

    Args:
        targets: Classes by their places, ``(rows,)``.
        probabilities: Of all classes, ``(rows, classes)``, finite.
        seed: Of ``measure_reliability``.

    Source: Guo et al., On Calibration of Modern Neural Networks (2017): confidence calibration.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    places, called = np.asarray(targets).astype(np.intp), p.argmax(axis=1)
    classes = p.shape[1]
    pairs = np.bincount(places * classes + called, minlength=classes * classes)
    return Decisions(
        confusion=tuple(map(tuple, pairs.reshape(classes, classes).tolist())),
        reliability=measure_reliability(places == called, p.max(axis=1), seed=seed),
    )
