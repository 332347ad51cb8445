"""A space as Optuna sees it: one ``suggest_*`` call for each live parameter, in order."""

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from hpsearch.space.space import Choice, Domain, Float, Int, Parameter, Scalar, Space


def suggest(trial: optuna.Trial, space: Space) -> dict[str, Scalar]:
    """Ask for the values of the live parameters, without the constants."""
    values: dict[str, Scalar] = {}
    for parameter in space.walk(values):
        values[parameter.name] = _suggest_one(trial, parameter)
    return values


def distribution(domain: Domain) -> BaseDistribution:
    """A domain as ``suggest`` asks for it."""
    match domain:
        case Float(low, high, log):
            return FloatDistribution(low, high, log=log)
        case Int(low, high, log, step):
            return IntDistribution(low, high, log=log, step=step)
        case Choice(choices):
            return CategoricalDistribution(choices)


def _suggest_one(trial: optuna.Trial, parameter: Parameter) -> Scalar:
    match parameter.domain:
        case Float(low, high, log):
            return trial.suggest_float(parameter.name, low, high, log=log)
        case Int(low, high, log, step):
            return trial.suggest_int(parameter.name, low, high, log=log, step=step)
        case Choice(choices):
            return _scalar(trial.suggest_categorical(parameter.name, choices))


def _scalar(value: object) -> Scalar:
    """Optuna's categories may be None, ours never are."""
    if not isinstance(value, bool | int | float | str):
        raise TypeError(f"a choice must be a plain value, got {value!r}")
    return value
