"""The weights a trial begins with: a function of network and seed, the same for every trainer."""

from collections.abc import Sequence

import numpy as np

from hpsearch.models.arrays import Arrays
from hpsearch.models.network import Network

#: Spawn keys of weights and dropout; ``segment.epoch_permutation`` uses the epochs as its.
_WEIGHTS, DROPOUT = 2**31, 2**31 + 1


def initial_weights(
    network: Network, columns: int, seed: int, sections: Sequence[int] | None = None
) -> Arrays:
    """The arrays of all layers in their order, float32.

    Args:
        sections: Of each column, from which raw column it comes; None for one of its own.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_WEIGHTS,)))
    return tuple(
        array.initial(rng, sections) for arrays in network.arrays(columns) for array in arrays
    )


def dropout_seed(seed: int) -> np.int32:
    """Where a trial's dropout begins, int32."""
    sequence = np.random.SeedSequence(seed, spawn_key=(DROPOUT,))
    return np.int32(sequence.generate_state(1).view(np.int32)[0])
