"""The winner without each regularizer, trials with and without, and the kernels' weights."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from hpsearch.analysis.absences import GO_ON, find_absences
from hpsearch.analysis.regularizers import (
    Ablation,
    ablate,
    combinations,
    norms_by_epoch,
    summarize_layers,
    switches,
    variants,
)
from hpsearch.evaluation.ablation import removable_parts
from hpsearch.evaluation.leaderboard import Winner
from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.section import Values
from hpsearch.report.sections.regularizers.checks import read_checks
from hpsearch.report.sections.regularizers.sentences import (
    NO_LOSSES,
    ONE_SEED,
    say_ablation,
    say_sparsity,
    say_variant,
)
from hpsearch.space.hyperparameter import REGULARIZERS
from hpsearch.training.inspection import SMALL
from hpsearch.wording import first_upper, listed

#: Sets of regularizers that the page lists; report.json has all.
LISTED = 10


def read_values(outcome: Outcome) -> Values | str:
    """Ablation, groups of trials and kernels; where one of them is None, ``absences`` says why."""
    winner = outcome.winner
    if winner is None:
        return find_absences(outcome)["best"]
    parts = {
        "ablation": _ablation(outcome, winner) or _why_no_ablation(outcome, winner),
        "search": _search(outcome),
        "layers": _layers(outcome, winner)
        or f"No weights of trial {winner.trial.number} after the search are recorded. {GO_ON}",
    }
    absences = {name: part for name, part in parts.items() if isinstance(part, str)}
    if len(absences) == len(parts):
        return absences["ablation"]
    return {
        "trial": winner.trial.number,
        **{name: None if name in absences else part for name, part in parts.items()},
        "checks": read_checks(outcome),
        "absences": absences,
        "listed": LISTED,
        "small": SMALL,
    }


def _ablation(outcome: Outcome, winner: Winner) -> Mapping[str, Any] | None:
    ablations = ablate(outcome, winner.standing) if winner.standing else ()
    if winner.standing is None or not ablations:
        return None
    return {
        "said": list(say_ablation(outcome, winner, ablations))
        or [NO_LOSSES if outcome.task.ranks_by_loss else ONE_SEED],
        "value": winner.standing.mean,
        "seeds": len(winner.standing.runs),
        "variants": [
            {
                **asdict(ablation),
                "label": say_variant(ablation.name),
                "reading": _reading(ablation, ranks_by_loss=outcome.task.ranks_by_loss),
            }
            for ablation in ablations
        ],
    }


def _why_no_ablation(outcome: Outcome, winner: Winner) -> str:
    trial = f"trial {winner.trial.number}"
    if not removable_parts(outcome.spec.space.complete(winner.trial.params)):
        names = list(REGULARIZERS.values())
        return f"There is nothing to take away: {trial} has no {listed(names, 'or')}."
    if not outcome.spec.evaluate.ablation:
        return (
            "The study leaves the ablation out. Set evaluate.ablation to true to have "
            f"{trial} trained without each of its regularizers. {GO_ON}"
        )
    return f"{first_upper(trial)} has not been trained without its regularizers yet. {GO_ON}"


def _search(outcome: Outcome) -> Mapping[str, Any] | str:
    sets = combinations(outcome)
    complete = sum(group.complete for group in sets.values())
    if outcome.spec.search.trials == 1:
        return "There is nothing to compare: the study trains a single configuration."
    if complete < 2:
        return f"A comparison needs at least 2 complete trials, got {complete}. {GO_ON}"
    by_regularizer = switches(outcome)
    if not by_regularizer:
        return (
            "No trial had a regularizer on. Give one of them a domain in [space], then run the "
            "study under a new name."
        )
    return {
        "guided": outcome.spec.search.sampler.learns,
        "switches": [
            {**asdict(switch), "label": REGULARIZERS[switch.name]} for switch in by_regularizer
        ],
        "sets": [
            {
                "on": on,
                "label": listed([REGULARIZERS[name] for name in on] or ["none"]),
                **asdict(trials),
            }
            for on, trials in sets.items()
        ],
    }


def _layers(outcome: Outcome, winner: Winner) -> Mapping[str, Any] | None:
    if winner.standing is None:
        return None
    ablated = variants(outcome, winner.standing)
    names = {
        "winner": [trained.run.name for trained in winner.standing.runs],
        **{name: [trained.run.name for trained in runs] for name, runs in ablated.items()},
    }
    labels = {name: runs[0].run.label for name, runs in ablated.items()}
    networks = {
        name: layers for name, runs in names.items() if (layers := summarize_layers(outcome, runs))
    }
    if "winner" not in networks:
        return None
    hidden = len(networks["winner"]) - 1
    return {
        "said": say_sparsity(outcome, winner, networks),
        "by_epoch": _norms(outcome, {name: names[name] for name in networks}),
        "names": [*(f"hidden {number}" for number in range(1, hidden + 1)), "output"],
        "networks": [
            {
                "name": name,
                "label": labels.get(name, f"trial {winner.trial.number}"),
                "layers": [asdict(layer) for layer in layers],
            }
            for name, layers in networks.items()
        ],
    }


def _norms(outcome: Outcome, runs: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
    """Norms after epochs 1, 2, 5, 10 and so on, and after the last."""
    norms = {name: norms_by_epoch(outcome, each) for name, each in runs.items()}
    every = sorted(set().union(*norms.values()))
    round_numbers = [epoch for epoch in every if str(epoch).rstrip("0") in ("1", "2", "5")]
    epochs = list(dict.fromkeys((*round_numbers, *every[-1:])))
    return {
        "epochs": epochs,
        "norms": {name: [each.get(epoch) for epoch in epochs] for name, each in norms.items()},
    }


def _reading(ablation: Ablation, *, ranks_by_loss: bool) -> str:
    if ablation.diverged:
        return f"{ablation.diverged} of {len(ablation.seeds)} diverged"
    if ablation.change is None:
        return "losses not recorded" if ranks_by_loss else "needs two seeds"
    if not ablation.change.excludes_zero:
        return "not distinguishable from 0"
    return "bought" if ablation.change.low > 0 else "cost"
