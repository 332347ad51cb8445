"""Trials of every state, with drawn parameters and values that follow from their numbers."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from hpsearch.record.trial import StateName, TrialRecord
from hpsearch.space.space import Float, Int, Scalar
from tests.outcomes.studies import make_spec


def make_trial(number: int, state: StateName = "complete", **changes: Any) -> TrialRecord:
    """A trial with drawn parameters and a value that follows from its number."""
    rng = np.random.default_rng([number, 1])
    params: dict[str, Scalar] = {}
    for parameter in make_spec().space.walk(params):
        match parameter.domain:
            case Float(low, high, log):
                ends = np.log([low, high]) if log else np.array([low, high])
                drawn = float(rng.uniform(*ends))
                params[parameter.name] = float(np.exp(drawn)) if log else drawn
            case Int(low, high):
                params[parameter.name] = int(rng.integers(low, high + 1))
            case choice:
                params[parameter.name] = choice.choices[int(rng.integers(len(choice.choices)))]
    epochs = {"complete": 100, "pruned": 30, "failed": 4, "running": 12}[state]
    trial = TrialRecord(
        number=number,
        state=state,
        value=0.56 + 0.05 * float(rng.random()),
        params=params,
        epochs=epochs,
        best_epoch=epochs * 2 // 3,
        seed=number,
        cause={"complete": "ran all epochs", "pruned": "pruned by median"}.get(state, ""),
        started_seconds=float(number),
        ended_seconds=None if state == "running" else number + epochs / 10,
    )
    return replace(trial, **changes)


def make_diverged(number: int) -> TrialRecord:
    """A trial that never had a finite value."""
    return make_trial(
        number, "pruned", value=None, best_epoch=None, epochs=1, cause="diverged at epoch 1"
    )


def make_trials(count: int) -> list[TrialRecord]:
    """Mostly complete and pruned trials, with one in ten diverged, failed or running."""
    kinds: Mapping[int, Callable[[int], TrialRecord]] = {
        3: lambda number: make_trial(number, "pruned"),
        5: lambda number: make_trial(number, "pruned"),
        6: lambda number: make_trial(number, "pruned"),
        9: make_diverged,
        18: lambda number: make_trial(number, "failed", value=None, best_epoch=None),
        27: lambda number: make_trial(number, "running"),
    }
    return [
        kinds.get(number % 30, kinds.get(number % 10, make_trial))(number)
        for number in range(count)
    ]
