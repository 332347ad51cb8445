"""Targets of each task with predictions of several models, some of which are equal in rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpsearch.tasks.binary import BINARY
from hpsearch.tasks.multiclass import MULTICLASS
from hpsearch.tasks.regression import REGRESSION
from hpsearch.tasks.task import Task

Array = NDArray[np.float64]

ROWS, MODELS, CLASSES = 301, 4, 3


@dataclass(frozen=True)
class Judged:
    """Targets ``(rows,)``, predictions ``(models, rows)`` or ``(models, rows, classes)``.

    ``good`` and ``bad`` are predictions of a better and a worse model, ``constant`` of one that has
    learned nothing but how targets are distributed.
    """

    task: Task
    targets: Array
    models: Array
    good: Array
    bad: Array
    constant: Array


def _binary(rng: np.random.Generator) -> Judged:
    labels = (rng.random(ROWS) < 0.4).astype(np.float64)
    models = np.clip(0.3 * labels + rng.normal(0.35, 0.25, (MODELS, ROWS)), 0.01, 0.99).round(2)
    constant = np.full(ROWS, labels.mean())
    return Judged(BINARY, labels, models, 0.8 * labels + 0.1, 0.9 - 0.8 * labels, constant)


def _multiclass(rng: np.random.Generator) -> Judged:
    classes = rng.choice(CLASSES, ROWS, p=(0.5, 0.3, 0.2))
    right = np.eye(CLASSES)[classes]
    models = (0.4 * right + rng.uniform(0.1, 0.9, (MODELS, ROWS, CLASSES))).round(1)
    models /= models.sum(axis=-1, keepdims=True)
    constant = np.tile(right.mean(axis=0), (ROWS, 1))
    good, bad = 0.7 * right + 0.1, 0.45 - 0.35 * right
    return Judged(MULTICLASS, classes.astype(np.float64), models, good, bad, constant)


def _regression(rng: np.random.Generator) -> Judged:
    targets = rng.normal(1e3, 50, ROWS)
    models = targets + rng.normal(0, 20, (MODELS, ROWS)).round(-1)
    constant = np.full(ROWS, targets.mean())
    return Judged(REGRESSION, targets, models, targets + 1, targets + 30, constant)


#: By the names of the tasks.
JUDGED = {
    made.task.name: made
    for made in (make(np.random.default_rng(5)) for make in (_binary, _multiclass, _regression))
}
