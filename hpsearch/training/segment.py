"""The contract of training: a ``Trainer`` turns a ``Segment`` of a run into ``Progress``.

Training is a pure function. What a segment returns depends on its fields and the fold alone: not on
the segments before it, on the process, the clock or the order of execution. Cutting a run into
segments changes nothing.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.parts import Fold
from hpsearch.models.arrays import Arrays
from hpsearch.models.recipe import Recipe
from hpsearch.training.curve import Curve, Ending
from hpsearch.training.inspection import (
    NO_KERNELS,
    NO_LOSSES,
    Kernels,
    Losses,
    row_losses,
    row_residuals,
    summarize_kernels,
)


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """The best epoch so far by the objective, the earliest of equals; its weights are kept.

    Of a training that keeps its last weights it is the latest epoch with finite values.

    Attributes:
        epoch: Counted from 1; 0 where no epoch had a finite value yet.
        value: Its objective; where ``epoch`` is 0 the worst, infinity of either sign.
        weights: The arrays of all layers in their order, float32; those that are averaged over
            steps where the recipe keeps an average.
    """

    epoch: int
    value: float
    weights: Arrays


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """All that the next segment needs: weights, the optimizer's slots, and the best so far.

    ``weights`` ends with their average over steps where the recipe keeps one.
    """

    epoch: int
    weights: Arrays
    optimizer: Arrays
    best: Best


@dataclass(frozen=True, slots=True)
class Segment:
    """Epochs ``first`` (exclusive) to ``last`` (inclusive) of one run.

    ``state`` is that after epoch ``first``; None begins from the seed, and then ``first`` is 0.
    ``fold`` counts the study's folds.
    """

    recipe: Recipe
    seed: int
    first: int
    last: int
    state: State | None
    fold: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Progress:
    """What a segment did: the state after its last epoch, and the curve of the epochs it ran.

    After an early stop or a divergence the curve is shorter than the segment; a diverging epoch is
    its last row, and ``state.best`` is from before it. ``losses`` and ``residuals`` are those of
    the validation rows at ``state.best``, ``kernels`` those after the last epoch; ``digest`` is
    that of ``state``.
    """

    state: State
    curve: Curve
    ending: Ending
    losses: Losses = field(default_factory=lambda: NO_LOSSES)
    kernels: Kernels = field(default_factory=lambda: NO_KERNELS)
    residuals: Losses = field(default_factory=lambda: NO_LOSSES)
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        """Take the digest where the state was made: in a worker, not in the driver."""
        object.__setattr__(self, "digest", state_digest(self.state))


def state_digest(state: State) -> str:
    """SHA-256 over every bit of a state, 64 hex digits."""
    digest = hashlib.sha256(repr((state.epoch, state.best.epoch, state.best.value)).encode())
    for group in (state.weights, state.optimizer, state.best.weights):
        for array in group:
            digest.update(f"{array.dtype.str}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def inspected(
    recipe: Recipe,
    state: State,
    values: NDArray[np.float32],
    ending: Ending,
    weights: Arrays,
    fold: Fold,
) -> Progress:
    """What a segment did, with all that is kept of its networks.

    Args:
        values: Of its curve, as ``Curve`` has them.
        weights: After the last epoch, as validated, in the order of those in ``Best``.
    """
    task = recipe.the_task()
    curve = Curve(task.curve_names, values)
    best = (task, recipe.network, state.best.weights, fold)
    kernels = summarize_kernels(recipe.network, fold.columns, weights)
    return Progress(state, curve, ending, row_losses(*best), kernels, row_residuals(*best))


class Trainer(Protocol):
    """Runs segments of any recipe; made once a process."""

    def run(self, segment: Segment, fold: Fold) -> Progress:
        """Train epochs ``segment.first + 1`` to ``segment.last``, or fewer if the run ends."""
        ...


def epoch_permutation(seed: int, epoch: int, rows: int) -> NDArray[np.int32]:
    """The order of the train rows in an epoch, a function of seed and epoch alone.

    The same for every trainer, so that they can be checked against each other.
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(epoch,))
    order = np.arange(rows, dtype=np.int32)  # permutation(rows) is the same in twice the memory
    np.random.default_rng(sequence).shuffle(order)
    return order
