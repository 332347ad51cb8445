"""A trial's attributes, by the search's names and by those that people read in the dashboard."""

import copy
from collections.abc import Mapping
from typing import Any

from optuna.trial import FrozenTrial, TrialState

from hpsearch.record.trial import StateName, TrialRecord

#: What the search's attributes are called in the record.
NAMES: Mapping[str, str] = {
    "seed": "seed",
    "epochs": "epochs",
    "best_epoch": "best epoch",
    "cause": "how it ended",
    "started_seconds": "begun (virtual seconds)",
    "ended_seconds": "ended (virtual seconds)",
}

STATE_NAMES: Mapping[TrialState, StateName] = {
    TrialState.RUNNING: "running",
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
}


def for_people(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes as the record has them; absent ones would make a column of numbers one of text."""
    named = {NAMES.get(key, key): value for key, value in attributes.items()}
    return {name: value for name, value in named.items() if value is not None}


def with_shown_names(trial: FrozenTrial) -> FrozenTrial:
    """A copy of a trial of the search, with attributes as people read them."""
    shown = copy.deepcopy(trial)  # since the study in memory changes its own
    shown.user_attrs = for_people(trial.user_attrs)
    return shown


def trial_record(trial: FrozenTrial) -> TrialRecord:
    """A trial of the record."""
    named = trial.user_attrs
    attributes = {key: named[name] for key, name in NAMES.items() if name in named}
    reported = trial.intermediate_values
    running = trial.state == TrialState.RUNNING
    value = reported.get(max(reported, default=0)) if running else trial.value
    return TrialRecord(
        number=trial.number,
        state=STATE_NAMES.get(trial.state, "running"),
        value=value,
        params=dict(trial.params),
        epochs=attributes.get("epochs", max(reported, default=0)),
        best_epoch=attributes.get("best_epoch"),
        seed=attributes["seed"],
        cause=attributes.get("cause", ""),
        started_seconds=attributes["started_seconds"],
        ended_seconds=attributes.get("ended_seconds"),
    )
