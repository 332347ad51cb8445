"""All that a report says, as plain values that JSON can hold; every format is made of these."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from statistics import fmean, stdev
from typing import Any

from hpsearch.evaluation.leaderboard import Standing, Winner
from hpsearch.evaluation.outcome import Outcome, TestResult
from hpsearch.record.status import finite_value, trial_status
from hpsearch.report.scarcity import scarcity_of

SIMULATED = "simulated rows, not measured ones"

LEVEL = 0.95

#: In the study's folder, repeats the study from the beginning.
REPEAT = "hpsearch optimize --study study.toml --data rows.parquet --out NEW_FOLDER"


def study_values(outcome: Outcome, *, times: bool) -> dict[str, Any]:
    """What the report says besides its sections."""
    winner = outcome.winner
    values = {
        "generator": "hpsearch",
        "format": 2,
        "objective": outcome.task.objective,
        "notice": SIMULATED if outcome.data.simulated else None,
        "study": outcome.spec.study.model_dump(),
        "data": {
            **{name: value for name, value in asdict(outcome.data).items() if name != "notices"},
            "columns": len(outcome.data.columns),
            "names": outcome.data.names,
        },
        "scarce": scarcity_of(outcome.data),
        "best": _best(outcome, winner),
        "test": _test(outcome, outcome.test, winner) if outcome.test else None,
        "leaderboard": [_standing(outcome, standing) for standing in outcome.standings],
        "trials": _trials(outcome),
        "environment": outcome.environment,
        "repeat": REPEAT,
        "study_file": outcome.spec.as_toml(),
    }
    if times:
        values["run"] = _run(outcome)
    return values


def _best(outcome: Outcome, winner: Winner | None) -> dict[str, Any] | None:
    if winner is None:
        return None
    standing = winner.standing
    return {
        "trial": winner.trial.number,
        "params": outcome.spec.space.complete(winner.trial.params),
        "searched": list(winner.trial.params),
        "search_value": winner.search_value,
        "best_epoch": winner.trial.best_epoch,
        "epochs": winner.trial.epochs,
        "mean_over_seeds": standing.mean if standing else None,
        "deviation_over_seeds": standing.deviation if standing else None,
    }


def _test(outcome: Outcome, test: TestResult, winner: Winner | None) -> dict[str, Any]:
    task, metrics = outcome.task, test.metrics
    runs = winner.standing.runs if winner and winner.standing else ()
    single = next((run.value for run in runs if run.run.index == test.index), None)
    return {
        **{metric.name: metrics[metric.name].value for metric in task.test_metrics},
        "intervals": {
            name: {"low": measured.low, "high": measured.high, "level": LEVEL}
            for name, measured in metrics.items()
        },
        "seeds": {name: _over_seeds(measured.seeds) for name, measured in metrics.items()},
        "validation": {
            "search_value": winner.search_value if winner else None,
            "model_value": single if test.averaged == 1 else test.validation,
            "seeds": {name: _over_seeds(measured.validation) for name, measured in metrics.items()},
        },
        "averaged": test.averaged,
        "models": _models(outcome, test),
        "reference": test.reference,
        "trial": test.trial,
        "index": test.index,
        "rows": test.rows,
        "openings": len(test.openings),
        "openings_known": test.openings_known,
        "opening_log": [{"trial": opening.trial, "why": opening.why} for opening in test.openings],
    }


def _models(outcome: Outcome, test: TestResult) -> list[dict[str, Any]]:
    """The saved models that were measured, the exported one first, and what they cost."""
    if test.trial is None:
        return []
    metric = outcome.task.tested_metric.name
    best = {"label": test.reference, "validation": test.validated(metric), "differences": {}}
    metrics = {
        name: {"value": each.value, "low": each.low, "high": each.high}
        for name, each in test.metrics.items()
    }
    return [
        {"name": "best", **best, "metrics": metrics, "cost": _cost(outcome, "best")},
        *({**asdict(model), "cost": _cost(outcome, model.name)} for model in test.models),
    ]


def _cost(outcome: Outcome, name: str) -> dict[str, int] | None:
    """What predictions by a saved model take; None where a version saved it that did not say."""
    model = outcome.models.get(name)
    if model is None or not model.networks:
        return None
    return {
        "networks": model.networks,
        "weights": model.weights,
        "operations": model.operations,
        "bytes": model.bytes,
    }


def _run(outcome: Outcome) -> dict[str, Any]:
    openings = outcome.test.openings if outcome.test else ()
    return {
        "command": outcome.command,
        "seconds": outcome.seconds,
        "openings": [opening.time for opening in openings],
    }


def _over_seeds(seeds: Sequence[float]) -> dict[str, Any]:
    finite = all(math.isfinite(value) for value in seeds)
    return {
        "values": list(seeds),
        "mean": fmean(seeds) if seeds and finite else None,
        "deviation": stdev(seeds) if len(seeds) > 1 and finite else None,
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
                "index": run.run.index,
                "seed": run.run.seed,
                "value": run.value,
                "best_epoch": run.best_epoch,
                "epochs": run.epochs,
                "diverged": run.diverged,
            }
            for run in standing.runs
        ],
    }


def _trials(outcome: Outcome) -> list[Mapping[str, Any]]:
    return [
        {
            "number": trial.number,
            "state": trial_status(trial),
            "value": finite_value(trial),
            "epochs": trial.epochs,
            "best_epoch": trial.best_epoch,
            "cause": trial.cause,
            "params": trial.params,
        }
        for trial in outcome.trials
    ]


def plain(value: Any) -> Any:
    """Values as JSON has them: NumPy's numbers as Python's, NaN and infinities as None."""
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
