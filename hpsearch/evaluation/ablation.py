"""The winner's configuration without its regularisers, one by one and without any."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hpsearch.evaluation.retraining import retrainings
from hpsearch.evaluation.runs import Run
from hpsearch.models.network import Knobs, Network
from hpsearch.record.trial import TrialRecord
from hpsearch.study.spec import StudySpec

#: By name: what it is called.
REGULARISERS = {
    "l1": "L1",
    "l2": "L2",
    "dropout": "dropout",
    "batch_normalization": "batch normalisation",
    "weight_decay": "weight decay",
}


def regularisers_on(network: Network, knobs: Knobs) -> tuple[str, ...]:
    """Names of the regularisers that a configuration uses, in the order of ``REGULARISERS``."""
    uses = {
        "l1": knobs.l1 > 0,
        "l2": knobs.l2 > 0,
        "dropout": knobs.dropout > 0,
        "batch_normalization": network.batch_normalization,
        "weight_decay": knobs.optimizer == "adamw" and knobs.weight_decay > 0,
    }
    return tuple(name for name in REGULARISERS if uses[name])


def without(network: Network, knobs: Knobs, *names: str) -> tuple[Network, Knobs]:
    """A configuration with these regularisers switched off, and nothing else changed."""
    numbers: dict[str, Any] = {name: 0.0 for name in names if name != "batch_normalization"}
    normalised = network.batch_normalization and "batch_normalization" not in names
    return replace(network, batch_normalization=normalised), replace(knobs, **numbers)


def ablation_runs(spec: StudySpec, winner: TrialRecord) -> tuple[Run, ...]:
    """Trainings without each regulariser, with the seeds of the winner's re-trainings."""
    return tuple(
        Run(
            f"{winner.run}-without-{name}-seed-{again.index}",
            name,
            label,
            *without(again.run.network, again.run.knobs, *names),
            again.run.seed,
            spec.training,
        )
        for name, label, names in _variants(*spec.build(winner.params))
        for again in retrainings(spec, winner)
    )


def _variants(network: Network, knobs: Knobs) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Name, label, and what is switched off; without any is one of its own only beside others."""
    used = regularisers_on(network, knobs)
    for name in used:
        yield name, f"without {REGULARISERS[name]}", (name,)
    if len(used) > 1:
        yield "any", "without any", used
