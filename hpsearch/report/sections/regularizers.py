"""What each regulariser bought: the winner without it, the search with and without, the weights."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from hpsearch.analysis.absences import GO_ON, find_absences
from hpsearch.analysis.regularizers import (
    Ablation,
    Layer,
    ablate,
    combinations,
    summarize_layers,
    switches,
    variants,
)
from hpsearch.evaluation.ablation import regularizers_on
from hpsearch.evaluation.leaderboard import Winner
from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.figures.regularizers import changes
from hpsearch.space.hyperparameter import REGULARIZERS
from hpsearch.statistics.estimate import Estimate
from hpsearch.tasks.binary import OBJECTIVE
from hpsearch.training.inspection import SMALL
from hpsearch.wording import (
    first_upper,
    listed,
    say_interval,
    say_number,
    say_share,
    say_signed,
    say_value,
)

TITLE = "What did each regulariser buy?"

#: Said where the ablation can say nothing else.
NO_LOSSES = "What each regulariser bought is not known, as losses of validation rows are missing."

#: Samplers that propose more of what has worked.
GUIDED = ("tpe", "bayesian")

#: Sets of regularisers that the page lists; report.json has all.
LISTED = 10


def values(outcome: Outcome) -> Mapping[str, Any] | str:
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
        "absences": absences,
        "listed": LISTED,
        "small": SMALL,
    }


def figures(outcome: Outcome, values: Mapping[str, Any]) -> Mapping[str, Callable[[], str]]:
    """``changes``, where a variant of the winner has an interval."""
    del outcome
    rows = values["ablation"]["variants"] if values["ablation"] else []
    return {"changes": partial(changes, rows)} if any(one["change"] for one in rows) else {}


def _ablation(outcome: Outcome, winner: Winner) -> Mapping[str, Any] | None:
    found = ablate(outcome, winner.standing) if winner.standing else ()
    if winner.standing is None or not found:
        return None
    return {
        "said": list(_say_ablation(outcome, winner, found)) or [NO_LOSSES],
        "value": winner.standing.mean,
        "seeds": len(winner.standing.runs),
        "variants": [
            {**asdict(one), "label": _label(one), "reading": _reading(one)} for one in found
        ],
    }


def _why_no_ablation(outcome: Outcome, winner: Winner) -> str:
    trial = f"trial {winner.trial.number}"
    if not _used(outcome, winner):
        names = list(REGULARIZERS.values())
        return f"There is nothing to take away: {trial} has no {listed(names, 'or')}."
    if not outcome.spec.evaluate.ablation:
        return (
            "The study leaves the ablation out. Set evaluate.ablation to true to have "
            f"{trial} trained without each of its regularisers. {GO_ON}"
        )
    if winner.standing and math.isinf(winner.standing.mean):
        return (
            f"{first_upper(trial)} diverged when it was trained again, so nothing can be held to "
            "it. Lower the upper end of learning_rate in [space], then run the study under a new "
            "name."
        )
    return f"{first_upper(trial)} was not trained without its regularisers yet. {GO_ON}"


def _search(outcome: Outcome) -> Mapping[str, Any] | str:
    sets = combinations(outcome)
    complete = sum(group.complete for group in sets.values())
    if complete < 2:
        return f"A comparison needs at least 2 complete trials, got {complete}. {GO_ON}"
    found = switches(outcome)
    if not found:
        return (
            "No trial had a regulariser on. Give one of them a domain in [space], then run the "
            "study under a new name."
        )
    return {
        "guided": outcome.spec.search.sampler in GUIDED,
        "switches": [{**asdict(one), "label": REGULARIZERS[one.name]} for one in found],
        "sets": [
            {
                "on": on,
                "label": listed([REGULARIZERS[name] for name in on] or ["none"]),
                **asdict(one),
            }
            for on, one in sets.items()
        ],
    }


def _layers(outcome: Outcome, winner: Winner) -> Mapping[str, Any] | None:
    if winner.standing is None:
        return None
    found = variants(outcome, winner.standing)
    names = {
        "winner": [run.run.name for run in winner.standing.runs],
        **{name: [one.run.name for one in runs] for name, runs in found.items()},
    }
    labels = {name: runs[0].run.label for name, runs in found.items()}
    networks = {
        name: layers for name, runs in names.items() if (layers := summarize_layers(outcome, runs))
    }
    if "winner" not in networks:
        return None
    hidden = len(networks["winner"]) - 1
    return {
        "said": _say_sparsity(outcome, winner, networks),
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


def _say_ablation(outcome: Outcome, winner: Winner, found: Sequence[Ablation]) -> Iterator[str]:
    """What is more than chance first, the most first; then what is not."""
    trial = f"trial {winner.trial.number}"
    single = [(REGULARIZERS[one.name], one.change) for one in found if one.name != "any"]
    single.sort(key=lambda entry: -entry[1].value if entry[1] else 0.0)
    bought = [f"{name} bought {_nats(by)}" for name, by in single if by and by.low > 0]
    cost = [f"{name} (by {_nats(_negative(by))})" for name, by in single if by and by.high < 0]
    unsure = [name for name, by in single if by and not by.excludes_zero]
    if bought:
        yield first_upper(
            f"{listed(bought)}: that is how much {OBJECTIVE} rises when {trial} is trained without "
            "it and nothing else changes."
        )
    if cost:
        yield f"{first_upper(trial)} is better without {listed(cost)}."
    if unsure:
        yield (
            f"What {listed(unsure)} bought {trial} is indistinguishable from zero: "
            f"{'their intervals hold' if len(unsure) > 1 else 'its interval holds'} 0."
        )
    for one in found:
        if one.diverged:
            yield (
                f"{first_upper(_label(one))} {one.diverged} of {len(one.seeds)} trainings "
                "diverged, so there is no number for it."
            )
        elif one.name == "any" and one.change:
            yield _say_all(one.change, trial)
    used = _used(outcome, winner)
    unused = [label for name, label in REGULARIZERS.items() if name not in used]
    if unused:
        yield f"{first_upper(trial)} has no {listed(unused, 'or')}."


def _say_all(change: Estimate, trial: str) -> str:
    if change.low > 0:
        return f"All of them together bought {_nats(change)}."
    if change.high < 0:
        return (
            f"{first_upper(trial)} is better without any of them (by {_nats(_negative(change))})."
        )
    interval = f"{say_signed(change.value)} {say_interval(asdict(change))}"
    return f"What all of them bought together is indistinguishable from zero: {interval}."


def _say_sparsity(outcome: Outcome, winner: Winner, networks: Mapping[str, Sequence[Layer]]) -> str:
    """How many weights of hidden layers, which alone are penalised, are small."""
    knobs = outcome.spec.recipe(winner.trial.params).knobs
    share = f"{say_share(_hidden_share(networks['winner']))} of its hidden weights are nearer to 0"
    trial = f"trial {winner.trial.number}"
    if "l1" not in _used(outcome, winner):
        return f"{first_upper(trial)} has no L1; {share} than {SMALL}."
    told = f"{first_upper(trial)} has L1 {say_value(knobs.l1)}, and {share} than {SMALL}"
    if "l1" not in networks:
        return f"{told}."
    return f"{told}; trained without L1, {say_share(_hidden_share(networks['l1']))}."


def _hidden_share(layers: Sequence[Layer]) -> float:
    hidden = layers[:-1]
    weights = sum(layer.weights for layer in hidden)
    return sum(layer.share_small * layer.weights for layer in hidden) / weights


def _reading(one: Ablation) -> str:
    if one.diverged:
        return f"{one.diverged} of {len(one.seeds)} diverged"
    if one.change is None:
        return "losses not recorded"
    if not one.change.excludes_zero:
        return "not distinguishable from 0"
    return "bought" if one.change.low > 0 else "cost"


def _label(one: Ablation) -> str:
    return f"without {REGULARIZERS.get(one.name, one.name)}"


def _used(outcome: Outcome, winner: Winner) -> tuple[str, ...]:
    return regularizers_on(outcome.spec.space.complete(winner.trial.params))


def _nats(estimate: Estimate) -> str:
    return f"{say_number(estimate.value)} nats {say_interval(asdict(estimate))}"


def _negative(estimate: Estimate) -> Estimate:
    return Estimate(-estimate.value, -estimate.high, -estimate.low)
