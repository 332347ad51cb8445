"""Optuna's median pruner, and the same with patience."""

import warnings

import optuna

from hpsearch.search.schedulers.ladder import Ladder
from hpsearch.search.schedulers.pruning import PrunerScheduler
from hpsearch.search.schedulers.scheduler import Scheduler
from hpsearch.study.pruners import Median, Patient


def median(options: Median, ladder: Ladder) -> Scheduler:
    """Stops a trial whose best value is worse than the median of all at the same epoch."""
    return PrunerScheduler(_median_pruner(options.startup_trials, ladder), ladder)


def patient(options: Patient, ladder: Ladder) -> Scheduler:
    """The same, once a trial has not become better for so many reports."""
    pruner = _median_pruner(options.startup_trials, ladder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        patiently = optuna.pruners.PatientPruner(pruner, patience=options.patience_reports)
    return PrunerScheduler(patiently, ladder)


def _median_pruner(startup_trials: int, ladder: Ladder) -> optuna.pruners.MedianPruner:
    return optuna.pruners.MedianPruner(
        n_startup_trials=startup_trials, n_warmup_steps=ladder.warmup
    )
