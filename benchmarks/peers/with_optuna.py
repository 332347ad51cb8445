"""Optuna and Keras: TPE, the median pruner and a pruning callback."""

from pathlib import Path

import keras
import numpy as np
import optuna
from optuna.storages.journal import JournalFileBackend, JournalStorage

from benchmarks.peers.plain_keras import OBJECTIVE
from benchmarks.peers.task import Task
from hpsearch.search.suggest import suggest
from hpsearch.study.pruners import Median
from hpsearch.study.samplers import Tpe


def search(task: Task, journal: Path | None) -> None:
    """Run the study's trials; with a journal, as one process of several on one storage."""
    spec = task.spec
    sampler, pruner = spec.search.sampler, spec.search.pruner
    if not isinstance(sampler, Tpe) or not isinstance(pruner, Median):
        raise TypeError(f"this peer is TPE with median pruning, got {spec.search}")
    seed = spec.study.seed + task.index
    keras.utils.set_random_seed(seed)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        study_name="higgs",
        storage=None if journal is None else JournalStorage(JournalFileBackend(str(journal))),
        load_if_exists=journal is not None,
        direction="minimize",
        sampler=optuna.samplers.TPESampler(
            n_startup_trials=sampler.startup_trials,
            constant_liar=journal is not None,
            seed=seed,
        ),
        pruner=optuna.pruners.MedianPruner(
            n_startup_trials=pruner.startup_trials, n_warmup_steps=spec.warmup_epochs
        ),
    )

    def objective(trial: optuna.Trial) -> float:
        keras.utils.clear_session()
        values = suggest(trial, spec.space)
        model = task.model(values)
        history = model.fit(
            **task.fit_arguments(values),
            epochs=spec.training.epochs,
            callbacks=[*task.callbacks(trial.number), _Pruning(trial)],
        )
        losses = np.array(history.history[OBJECTIVE])
        if not np.isfinite(losses).any():
            raise optuna.TrialPruned
        return float(np.nanmin(losses))

    # All states: trials that other processes have begun are not begun again.
    enough = optuna.study.MaxTrialsCallback(spec.search.trials, states=None)
    study.optimize(objective, callbacks=[enough])


class _Pruning(keras.callbacks.Callback):  # type: ignore[misc]
    """The lines of optuna-integration's ``KerasPruningCallback``, with epochs counted from 1."""

    def __init__(self, trial: optuna.Trial) -> None:
        super().__init__()
        self._trial = trial

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._trial.report((logs or {})[OBJECTIVE], step=epoch + 1)
        if self._trial.should_prune():
            raise optuna.TrialPruned
