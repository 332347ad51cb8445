"""KerasTuner's Hyperband, until it would begin more configurations than the study has trials.

It runs a configuration that it promotes once more, with more epochs, as a trial of its own; a trial
of the benchmark is a configuration.
"""

import contextlib
import tempfile
from typing import Any

import keras_tuner

from benchmarks.peers.plain_keras import OBJECTIVE
from benchmarks.peers.task import Task
from hpsearch.space.space import Choice, Float, Int, Parameter


def search(task: Task) -> None:
    """Run one iteration of Hyperband, or what the study's trials allow of it."""
    spec = task.spec
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(_Enough):
        tuner = _Tuner(
            _Space(task),
            objective=keras_tuner.Objective(OBJECTIVE, "min"),
            max_epochs=spec.training.epochs,
            factor=3,
            seed=spec.study.seed,
            max_consecutive_failed_trials=spec.search.trials,
            directory=folder,
        )
        tuner.search(verbose=0)


class _Enough(Exception):
    """As many configurations were run as the study has trials."""


class _Space(keras_tuner.HyperModel):  # type: ignore[misc]
    """The study's space; KerasTuner learns of all parameters, the model gets those that live."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.task = task

    def build(self, hp: Any) -> Any:
        return self.task.model(self._values(hp))

    def fit(self, hp: Any, model: Any, **named: Any) -> Any:
        return model.fit(**{**self.task.fit_arguments(self._values(hp)), **named})

    def _values(self, hp: Any) -> dict[str, Any]:
        space = self.task.spec.space
        values: dict[str, Any] = {}
        for parameter in space.parameters:
            value = _choose(hp, parameter)
            if space.alive(parameter, values):
                values[parameter.name] = value
        return values


class _Tuner(keras_tuner.Hyperband):  # type: ignore[misc]
    """Counts configurations, and traces every run under the number of its configuration."""

    def __init__(self, space: _Space, **arguments: Any) -> None:
        super().__init__(space, **arguments)
        self._task = space.task
        self._numbers: dict[str, int] = {}
        self._configurations = 0

    def on_trial_begin(self, trial: Any) -> None:
        promoted = trial.hyperparameters.values.get("tuner/trial_id")
        if promoted is not None:
            self._numbers[trial.trial_id] = self._numbers[promoted]
        elif self._configurations == self._task.spec.search.trials:
            raise _Enough
        else:
            self._numbers[trial.trial_id] = self._configurations
            self._configurations += 1
        super().on_trial_begin(trial)

    def run_trial(self, trial: Any, *arguments: Any, **named: Any) -> Any:
        callbacks = self._task.callbacks(self._numbers[trial.trial_id])
        return super().run_trial(trial, *arguments, callbacks=callbacks, **named)


def _choose(hp: Any, parameter: Parameter) -> Any:
    with contextlib.ExitStack() as scopes:
        for condition in parameter.when:
            scope = hp.conditional_scope(condition.parent, list(condition.values))
            scopes.enter_context(scope)
        match parameter.domain:
            case Float(low, high, log):
                return hp.Float(parameter.name, low, high, sampling="log" if log else "linear")
            case Int(low, high, True, _):
                return hp.Int(parameter.name, low, high, sampling="log")
            case Int(low, high, _, step):
                return hp.Int(parameter.name, low, high, step=step)
            case Choice(choices):
                return hp.Choice(parameter.name, list(choices))
