"""The winner's configuration without its regularizers and bins, one by one and without any."""

from collections.abc import Iterator, Mapping

from hpsearch.evaluation.retraining import retrainings
from hpsearch.record.trial import TrialRecord
from hpsearch.space.hyperparameter import HYPERPARAMETERS, REGULARIZERS, REMOVABLE
from hpsearch.space.layered import depth_of, layer_path, values_by_layer
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
    """A configuration with these parts switched off, and nothing else changed.

    Args:
        values: As for ``regularizers_on``.
    """
    off = {name: HYPERPARAMETERS[name].default for name in names}
    by_layer = {
        path: default
        for name, default in off.items()
        for layer in range(depth_of(values))
        if (path := layer_path(layer, name)) in values
    }
    return {**values, **off, **by_layer}


def ablation_runs(spec: StudySpec, winner: TrialRecord, classes: int) -> tuple[Run, ...]:
    """Trainings without each removable part, with the seeds of the winner's re-trainings."""
    values = spec.space.complete(winner.params)
    return tuple(
        Run(
            f"{winner.run}-without-{name}-seed-{run.index}",
            label,
            name,
            spec.recipe(without(values, *names), classes),
            run.seed,
            run.index,
            spec.folds,
        )
        for name, label, names in _variants(values)
        for run in retrainings(spec, winner, classes)
    )


def _variants(values: Mapping[str, Scalar]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Name, label, and what is switched off; without any is one of its own only beside others."""
    used = tuple(name for name in REMOVABLE if _is_on(name, values))
    for name in used:
        yield name, f"without {REMOVABLE[name]}", (name,)
    if len(used) > 1:
        yield "any", "without any", used


def _is_on(name: str, values: Mapping[str, Scalar]) -> bool:
    hyperparameter = HYPERPARAMETERS[name]
    if hyperparameter.choices:
        return values.get(name, hyperparameter.default) != hyperparameter.default
    optimizer = values.get("optimizer", HYPERPARAMETERS["optimizer"].default)
    if hyperparameter.optimizer not in (None, optimizer):
        return False
    if not depth_of(values):
        return not hyperparameter.hidden and bool(values.get(name, hyperparameter.default))
    own = values_by_layer(values, name)
    return any(value != hyperparameter.default for value in own)
