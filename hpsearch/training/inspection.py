"""What is kept of a network besides its metrics: the loss of each row, and what its kernels hold.

Computed where the network is, in a worker, with NumPy, so that it costs no compiling and needs no
weights on disk afterwards.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf, expit

from hpsearch.data.table import Features, Labels
from hpsearch.models.network import Network

#: Cross-entropy of each validation row in nats, float32 ``(rows,)``.
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

#: Rows that pass through the network at a time.
BLOCK = 8_192

#: Batch normalisation as Keras has it by default.
VARIANCE_EPSILON = 1e-3

#: Source: Klambauer et al. (2017), Self-Normalizing Neural Networks, section 2.
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772

Array = NDArray[np.float32]


def _elu(h: Array) -> Array:
    return np.where(h > 0, h, np.expm1(np.minimum(h, 0)))


_ACTIVATIONS: Mapping[str, Callable[[Array], Any]] = {
    "elu": _elu,
    "relu": lambda h: np.maximum(h, 0),
    "tanh": np.tanh,
    "selu": lambda h: SELU_SCALE * np.where(h > 0, h, SELU_ALPHA * _elu(h)),
    "gelu": lambda h: 0.5 * h * (1 + erf(h * 2**-0.5)),
    "silu": lambda h: h * expit(h),
}


def logits(network: Network, weights: tuple[NDArray[Any], ...], features: Features) -> Array:
    """Logits of standardised features ``(rows, columns)``, float32 ``(rows,)``.

    Args:
        weights: As in ``segment.Best``.
    """
    rest = list(weights)
    x = features
    for _ in network.widths:
        x = x @ rest.pop(0)
        if network.batch_normalization:
            gamma, beta, mean, variance = (rest.pop(0) for _ in range(4))
            x = (x - mean) * (gamma / np.sqrt(variance + VARIANCE_EPSILON)) + beta
        else:
            x = x + rest.pop(0)
        x = _ACTIVATIONS[network.activation](x).astype(np.float32, copy=False)
    kernel, bias = rest
    return np.asarray((x @ kernel + bias)[:, 0], np.float32)


def row_losses(
    network: Network, weights: tuple[NDArray[Any], ...], features: Features, labels: Labels
) -> Losses:
    """Cross-entropy of each row; none for a network that never had a finite epoch."""
    if not weights:
        return NO_LOSSES
    blocks = range(0, len(labels), BLOCK)
    parts = [logits(network, weights, features[at : at + BLOCK]) for at in blocks]
    z = np.concatenate(parts)
    return np.asarray(np.logaddexp(0, z) - labels * z, np.float32)


def summarise_kernels(weights: tuple[NDArray[Any], ...]) -> Kernels:
    """The kernels of a network; that of a kernel with NaN or infinity is NaN throughout."""
    return np.stack([_summary(weight.ravel()) for weight in weights if weight.ndim == 2])


def _summary(kernel: Array) -> Array:
    if not np.isfinite(kernel).all():
        return np.full(NO_KERNELS.shape[1], np.nan, np.float32)
    least, largest = float(kernel.min()), float(kernel.max())
    counts, _ = np.histogram(kernel, BINS, (least, largest))
    small = float((np.abs(kernel) < SMALL).mean())
    norm = float(np.sqrt(np.square(kernel, dtype=np.float64).sum()))
    return np.array([norm, small, least, largest, *counts], np.float32)
