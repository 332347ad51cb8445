"""When a trial is looked at, and who then decides whether it goes on: Optuna's pruners."""

import warnings

import optuna

from hpsearch.study.spec import StudySpec

#: How often a trial of full length is looked at. Every look is a transaction in the record.
REPORTS = 15


def report_epochs(epochs: int, warmup: int) -> tuple[int, ...]:
    """The epochs after which trials report, ascending, ``epochs`` the last.

    They begin at the end of the warm-up, before which nobody decides anything, and grow
    geometrically: early decisions are the cheap ones, and rank changes become rare later.
    """
    first = min(max(warmup, 1), epochs)
    ratio = (epochs / first) ** (1 / (REPORTS - 1))
    steps = {round(first * ratio**step) for step in range(REPORTS)}
    return tuple(sorted(steps | {epochs}))


def make_pruner(spec: StudySpec) -> optuna.pruners.BasePruner:
    """The pruner of a study; none decides before ``spec.warmup_epochs``."""
    search, warmup = spec.search, spec.warmup_epochs
    resource = max(warmup, 1)
    median = optuna.pruners.MedianPruner(
        n_startup_trials=search.startup_trials, n_warmup_steps=warmup
    )
    match search.pruner:
        case "median":
            return median
        case "patient":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
                return optuna.pruners.PatientPruner(median, patience=search.patience_reports)
        case "successive_halving":
            return optuna.pruners.SuccessiveHalvingPruner(
                min_resource=resource, reduction_factor=search.reduction_factor
            )
        case "hyperband":
            return optuna.pruners.HyperbandPruner(
                min_resource=resource,
                max_resource=spec.training.epochs,
                reduction_factor=search.reduction_factor,
            )
        case "none":
            return optuna.pruners.NopPruner()
