"""The diagnoses of the winner's seeds and of the baseline networks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from hpsearch.analysis.absences import GO_ON, find_absences
from hpsearch.analysis.diagnosis import Diagnosis, diagnose, rule_of
from hpsearch.analysis.winner_curves import NamedCurve, winner_curves
from hpsearch.evaluation.outcome import Outcome
from hpsearch.evaluation.runs import Trained
from hpsearch.report.section import Values
from hpsearch.report.sections.overfitting.sentences import say_baselines, say_verdict, say_winner
from hpsearch.tasks.metric import Metric


def read_values(outcome: Outcome) -> Values | str:
    """Diagnoses of the winner's seeds and of the baseline networks, and what they say."""
    winner, metric = outcome.winner, outcome.task.metric
    curves = winner_curves(outcome, winner) if winner else ()
    trained = [
        baseline for baseline in outcome.baselines if len(outcome.history(baseline.run.name))
    ]
    if not curves and not trained:
        return find_absences(outcome).get("best") or (
            f"No learning curve of the winner is recorded. {GO_ON}"
        )
    epochs, best = (
        outcome.spec.training.epochs,
        _best(metric, (network.value for network in trained)),
    )
    seeds = [(named, diagnose(outcome.task, named.curve, epochs, best)) for named in curves]
    networks = list(_diagnose_baselines(outcome, trained, seeds))
    shown = (winner.trial.number, seeds) if winner and seeds else None
    keep = outcome.recipe(winner.trial).keep if winner else "best"
    return {
        "rule": rule_of(outcome.task),
        "said": {
            "winner": " ".join(say_winner(outcome.task, *shown, keep)) if shown else None,
            "baselines": say_baselines(networks),
        },
        "winner": {
            "trial": shown[0],
            "keep": keep,
            "seeds": [_row(named.label, named.main, diagnosis) for named, diagnosis in seeds],
        }
        if shown
        else None,
        "baselines": [_row(label, False, diagnosis) for label, diagnosis in networks],
    }


def _diagnose_baselines(
    outcome: Outcome,
    trained: Sequence[Trained],
    seeds: Sequence[tuple[NamedCurve, Diagnosis]],
) -> Iterator[tuple[str, Diagnosis]]:
    """Each baseline is compared with the others and with the winner's network."""
    winner = [
        diagnosis.best.validation for named, diagnosis in seeds if named.main and diagnosis.best
    ]
    for baseline in trained:
        others = [rival.value for rival in trained if rival.run.name != baseline.run.name]
        curve = outcome.history(baseline.run.name).curve
        limit, least = baseline.run.recipe.epochs, _best(outcome.task.metric, [*winner, *others])
        yield baseline.run.label, diagnose(outcome.task, curve, limit, least)


def _best(metric: Metric, values: Iterable[float]) -> float:
    best = metric.best(list(values))
    return metric.worst if best is None else best


def _row(label: str, main: bool, diagnosis: Diagnosis) -> dict[str, Any]:
    return {"run": label, "main": main, **asdict(diagnosis), "words": say_verdict(diagnosis)}
