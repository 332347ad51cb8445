"""The winner's configuration without its regularizers, one by one and without any."""

from collections.abc import Iterator, Mapping

from hpsearch.evaluation.retraining import retrainings
from hpsearch.record.trial import TrialRecord
from hpsearch.space.hyperparameter import HYPERPARAMETERS, REGULARIZERS
from hpsearch.space.space import Scalar
from hpsearch.study.spec import StudySpec
from hpsearch.training.run import Run


def regularizers_on(values: Mapping[str, Scalar]) -> tuple[str, ...]:
    """Names of the regularizers that a configuration uses, in the order of ``REGULARIZERS``.

    Args:
        values: All of a trial's, constants included; see ``Space.complete``.
    """
    return tuple(name for name in REGULARIZERS if _is_on(name, values))


def without(values: Mapping[str, Scalar], *names: str) -> dict[str, Scalar]:
    """A configuration with these regularizers switched off, and nothing else changed."""
    return {**values, **{name: HYPERPARAMETERS[name].default for name in names}}


def ablation_runs(spec: StudySpec, winner: TrialRecord, classes: int) -> tuple[Run, ...]:
    """Trainings without each regularizer, with the seeds of the winner's re-trainings."""
    return tuple(
        Run(
            f"{winner.run}-without-{name}-seed-{run.index}",
            label,
            name,
            spec.recipe(without(winner.params, *names), classes),
            run.seed,
            run.index,
            spec.folds,
        )
        for name, label, names in _variants(spec.space.complete(winner.params))
        for run in retrainings(spec, winner, classes)
    )


def _variants(values: Mapping[str, Scalar]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Name, label, and what is switched off; without any is one of its own only beside others."""
    used = regularizers_on(values)
    for name in used:
        yield name, f"without {REGULARIZERS[name]}", (name,)
    if len(used) > 1:
        yield "any", "without any", used


def _is_on(name: str, values: Mapping[str, Scalar]) -> bool:
    hyperparameter = HYPERPARAMETERS[name]
    optimizer = values.get("optimizer", HYPERPARAMETERS["optimizer"].default)
    if hyperparameter.optimizer not in (None, optimizer):
        return False
    return bool(values.get(name, hyperparameter.default))
