"""Optuna's tree-structured Parzen estimator.

It keeps what it proposed for all parameters, dead ones included, in the trial's system attributes,
and reads that of trials that run: with ``constant_liar`` these count as bad.
"""

import warnings

import optuna

from hpsearch.search.proposers.proposer import Turn
from hpsearch.study.samplers import Tpe


def tpe(options: Tpe, turn: Turn) -> optuna.samplers.BaseSampler:
    """TPE; ``group`` is what makes it model conditional parameters jointly."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.samplers.TPESampler(
            n_startup_trials=options.startup_trials,
            multivariate=True,
            group=True,
            constant_liar=True,
            seed=turn.sampler_seed,
        )
