"""The shapes that programs are compiled for, and where each array stands in their one flat vector.

Widths are padded with zeros up to a few sizes, so that few programs serve a search; a padded unit
has zero weights, gets zero gradients and changes nothing that is learnt. All trained arrays stand
in one vector, so that an optimizer's step is one loop whatever the depth. Imports no TensorFlow:
the pool asks here which segments share a program.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hpsearch.models.network import Knobs, Network
from hpsearch.training.segment import Arrays

#: Row numbers handed over in one call; bounds a chunk's epochs.
CHUNK_ROWS = 2**18

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a program is compiled for; ``widths`` are padded."""

    widths: tuple[int, ...]
    activation: str
    batch_normalization: bool
    clipped: bool
    columns: int
    rows: int
    batch_size: int
    validation_rows: int

    @property
    def steps(self) -> int:
        """Steps an epoch."""
        return -(-self.rows // self.batch_size)

    @property
    def chunk(self) -> int:
        """Most epochs of one call."""
        return int(np.clip(CHUNK_ROWS // self.rows, 1, 32))

    @property
    def kernels(self) -> tuple[tuple[int, int], ...]:
        """Shapes of the kernels, the output's last."""
        return tuple(pairwise((self.columns, *self.widths, 1)))

    @property
    def vectors(self) -> tuple[int, ...]:
        """Lengths of the other trained arrays: bias, or gamma and beta, a layer; output bias."""
        each = 2 if self.batch_normalization else 1
        return (*(width for width in self.widths for _ in range(each)), 1)

    @property
    def penalised(self) -> int:
        """Length of the hidden kernels, with which the flat vector begins."""
        return sum(inputs * units for inputs, units in self.kernels[:-1])

    @property
    def decayed(self) -> int:
        """Length of all kernels."""
        return sum(inputs * units for inputs, units in self.kernels)


def padded_widths(widths: Sequence[int]) -> tuple[int, ...]:
    """The widths that a program is compiled for.

    Equal widths are padded to a multiple of 16, by a quarter at most above 64; unequal ones, of
    which there are many more, to the next power of two.
    """
    if len(set(widths)) > 1:
        return tuple(max(16, 1 << (width - 1).bit_length()) for width in widths)
    width = widths[0]
    step = max(16, 1 << max((width - 1).bit_length() - 3, 0))
    return (-(-width // step) * step,) * len(widths)


def program_of(network: Network, knobs: Knobs) -> tuple[tuple[int, ...], str, bool, bool]:
    """What decides which program trains a network: equal for those that share one."""
    return (
        *(padded_widths(network.widths), network.activation),
        *(network.batch_normalization, knobs.clip_norm > 0),
    )


def flatten(weights: Arrays, network: Network, shape: Shape) -> tuple[Vector, Vector]:
    """A network's weights as a program holds them.

    Args:
        weights: As ``initialization.initial_weights`` orders them.

    Returns:
        The trained arrays, padded, kernels first; and the moving averages ``(2, all widths)``,
        mean and variance, of no columns without batch normalisation.
    """
    kernels, vectors, means, variances = [], [], [], []
    rest = list(weights)
    for width in shape.widths:
        kernels.append(rest.pop(0))
        if network.batch_normalization:
            gamma, beta, mean, variance = (rest.pop(0) for _ in range(4))
            vectors += [_padded(gamma, (width,), 1.0), beta]
            means.append(_padded(mean, (width,), 0.0))
            variances.append(_padded(variance, (width,), 1.0))
        else:
            vectors.append(rest.pop(0))
    kernels.append(rest.pop(0))
    vectors.append(rest.pop(0))
    flat = [_padded(one, size, 0.0) for one, size in zip(kernels, shape.kernels, strict=True)]
    flat += [_padded(one, (size,), 0.0) for one, size in zip(vectors, shape.vectors, strict=True)]
    averages = [np.concatenate(one) if one else np.zeros(0) for one in (means, variances)]
    return np.concatenate([one.ravel() for one in flat]), np.stack(averages).astype(np.float32)


def unflatten(flat: Vector, averages: Vector, network: Network, shape: Shape) -> Arrays:
    """Inverse of ``flatten``: the network's own widths."""
    sizes = [(inputs * units, (inputs, units)) for inputs, units in shape.kernels]
    sizes += [(length, (length,)) for length in shape.vectors]  # type: ignore[misc]
    ends = np.cumsum([size for size, _ in sizes])
    pieces = [
        piece.reshape(form)
        for piece, (_, form) in zip(np.split(flat, ends[:-1]), sizes, strict=True)
    ]
    count = len(shape.kernels)
    kernels, vectors = pieces[:count], pieces[count:]
    columns = np.cumsum((0, *shape.widths))
    weights: list[Vector] = []
    inputs = shape.columns
    for layer, units in enumerate(network.widths):
        weights.append(kernels[layer][:inputs, :units])
        if network.batch_normalization:
            weights += [vectors[2 * layer][:units], vectors[2 * layer + 1][:units]]
            weights += [one[columns[layer] :][:units] for one in averages]
        else:
            weights.append(vectors[layer][:units])
        inputs = units
    weights += [kernels[-1][:inputs], vectors[-1]]
    return tuple(np.ascontiguousarray(one, np.float32) for one in weights)


def _padded(array: NDArray[np.generic], size: tuple[int, ...], filling: float) -> Vector:
    whole = np.full(size, filling, np.float32)
    whole[tuple(slice(length) for length in array.shape)] = array
    return whole
