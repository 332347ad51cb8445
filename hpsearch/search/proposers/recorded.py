"""A trial whose values are known: the record has them, or the study names them."""

from collections.abc import Mapping
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial

from hpsearch.space.space import Scalar


class RecordedSampler(optuna.samplers.BaseSampler):
    """Proposes what is known, value by value, and needs no other sampler."""

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
        """The known value."""
        return self._params[param_name]
