"""Who proposes a trial's values: Optuna's samplers and KerasTuner's, made anew for each trial.

A sampler that lives through a whole search carries a random state that depends on all it was ever
asked. One that is made for a single trial, seeded from the study's seed and the trial's number,
makes the proposal a function of that number and of the history it is shown.
"""

import warnings
from collections.abc import Mapping
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial

from hpsearch.calls import SideProcess
from hpsearch.search.proposers.oracles import OracleSampler
from hpsearch.seeds import sampler_seed
from hpsearch.space.space import Scalar
from hpsearch.study.spec import StudySpec


def make_sampler(spec: StudySpec, number: int, side: SideProcess) -> optuna.samplers.BaseSampler:
    """The sampler that proposes trial ``number``; KerasTuner's run in ``side``."""
    seed = sampler_seed(spec.study.seed, number)
    match spec.search.sampler:
        case "random":
            return optuna.samplers.RandomSampler(seed=seed)
        case "tpe":
            with warnings.catch_warnings():
                # ``group`` is what makes TPE model conditional parameters jointly.
                warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
                return optuna.samplers.TPESampler(
                    n_startup_trials=spec.search.startup_trials,
                    multivariate=True,
                    group=True,
                    constant_liar=True,
                    seed=seed,
                )
        case "bayesian" | "keras_tuner_random" as oracle:
            return OracleSampler(
                oracle,
                spec.space,
                startup_trials=spec.search.startup_trials,
                seed=seed,
                side=side,
            )


class RecordedSampler(optuna.samplers.BaseSampler):
    """Proposes what the record holds: a replayed trial needs no other sampler."""

    def __init__(self, params: Mapping[str, Scalar]) -> None:
        self._params = params

    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """Nothing is sampled jointly."""
        return {}

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Nothing is sampled jointly."""
        return {}

    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Scalar:
        """The recorded value."""
        return self._params[param_name]
