"""The weights a trial begins with: a function of network and seed, the same for every trainer."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hpsearch.models.network import Network
from hpsearch.training.segment import Arrays

#: Spawn keys of weights and dropout; ``segment.epoch_permutation`` uses the epochs as its.
_WEIGHTS, DROPOUT = 2**31, 2**31 + 1


def initial_weights(network: Network, columns: int, seed: int) -> Arrays:
    """Weights in the order of the layers, float32.

    Of each hidden layer kernel ``(inputs, units)``, then bias ``(units,)`` or, with batch
    normalisation, gamma, beta, moving mean and moving variance ``(units,)``; at last kernel
    ``(units, 1)`` and bias ``(1,)`` of the output. Kernels are Glorot uniform, as Keras's are.

    Source: Glorot and Bengio (2010), equation 16.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_WEIGHTS,)))
    fillings = (1.0, 0.0, 0.0, 1.0) if network.batch_normalization else (0.0,)
    arrays: list[NDArray[np.float32]] = []
    for inputs, units in pairwise((columns, *network.widths)):
        arrays.append(_glorot(rng, inputs, units))
        arrays += [np.full(units, filling, np.float32) for filling in fillings]
    return (*arrays, _glorot(rng, network.widths[-1], 1), np.zeros(1, np.float32))


def _glorot(rng: np.random.Generator, inputs: int, units: int) -> NDArray[np.float32]:
    limit = np.sqrt(6.0 / (inputs + units))
    return rng.uniform(-limit, limit, (inputs, units)).astype(np.float32)


def dropout_seed(seed: int) -> np.int32:
    """Where a trial's dropout begins, int32."""
    sequence = np.random.SeedSequence(seed, spawn_key=(DROPOUT,))
    return np.int32(sequence.generate_state(1).view(np.int32)[0])
