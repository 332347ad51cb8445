"""What mattered in the search: parameters, time, and what the pruner saved and may have cost."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from hpsearch.analysis.absences import GO_ON, find_absences
from hpsearch.analysis.pruning import Pruning, best_so_far, weigh_pruning
from hpsearch.analysis.slices import slice_parameters, valued_trials
from hpsearch.analysis.spending import Ended, core_seconds, endings
from hpsearch.evaluation.outcome import Outcome
from hpsearch.record.states import count_states
from hpsearch.report.figures.search import (
    best_by_ending,
    parameter_importance,
    pruned_beside_winner,
    search_history,
)
from hpsearch.report.figures.slices import slices
from hpsearch.report.sections.search_words import (
    say_history,
    say_importances,
    say_pruning,
    say_slices,
)
from hpsearch.search.clock import problem_of
from hpsearch.wording import say_conditions, say_domain

TITLE = "What mattered in the search?"

#: Pruned trials that are listed for having been ahead of the winner.
LISTED = 20


def values(outcome: Outcome) -> Mapping[str, Any] | str:
    """Counts, history, importances, slices, pruning and space; with sentences on what they mean."""
    if not outcome.trials:
        return find_absences(outcome)["best"]
    problem = problem_of(outcome.data)
    search = outcome.spec.search
    improvements = _improvements(endings(outcome.trials, outcome.spec, problem))
    spent = math.fsum(core_seconds(trial, outcome.spec, problem) for trial in outcome.trials)
    sliced = slice_parameters(outcome.spec.space, outcome.trials)
    pruning = _weigh(outcome)
    states = count_states(outcome.trials)
    winner = outcome.winner
    ended = len(outcome.trials) - states["running"]
    more = (
        GO_ON
        if ended < search.trials
        else "Raise search.trials and run the command again: it goes on."
    )
    return {
        "trials": {"total": len(outcome.trials), **states},
        "trials_wanted": search.trials,
        "valued": len(valued_trials(outcome.trials)),
        "sampler": search.sampler,
        "pruner": search.pruner,
        "parallel": search.parallel,
        "epochs": sum(trial.epochs for trial in outcome.trials),
        "epochs_of_a_trial": outcome.spec.training.epochs,
        "core_seconds": spent,
        "said": {
            "history": say_history(improvements, ended, spent, more),
            "importances": say_importances(outcome.importances, states["complete"], more),
            "slices": say_slices(outcome.spec.space, sliced, states["complete"]),
            "pruning": say_pruning(
                pruning, search.pruner, spent, winner.trial.number if winner else None
            ),
        },
        "improvements": improvements,
        "importances": outcome.importances,
        "importance_evaluator": outcome.importance_evaluator,
        "slices": [asdict(one) for one in sliced],
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


def figures(outcome: Outcome, values: Mapping[str, Any]) -> Mapping[str, Callable[[], str]]:
    """``history`` and ``slices`` of two trials or more, ``importance``, ``pruning``."""
    drawn: dict[str, Callable[[], str]] = {}
    winner = outcome.winner
    number = winner.trial.number if winner else None
    if values["valued"] > 1:
        ended = endings(outcome.trials, outcome.spec, problem_of(outcome.data))
        drawn["history"] = partial(search_history, ended)
        drawn["slices"] = partial(slices, outcome.spec.space, outcome.trials, number)
    if values["importances"]:
        shares = outcome.importances, outcome.importance_evaluator
        drawn["importance"] = partial(parameter_importance, *shares)
    if winner and (beside := _weigh(outcome).beside):
        best = best_so_far(outcome.history(winner.trial.run).curve)
        drawn["pruning"] = partial(pruned_beside_winner, beside, best, winner.trial.number)
    return drawn


def _improvements(ended: Sequence[Ended]) -> list[Mapping[str, Any]]:
    """The trials that were the best so far when they ended: the steps of the history's line."""
    best = best_by_ending([one.trial for one in ended])
    return [
        {
            "trial": one.trial.number,
            "value": best[place],
            "ended": place + 1,
            "core_seconds": one.core_seconds,
        }
        for place, one in enumerate(ended)
        if best[place] < (best[place - 1] if place else math.inf)
    ]


def _weigh(outcome: Outcome) -> Pruning:
    winner = outcome.winner
    return weigh_pruning(
        outcome.trials,
        outcome.spec,
        problem_of(outcome.data),
        winner.trial.number if winner else None,
        outcome.history(winner.trial.run if winner else "").curve,
    )


def _pruning(pruning: Pruning) -> Mapping[str, Any]:
    return {
        "pruned": pruning.pruned,
        "epochs": pruning.epochs,
        "core_seconds": pruning.core_seconds,
        "against_limit": asdict(pruning.against_limit),
        "against_complete": asdict(pruning.against_complete) if pruning.against_complete else None,
        "compared": len(pruning.beside),
        "ahead": len(pruning.ahead),
        "listed": [asdict(one) for one in pruning.ahead[:LISTED]],
    }
