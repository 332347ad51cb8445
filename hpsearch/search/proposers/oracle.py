"""The side of KerasTuner's oracles: one proposal from a history, where TensorFlow may be imported.

An oracle is made anew for each proposal and shown the history, in memory: of what it does by
itself, its files, its locks and its own count of trials, nothing is used. A proposal is then a
function of the space, the history and the seed.
"""

import copy
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from hpsearch.search.proposers.lower_bound import LowerBound, least_bound
from hpsearch.search.proposers.oracle_space import configuration, from_code, to_code
from hpsearch.space.space import Scalar, Space
from hpsearch.tasks.binary import OBJECTIVE

OracleName = Literal["bayesian", "keras_tuner_random"]

Values = Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Question:
    """All that a proposal is a function of, in plain values.

    Attributes:
        finished: Values and objective of the trials that ended, by number; objectives are finite.
        pending: Values of the trials in flight, by number.
        startup_trials: Finished trials before the Gaussian process begins, at least 1.
        seed: 32 bits.
    """

    oracle: OracleName
    space: Space
    finished: tuple[tuple[Values, float], ...]
    pending: tuple[Values, ...]
    startup_trials: int
    seed: int


def propose(question: Question) -> dict[str, Scalar] | None:
    """Ask one of KerasTuner's oracles; called where TensorFlow may be.

    Returns:
        Values of the live parameters, each in its domain and of its type; None where the oracle has
        no more to propose.
    """
    with warnings.catch_warnings():
        # NumPy's and scikit-learn's to KerasTuner; a fit that ends at a bound is as good as any.
        warnings.simplefilter("ignore")
        values = _ask(question)
    if values is None:
        return None
    domains = {parameter.name: parameter.domain for parameter in question.space.parameters}
    return {name: from_code(domains[name], value) for name, value in values.items()}


def _ask(question: Question) -> Mapping[str, Any] | None:
    """A fresh oracle's proposal after the question's history, in KerasTuner's values."""
    import keras_tuner
    from keras_tuner.engine.trial import Trial, TrialStatus

    domains = {parameter.name: parameter.domain for parameter in question.space.parameters}
    hyperparameters = keras_tuner.HyperParameters.from_config(configuration(question.space))
    make: Mapping[OracleName, Any] = {
        "bayesian": keras_tuner.oracles.BayesianOptimizationOracle,
        "keras_tuner_random": keras_tuner.oracles.RandomSearchOracle,
    }
    oracle = make[question.oracle](
        objective=keras_tuner.Objective(OBJECTIVE, "min"),
        hyperparameters=hyperparameters,
        seed=question.seed or 1,  # 0 is taken as no seed
    )

    def enter(values: Values, status: str, score: float | None) -> Any:
        known = copy.copy(hyperparameters)  # with the same space
        known.values = {name: to_code(domains[name], value) for name, value in values.items()}
        trial = Trial(known, trial_id=str(len(oracle.trials)), status=status)
        trial.score = score
        oracle.trials[trial.trial_id] = trial
        oracle._record_values(trial)  # against proposing it again
        return trial

    def fit() -> None:
        oracle.gpr.fit(*oracle._vectorize_trials())

    by_fit = question.oracle == "bayesian" and len(question.finished) >= question.startup_trials
    for values, objective in question.finished:
        enter(values, TrialStatus.COMPLETED, objective)
    if by_fit:
        fit()
    for values in question.pending:
        trial = enter(values, TrialStatus.RUNNING, None)
        oracle.ongoing_trials[trial.trial_id] = trial
    answer: Mapping[str, Any] | None
    if by_fit:
        if question.pending:
            fit()  # with guesses for the trials in flight, by the fit before
        point = least_bound(LowerBound(oracle.gpr, oracle.beta), oracle.seed)
        answer = oracle._vector_to_values(point)
    else:
        answer = oracle._random_values()
    return answer
