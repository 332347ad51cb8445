"""Optuna's independent random values."""

import optuna

from hpsearch.search.proposers.proposer import Turn
from hpsearch.study.samplers import Random


def random(options: Random, turn: Turn) -> optuna.samplers.BaseSampler:
    """Each value by itself, uniform in its domain."""
    return optuna.samplers.RandomSampler(seed=turn.sampler_seed)
