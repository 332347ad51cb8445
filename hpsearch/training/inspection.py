"""What is kept of a network besides its metrics: the loss of each row, and what its kernels hold.

Computed where the network is, in a worker, with NumPy, so that it costs no compiling and needs no
weights on disk afterwards.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.parts import Fold
from hpsearch.data.table import Features
from hpsearch.models.arrays import Array, Arrays
from hpsearch.models.network import Network
from hpsearch.tasks.metric import contributions
from hpsearch.tasks.task import Task
from hpsearch.training.blocks import block_rows

#: Loss of each validation row, float32 ``(rows,)``.
Losses = NDArray[np.float32]

#: A row for each kernel, hidden layers from the input on, the output layer's last: the fields of
#: ``KERNEL_FIELDS``, then the counts of a histogram of ``BINS`` equal bins from least to largest;
#: float32 ``(kernels, 4 + BINS)``.
Kernels = NDArray[np.float32]

KERNEL_FIELDS = ("norm", "share_small", "least", "largest")
BINS = 30

#: Weights nearer to 0 than this count as small: an L1 penalty has switched them off.
SMALL = 1e-3

NO_LOSSES: Losses = np.zeros(0, np.float32)
NO_KERNELS: Kernels = np.zeros((0, len(KERNEL_FIELDS) + BINS), np.float32)


def outputs_of(task: Task, network: Network, weights: Arrays, features: Features) -> Array:
    """Outputs for features ``(rows, columns)`` of any type, float32 ``(rows, outputs)``.

    Those of members are pooled.

    Args:
        weights: As in ``segment.Best``.
    """
    size = block_rows(features.shape[1] * network.members)
    blocks = (features[start : start + size] for start in range(0, max(len(features), 1), size))
    outputs = (network.outputs(weights, block.astype(np.float32, copy=False)) for block in blocks)
    pooled = task.pooled if network.members > 1 else lambda outputs: outputs
    return np.concatenate([pooled(part) for part in outputs])


def row_losses(task: Task, network: Network, weights: Arrays, fold: Fold) -> Losses:
    """Loss of each validation row; none for a network that never had a finite epoch.

    Of rows with weights, what they add to the mean; see ``contributions``.
    """
    if not weights:
        return NO_LOSSES
    outputs = outputs_of(task, network, weights, fold.validation_features)
    losses = task.output_losses(fold.target.of_outputs(outputs), fold.validation_labels)
    return np.asarray(contributions(losses, fold.validation_weights), np.float32)


def row_residuals(task: Task, network: Network, weights: Arrays, fold: Fold) -> Losses:
    """Prediction less target of each validation row on the scale of the losses, for numbers.

    A squared error has no sign, so that the error of a mean of networks does not follow from
    theirs; of classes, whose losses tell it, there are none.
    """
    if task.classification or not weights:
        return NO_LOSSES
    outputs = fold.target.of_outputs(outputs_of(task, network, weights, fold.validation_features))
    return np.asarray(outputs[:, 0] - fold.validation_labels, np.float32)


def summarize_kernels(network: Network, columns: int, weights: Arrays) -> Kernels:
    """The kernels of a network; that of a kernel with NaN or infinity is NaN throughout.

    What scales members is no kernel: all kernels decay.
    """
    arrays = (array for arrays in network.arrays(columns) for array in arrays)
    kernels = [weight for array, weight in zip(arrays, weights, strict=True) if array.decayed]
    return np.stack([_summary(kernel.ravel()) for kernel in kernels])


def _summary(kernel: NDArray[Any]) -> Array:
    if not np.isfinite(kernel).all():
        return np.full(NO_KERNELS.shape[1], np.nan, np.float32)
    least, largest = float(kernel.min()), float(kernel.max())
    counts, _ = np.histogram(kernel, BINS, (least, largest))
    small = float((np.abs(kernel) < SMALL).mean())
    norm = float(np.sqrt(np.square(kernel, dtype=np.float64).sum()))
    return np.array([norm, small, least, largest, *counts], np.float32)
