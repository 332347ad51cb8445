"""All that a report says, as plain values that JSON can hold; every format is made of these."""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

from hpsearch.export.absences import find_absences
from hpsearch.export.states import count_states, finite_value, state_of
from hpsearch.export.verdict import judge
from hpsearch.export.winner import (
    Gap,
    NamedCurve,
    Winner,
    find_winner,
    gap_at,
    search_value,
    winner_curves,
)
from hpsearch.export.wording import say_conditions, say_domain
from hpsearch.metrics import CURVE_METRICS, OBJECTIVE, TEST_METRICS
from hpsearch.results.outcome import Outcome, Standing, TestResult

SIMULATED = "simulated rows, not the UCI data"

LEVEL = 0.95

#: In the study's folder, repeats the study from the beginning.
REPEAT = "hpsearch optimize --study study.toml --data rows.npz --out NEW_FOLDER"


def report_values(outcome: Outcome, *, times: bool = True) -> dict[str, Any]:
    """What ``report.json`` holds: numbers, texts, lists and tables, without NaN or infinities.

    A section whose ingredients are not there is None or empty, and ``absences`` says why.

    Args:
        outcome: The study's folder, read.
        times: Whether it has ``run``, all that differs from one run of a study to the next: the
            command, wall-clock seconds, when the test rows were opened. Without it the same study
            gives equal values.
    """
    winner = find_winner(outcome)
    curves = winner_curves(outcome, winner) if winner else ()
    values = {
        "format": 1,
        "objective": OBJECTIVE,
        "notice": SIMULATED if outcome.data.simulated else None,
        "study": outcome.spec.study.model_dump(),
        "data": _data(outcome),
        "search": _search(outcome),
        "best": _best(outcome, winner),
        "test": _test(outcome, outcome.test, winner, curves) if outcome.test else None,
        "leaderboard": [_standing(outcome, standing) for standing in outcome.standings],
        "curves": [_curve(named) for named in curves],
        "importances": dict(sorted(outcome.importances.items(), key=lambda entry: -entry[1])),
        "importance_evaluator": outcome.importance_evaluator,
        "space": _space(outcome),
        "constants": outcome.spec.space.constants,
        "trials": _trials(outcome),
        "absences": find_absences(outcome, winner, curves),
        "environment": outcome.environment,
        "repeat": REPEAT,
        "study_file": outcome.spec.as_toml(),
    }
    if times:
        values["run"] = _run(outcome)
    told: dict[str, Any] = _plain(values)
    return {**told, "verdict": judge(told)}


def _data(outcome: Outcome) -> dict[str, Any]:
    data = outcome.data
    return {
        "source": data.source,
        "description": data.description,
        "simulated": data.simulated,
        "fingerprint": data.fingerprint,
        "columns": data.columns,
        "train_rows": data.train_rows,
        "validation_rows": data.validation_rows,
        "test_rows": data.test_rows,
    }


def _search(outcome: Outcome) -> dict[str, Any]:
    search = outcome.spec.search
    return {
        "trials": {"total": len(outcome.trials), **count_states(outcome.trials)},
        "trials_wanted": search.trials,
        "sampler": search.sampler,
        "pruner": search.pruner,
        "parallel": search.parallel,
        "epochs": sum(trial.epochs for trial in outcome.trials),
        "epochs_of_a_trial": outcome.spec.training.epochs,
    }


def _best(outcome: Outcome, winner: Winner | None) -> dict[str, Any] | None:
    if winner is None:
        return None
    standing = winner.standing
    return {
        "trial": winner.trial.number,
        "params": outcome.spec.space.complete(winner.trial.params),
        "searched": list(winner.trial.params),
        "search_value": search_value(winner),
        "best_epoch": winner.trial.best_epoch,
        "epochs": winner.trial.epochs,
        "mean_over_seeds": standing.mean if standing else None,
        "deviation_over_seeds": standing.deviation if standing else None,
    }


def _test(
    outcome: Outcome,
    test: TestResult,
    winner: Winner | None,
    curves: Sequence[NamedCurve],
) -> dict[str, Any]:
    metrics = test.metrics
    runs = winner.standing.runs if winner and winner.standing else ()
    model = next((run.value for run in runs if run.index == test.index), None)
    return {
        **{
            metric.name: metrics[metric.name].value if metric.name in metrics else None
            for metric in TEST_METRICS
        },
        "intervals": {
            name: {"low": measured.low, "high": measured.high, "level": LEVEL}
            for name, measured in metrics.items()
        },
        "seeds": {name: _over_seeds(measured.seeds) for name, measured in metrics.items()},
        "validation": {
            "search_value": search_value(winner) if winner else None,
            "model_value": model,
            "seeds": {
                name: _over_seeds(values) for name, values in validation_values(curves).items()
            },
        },
        "trial": test.trial,
        "index": test.index,
        "rows": test.rows,
        "openings": len(test.openings),
        "opening_log": [{"trial": opening.trial, "why": opening.why} for opening in test.openings],
    }


def _run(outcome: Outcome) -> dict[str, Any]:
    openings = outcome.test.openings if outcome.test else ()
    return {
        "command": outcome.command,
        "seconds": outcome.seconds,
        "openings": [opening.time for opening in openings],
    }


def validation_values(curves: Sequence[NamedCurve]) -> dict[str, list[float]]:
    """Validation metrics of each re-training at its best epoch, by the metric's name."""
    runs = [named for named in curves if named.label != "search" and named.best_epoch is not None]
    return {
        name: [float(named.curve[(named.best_epoch or 1) - 1, 1, column]) for named in runs]
        for column, name in enumerate(CURVE_METRICS)
    }


def _over_seeds(seeds: Sequence[float]) -> dict[str, Any]:
    finite = all(math.isfinite(value) for value in seeds)
    return {
        "values": list(seeds),
        "mean": fmean(seeds) if seeds and finite else None,
        "deviation": stdev(seeds) if len(seeds) > 1 and finite else 0.0 if finite else None,
    }


def _standing(outcome: Outcome, standing: Standing) -> dict[str, Any]:
    return {
        "rank": standing.rank,
        "trial": standing.trial,
        "params": {
            name: value
            for name, value in standing.params.items()
            if name not in outcome.spec.space.constants
        },
        "search_value": standing.search_value,
        "mean": standing.mean,
        "deviation": standing.deviation,
        "seeds": [
            {
                "index": run.index,
                "seed": run.seed,
                "value": run.value,
                "best_epoch": run.best_epoch,
                "epochs": run.epochs,
                "diverged": run.diverged,
            }
            for run in standing.runs
        ],
    }


def _curve(named: NamedCurve) -> dict[str, Any]:
    best = gap_at(named.curve, named.best_epoch) if named.best_epoch else None
    last = gap_at(named.curve, len(named.curve))
    return {
        "run": named.label,
        "shown": named.main,
        "at_best": _gap(best) if best else None,
        "at_last": _gap(last),
        "train_after_best": last.train - best.train if best else None,
        "validation_after_best": last.validation - best.validation if best else None,
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "epoch": gap.epoch,
        "train": gap.train,
        "validation": gap.validation,
        "gap": gap.gap,
    }


def _space(outcome: Outcome) -> list[Mapping[str, Any]]:
    return [
        {
            "name": parameter.name,
            "domain": say_domain(parameter.domain),
            "when": say_conditions(parameter.when),
        }
        for parameter in outcome.spec.space.parameters
    ]


def _trials(outcome: Outcome) -> list[Mapping[str, Any]]:
    return [
        {
            "number": trial.number,
            "state": state_of(trial),
            "value": finite_value(trial),
            "epochs": trial.epochs,
            "best_epoch": trial.best_epoch,
            "cause": trial.cause,
            "params": trial.params,
        }
        for trial in outcome.trials
    ]


def _plain(value: Any) -> Any:
    """Values as JSON has them: NumPy's numbers as Python's, NaN and infinities as None."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
