"""The trials of a study, as JSON, CSV or a table."""

import json
from collections.abc import Sequence
from typing import Any

from hpsearch.console import say_values
from hpsearch.record.trial import TrialRecord


def list_trials(trials: Sequence[TrialRecord], form: str) -> str:
    """All trials as ``json``, ``csv`` (a column a parameter) or ``table``, with a line end."""
    match form:
        case "json":
            return json.dumps([trial_values(trial) for trial in trials], indent=2) + "\n"
        case "csv":
            import pandas as pd

            rows = [trial_values(trial) for trial in trials]
            return str(pd.json_normalize(rows).convert_dtypes().to_csv(index=False))
    lines = [f"{'trial':>5}  {'state':<9} {'value':>8} {'epochs':>7} {'kept at':>8}  parameters"]
    for trial in trials:
        value = "" if trial.value is None else f"{trial.value:.4f}"
        state = "diverged" if trial.diverged else trial.state
        lines.append(
            f"{trial.number:>5}  {state:<9} {value:>8} {trial.epochs:>7} "
            f"{trial.best_epoch or '':>8}  {say_values(trial.params)}"
        )
    return "\n".join(lines) + "\n"


def trial_values(trial: TrialRecord) -> dict[str, Any]:
    """A trial as JSON values."""
    return {
        "number": trial.number,
        "state": trial.state,
        "value": trial.value,
        "params": dict(trial.params),
        "epochs": trial.epochs,
        "best_epoch": trial.best_epoch,
        "seed": trial.seed,
        "cause": trial.cause,
    }
