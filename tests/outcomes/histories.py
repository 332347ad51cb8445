"""What is kept of a run: curves, losses of rows and summaries of kernels, by formula."""

import math
from dataclasses import replace
from typing import Any

import numpy as np

from hpsearch.tasks.binary import BINARY
from hpsearch.tasks.task import Task
from hpsearch.training.curve import Curve
from hpsearch.training.history import UNTRAINED, History
from hpsearch.training.inspection import BINS, Kernels


def learning_curve(
    number: int, epochs: int, best_epoch: int, value: float, task: Task = BINARY
) -> Curve:
    """A curve whose validation cross-entropy has its least value, ``value``, at ``best_epoch``."""
    rng = np.random.default_rng(number)
    epoch = np.arange(1, epochs + 1)
    distance = np.log(epoch / max(best_epoch, 1))
    noise = 0.002 * rng.random(epochs) * (epoch != best_epoch)
    validation = value + 0.02 * distance**2 + noise
    train = value + 0.015 - 0.03 * distance + 0.001 * rng.random(epochs)
    losses = np.stack([train, validation], axis=1)
    return curve_of(np.stack([losses, 1.1 - 0.7 * losses], axis=2), task)


def curve_of(values: np.ndarray[Any, Any], task: Task = BINARY) -> Curve:
    """Values ``(epochs, 2, metrics)`` as a learning curve of a task."""
    return Curve(task.curve_names, values.astype(np.float32))


def make_losses(seed: int, value: float) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Losses of 1,000 validation rows of this mean; the rows are the same for every seed."""
    hard = np.random.default_rng(0).gamma(2.0, 0.5, 1_000)
    losses = hard + 0.2 * np.random.default_rng(seed).normal(size=1_000)
    return np.asarray(losses - losses.mean() + value, np.float32)


def make_kernels(seed: int, layers: int = 2, small: float = 0.1) -> Kernels:
    """Summaries of the kernels of a network with so many hidden layers."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 50, (layers + 1, BINS))
    fields = [[1.0 + rng.random(), small, -0.5, 0.5] for _ in range(layers + 1)]
    return np.concatenate([fields, counts], axis=1).astype(np.float32)


def make_history(
    seed: int, epochs: int, best_epoch: int, value: float | None, task: Task = BINARY
) -> History:
    """All that is kept of a run; of one that diverged, a curve of NaN."""
    if value is None or not math.isfinite(value):
        return replace(UNTRAINED, curve=curve_of(np.full((epochs, 2, 2), np.nan), task))
    marks = sorted({1, max(epochs // 2, 1), epochs})
    return History(
        learning_curve(seed, epochs, best_epoch, value, task),
        dict.fromkeys(marks, ""),
        make_losses(seed, value),
        {epoch: make_kernels(seed + epoch) for epoch in marks},
    )
