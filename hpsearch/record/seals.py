"""Digests of what the record says of a trial: its values when it was asked, and how it ended.

SQLite checks its own structure and not its content: a flipped bit in a value would be read as
another value. So each trial carries a digest of its values and seed, and once it ended one of all
that is recorded of it, among the attributes that Optuna keeps for itself.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from optuna.distributions import distribution_to_json
from optuna.trial import FrozenTrial

from hpsearch.record.attributes import NAMES, with_shown_names

#: Names of the two digests among a trial's system attributes.
ASKED, TOLD = "hpsearch:asked", "hpsearch:told"

#: How the names of a sampler's system attributes begin; a proposer that keeps others adds its own.
SAMPLER_PREFIXES = ("tpe:", "proposer:")

_FIRST = tuple(NAMES[key] for key in ("seed", "started_seconds"))


def asked_seal(trial: FrozenTrial) -> str:
    """Digest of a trial's number, values, domains, seed and beginning."""
    values = [
        [name, _typed(trial.params[name]), distribution_to_json(trial.distributions[name])]
        for name in sorted(trial.params)
    ]
    shared = sorted(sampler_attributes(trial).items())
    return _digest([trial.number, values, shared, _attributes(trial, _FIRST)])


def sampler_attributes(trial: FrozenTrial) -> dict[str, Any]:
    """What the sampler wrote into a trial when it proposed its values.

    TPE proposes values for inactive parameters, too, and looks at them while the trial runs; a
    replayed trial must have them as the first did.
    """
    return {
        key: value for key, value in trial._system_attrs.items() if key.startswith(SAMPLER_PREFIXES)
    }


def told_seal(trial: FrozenTrial) -> str:
    """Digest of all that is recorded of a trial that ended."""
    reports = sorted((epoch, float(value).hex()) for epoch, value in _reports(trial))
    value = None if trial.value is None else float(trial.value).hex()
    attributes = _attributes(trial, tuple(NAMES.values()))
    return _digest([asked_seal(trial), trial.state.name, value, reports, attributes])


def sealed(trial: FrozenTrial) -> FrozenTrial:
    """A copy of a trial of the search as the record keeps it, with its digests."""
    kept = with_shown_names(trial)
    seals = {**sampler_attributes(kept), ASKED: asked_seal(kept)}
    if kept.state.is_finished():
        seals[TOLD] = told_seal(kept)
    kept._system_attrs = seals
    return kept


def is_sealed(trial: FrozenTrial) -> bool:
    """Whether a trial is as it was written."""
    seals = trial._system_attrs
    if seals.get(ASKED) != asked_seal(trial):
        return False
    return not trial.state.is_finished() or seals.get(TOLD) == told_seal(trial)


def _reports(trial: FrozenTrial) -> list[tuple[int, float]]:
    return list(trial.intermediate_values.items())


def _attributes(trial: FrozenTrial, names: Sequence[str]) -> list[Any]:
    return [[name, _typed(trial.user_attrs.get(name))] for name in names]


def _typed(value: Any) -> list[Any]:
    """A value whose kind counts: 1 is not True, and a float keeps all its bits."""
    return [type(value).__name__, value.hex() if isinstance(value, float) else value]


def _digest(values: Any) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()
