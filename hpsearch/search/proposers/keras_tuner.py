"""KerasTuner proposes: its oracles as samplers of Optuna's, in a process beside the search.

KerasTuner imports TensorFlow, which the process that drives the search must not; so an oracle lives
in a ``SideProcess``. Optuna's study stays the only record.
"""

import math
import statistics
from collections.abc import Sequence
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from hpsearch.calls import SideProcess
from hpsearch.search.proposers.oracle import OracleName, Question, Values, propose
from hpsearch.search.proposers.proposer import Turn
from hpsearch.search.suggest import distribution
from hpsearch.space.space import Space
from hpsearch.study.samplers import Bayesian, KerasTunerRandom


def bayesian(options: Bayesian, turn: Turn) -> optuna.samplers.BaseSampler:
    """KerasTuner's ``BayesianOptimizationOracle``."""
    return OracleSampler(
        "bayesian",
        turn.space,
        startup_trials=options.startup_trials,
        seed=turn.sampler_seed,
        side=turn.side,
    )


def keras_tuner_random(options: KerasTunerRandom, turn: Turn) -> optuna.samplers.BaseSampler:
    """KerasTuner's ``RandomSearchOracle``."""
    return OracleSampler("keras_tuner_random", turn.space, seed=turn.sampler_seed, side=turn.side)


class OracleSampler(optuna.samplers.BaseSampler):
    """Proposes what one of KerasTuner's oracles does; made for a single trial.

    ``bayesian`` is ``BayesianOptimizationOracle``: a Gaussian process, to which a dead parameter
    has its least value or first choice, and its lower confidence bound. ``keras_tuner_random`` is
    ``RandomSearchOracle``: random, no configuration twice. Where random values, which begin both,
    are known configurations more than 20 times in a row, Optuna's ``RandomSampler`` proposes.
    """

    def __init__(
        self,
        oracle: OracleName,
        space: Space,
        *,
        seed: int,
        side: SideProcess,
        startup_trials: int = 1,
    ) -> None:
        self._oracle: OracleName = oracle
        self._space = space
        self._startup_trials = max(startup_trials, 1)
        self._seed = seed
        self._side = side
        self._random = optuna.samplers.RandomSampler(seed=seed)

    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """All parameters, the dead ones too: which live is the oracle's to say."""
        return {
            parameter.name: distribution(parameter.domain) for parameter in self._space.parameters
        }

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """The values of the live parameters, or none where the oracle has no more to propose."""
        trials = study.get_trials(deepcopy=False)
        question = Question(
            oracle=self._oracle,
            space=self._space,
            finished=finished_trials(trials, study.direction),
            pending=tuple(
                dict(trial.params)
                for trial in trials
                if not trial.state.is_finished() and trial.params
            ),
            startup_trials=self._startup_trials,
            seed=self._seed,
        )
        return self._side.call(propose, question) or {}

    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """A random value."""
        return self._random.sample_independent(study, trial, param_name, param_distribution)


def finished_trials(
    trials: Sequence[FrozenTrial], direction: StudyDirection = StudyDirection.MINIMIZE
) -> tuple[tuple[Values, float], ...]:
    """Trials that ended, with the objective that the oracle is shown; it minimizes.

    One that is to be maximized is shown as its negative.

    A pruned trial enters with the best value that it reported, though it had fewer epochs than a
    complete one to reach it: too pessimistic for slow starters, but without it the oracle would
    propose them again and again. One that diverged or failed enters with the worst value shown:
    left out, its neighborhood would stay unknown, hence attractive.

    No value is shown as further above the median than the best lies below it. To a Gaussian process
    one loss of 1e6 makes all others equal; and with thirtyfold losses in a sixth of the space, the
    last 20 of 40 proposals had a median loss of 0.570 instead of 0.654 (mean of 6 seeds).
    """
    ended = [trial for trial in trials if trial.state.is_finished() and trial.params]
    sign = 1 if direction == StudyDirection.MINIMIZE else -1
    results = [None if (value := _result(trial)) is None else sign * value for trial in ended]
    known = [result for result in results if result is not None]
    if not known:
        return ()
    median = statistics.median(known)
    worst = min(max(known), 2 * median - min(known))
    return tuple(
        (dict(trial.params), worst if result is None else min(result, worst))
        for trial, result in zip(ended, results, strict=True)
    )


def _result(trial: FrozenTrial) -> float | None:
    """The best value of a trial, or None where it diverged, failed or reported nothing."""
    diverged = str(trial.user_attrs.get("cause", "")).startswith("diverged")
    if trial.state == TrialState.FAIL or diverged or trial.value is None:
        return None
    return trial.value if math.isfinite(trial.value) else None
