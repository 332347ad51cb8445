"""Counts, history, importances, slices, pruning and space of the search."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import accumulate
from typing import Any

from hpsearch.analysis.absences import GO_ON, find_absences
from hpsearch.analysis.pruning import Pruning, weigh_pruning
from hpsearch.analysis.slices import slice_parameters, valued_trials
from hpsearch.analysis.spending import Ended, core_seconds, endings
from hpsearch.evaluation.outcome import Outcome
from hpsearch.record.status import count_statuses, finite_value, trial_status
from hpsearch.record.trial import TrialRecord
from hpsearch.report.section import Values
from hpsearch.report.sections.search.sentences import (
    say_history,
    say_importances,
    say_pruning,
    say_slices,
)
from hpsearch.search.clock import problem_of
from hpsearch.tasks.metric import Metric
from hpsearch.wording import say_conditions, say_domain

#: Pruned trials that are listed for having been ahead of the winner.
LISTED = 20


def read_values(outcome: Outcome) -> Values | str:
    """Counts, history, importances, slices, pruning and space; with sentences on what they mean."""
    if not outcome.trials:
        return find_absences(outcome)["best"]
    problem = problem_of(outcome.data)
    search = outcome.spec.search
    metric = outcome.task.metric
    improvements = _improvements(metric, endings(outcome.trials, outcome.spec, problem))
    spent = math.fsum(core_seconds(trial, outcome.spec, problem) for trial in outcome.trials)
    sliced = slice_parameters(metric, outcome.spec.space, outcome.trials)
    pruning = weigh_outcome(outcome)
    states = count_statuses(outcome.trials)
    winner = outcome.winner
    ended = len(outcome.trials) - states["running"]
    more = (
        GO_ON
        if ended < search.trials
        else "Raise search.trials and run the command again to continue."
    )
    return {
        "trials": {"total": len(outcome.trials), **states},
        "trials_wanted": search.trials,
        "valued": len(valued_trials(metric, outcome.trials)),
        "sampler": search.sampler.name,
        "pruner": search.pruner.name,
        "parallel": search.parallel,
        "epochs": sum(trial.epochs for trial in outcome.trials),
        "epochs_of_a_trial": outcome.spec.most_epochs,
        "core_seconds": spent,
        "said": {
            "history": say_history(metric, improvements, ended, spent, more),
            "importances": say_importances(outcome.importances, states["complete"], more),
            "slices": say_slices(outcome.spec.space, sliced, states["complete"]),
            "pruning": say_pruning(
                outcome.task,
                pruning,
                search.pruner.name,
                spent,
                winner.trial.number if winner else None,
            ),
        },
        "improvements": improvements,
        "importances": outcome.importances,
        "importance_evaluator": outcome.importance_evaluator,
        "slices": [asdict(parameter) for parameter in sliced],
        "pruning": _pruning(pruning) if pruning.pruned else None,
        "space": [
            {
                "name": parameter.name,
                "domain": say_domain(parameter.domain),
                "when": say_conditions(parameter.when),
                "winner": winner.trial.params.get(parameter.name) if winner else None,
            }
            for parameter in outcome.spec.space.parameters
        ],
        "constants": outcome.spec.space.constants,
    }


def best_by_ending(metric: Metric, trials: Iterable[TrialRecord]) -> list[float]:
    """Best value of the complete trials up to each; infinite before the first."""
    values = [
        finite_value(trial) if trial_status(trial) == "complete" else None for trial in trials
    ]
    signed = (math.inf if value is None else metric.sign * value for value in values)
    return [metric.sign * value for value in accumulate(signed, min)]


def _improvements(metric: Metric, ended: Sequence[Ended]) -> list[dict[str, Any]]:
    """The trials that were the best so far when they ended: the steps of the history's line."""
    best = best_by_ending(metric, [ending.trial for ending in ended])
    return [
        {
            "trial": ending.trial.number,
            "value": best[place],
            "ended": place + 1,
            "core_seconds": ending.core_seconds,
        }
        for place, ending in enumerate(ended)
        if metric.sign * best[place] < (metric.sign * best[place - 1] if place else math.inf)
    ]


def weigh_outcome(outcome: Outcome) -> Pruning:
    """What the pruner saved, and the pruned trials beside the winner.

    Of several folds there is no curve of what a trial had reported by an epoch, so none is beside.
    """
    winner = outcome.winner if outcome.spec.folds == 1 else None
    return weigh_pruning(
        outcome.trials,
        outcome.spec,
        problem_of(outcome.data),
        winner.trial.number if winner else None,
        outcome.history(winner.trial.run if winner else "").curve,
        outcome.recipe(winner.trial).keep if winner else "best",
    )


def _pruning(pruning: Pruning) -> dict[str, Any]:
    return {
        "pruned": pruning.pruned,
        "epochs": pruning.epochs,
        "core_seconds": pruning.core_seconds,
        "against_limit": asdict(pruning.against_limit),
        "against_complete": asdict(pruning.against_complete) if pruning.against_complete else None,
        "compared": len(pruning.beside),
        "ahead": len(pruning.ahead),
        "listed": [asdict(trial) for trial in pruning.ahead[:LISTED]],
    }
