"""The weights a trial begins with: a function of network and seed, the same for every trainer."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hpsearch.network import Network
from hpsearch.training.segment import Arrays

#: Spawn key of initial weights; ``segment.epoch_permutation`` uses the epochs as theirs.
_WEIGHTS = 2**31


def initial_weights(network: Network, columns: int, seed: int) -> Arrays:
    """Weights in the order of the layers, float32.

    Of each hidden layer: kernel ``(inputs, units)`` and bias ``(units,)``, then with batch
    normalisation gamma, beta, moving mean and moving variance ``(units,)``; at last kernel
    ``(units, 1)`` and bias ``(1,)`` of the output. Kernels are Glorot uniform, as Keras's are.

    Source: Glorot and Bengio (2010), equation 16.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_WEIGHTS,)))
    arrays: list[NDArray[np.float32]] = []
    sizes = (columns, *network.widths, 1)
    for inputs, units in pairwise(sizes):
        limit = np.sqrt(6.0 / (inputs + units))
        arrays.append(rng.uniform(-limit, limit, (inputs, units)).astype(np.float32))
        arrays.append(np.zeros(units, np.float32))
        if network.batch_normalization and len(arrays) < 6 * len(network.widths):
            ones, zeros = np.ones(units, np.float32), np.zeros(units, np.float32)
            arrays += [ones, zeros, zeros.copy(), ones.copy()]
    return tuple(arrays)
