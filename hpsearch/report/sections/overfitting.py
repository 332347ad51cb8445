"""Whether the winner and the baseline networks overfit, by a rule that is stated."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from hpsearch.analysis.absences import GO_ON, find_absences
from hpsearch.analysis.diagnosis import Diagnosis, Reason, diagnose, rule_of
from hpsearch.analysis.winner_curves import NamedCurve, winner_curves
from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.figures.overfitting import Panel, seeds_of_winner, side_by_side
from hpsearch.wording import say_count, say_number, say_signed

TITLE = "Does it overfit?"

#: What to do about it, by the reason.
_WAY_OUT: Mapping[Reason, str] = {
    "validation rises": "More regularisation, fewer units or more train rows would let it learn on",
    "still improving": "Raise training.epochs in a new study",
    "another is better": "More units or less regularisation would let it learn more",
    "only train improves": "More epochs would bring nothing; regularisation or train rows might",
}

#: Reasons that are told together, with the verb for one and for several.
_GROUPS: Sequence[tuple[Sequence[Reason], str, str]] = (
    (("validation rises",), "overfits", "overfit"),
    (
        ("only train improves",),
        "fits but is close to overfitting",
        "fit but are close to overfitting",
    ),
    (("validation holds",), "fits", "fit"),
    (("still improving", "another is better"), "underfits", "underfit"),
    (("loss not finite",), "diverged", "diverged"),
)


def values(outcome: Outcome) -> Mapping[str, Any] | str:
    """Diagnoses of the winner's seeds and of the baseline networks, and what they say."""
    winner = outcome.winner
    runs = winner_curves(outcome, winner) if winner else ()
    trained = [one for one in outcome.baselines if len(outcome.history(one.run.name))]
    if not runs and not trained:
        return find_absences(outcome).get("best") or (
            f"No learning curve of the winner is recorded. {GO_ON}"
        )
    best = {one.run.name: one.value for one in trained}
    epochs = outcome.spec.training.epochs
    seeds = [
        (named, diagnose(outcome.task, named.curve, epochs, _least(best.values())))
        for named in runs
    ]
    shown = [one.best.validation for named, one in seeds if named.main and one.best]
    networks = [
        (
            one.run.label,
            diagnose(
                outcome.task,
                outcome.history(one.run.name).curve,
                one.run.recipe.epochs,
                _least(others),
            ),
        )
        for one in trained
        for others in [[*shown, *(value for run, value in best.items() if run != one.run.name)]]
    ]
    return {
        "rule": rule_of(outcome.task),
        "said": {
            "winner": " ".join(_say_winner(winner.trial.number, seeds))
            if winner and seeds
            else None,
            "baselines": _say_baselines(networks),
        },
        "winner": {
            "trial": winner.trial.number,
            "seeds": [_row(named.label, named.main, one) for named, one in seeds],
        }
        if winner and seeds
        else None,
        "baselines": [_row(label, False, one) for label, one in networks],
    }


def figures(outcome: Outcome, values: Mapping[str, Any]) -> Mapping[str, Callable[[], str]]:
    """``winner`` with its re-trainings; ``networks`` where there are baselines to stand beside."""
    winner = outcome.winner
    drawn: dict[str, Callable[[], str]] = {}
    panels = []
    if winner and values["winner"]:
        runs = winner_curves(outcome, winner)
        seeds = [Panel(one.label, one.curve, one.main) for one in runs]
        drawn["winner"] = partial(seeds_of_winner, seeds)
        panels = [
            Panel(f"Winner, trial {winner.trial.number}", one.curve) for one in runs if one.main
        ]
    if values["baselines"]:
        panels += [
            Panel(one.run.label, outcome.history(one.run.name).curve) for one in outcome.baselines
        ]
        drawn["networks"] = partial(side_by_side, panels)
    return drawn


def say_verdict(diagnosis: Diagnosis) -> str:
    """The verdict in a few words: ``overfits from epoch 25 on``."""
    match diagnosis.verdict:
        case "overfits" if diagnosis.best:
            return f"overfits from epoch {say_count(diagnosis.best.epoch)} on"
        case "fits" if diagnosis.reason == "only train improves":
            return "fits, close to overfitting"
        case "diverged" if diagnosis.last:
            return f"diverged after epoch {say_count(diagnosis.last.epoch)}"
    return diagnosis.verdict


def _least(values: Iterable[float]) -> float:
    return min(values, default=math.inf)


def _row(label: str, main: bool, diagnosis: Diagnosis) -> Mapping[str, Any]:
    return {"run": label, "main": main, **asdict(diagnosis), "words": say_verdict(diagnosis)}


def _say_winner(trial: int, seeds: Sequence[tuple[NamedCurve, Diagnosis]]) -> Iterator[str]:
    shown = next(diagnosis for named, diagnosis in seeds if named.main)
    yield f"The winner, trial {trial}, {say_verdict(shown)}: {_say_reason(shown)}."
    if shown.best and shown.last:
        yield (
            f"The gap, validation less train, is {say_signed(shown.best.gap)} nats at the best "
            f"epoch, {say_count(shown.best.epoch)}, and {say_signed(shown.last.gap)} at the last, "
            f"{say_count(shown.last.epoch)}."
        )
    if shown.best and shown.verdict == "overfits":
        yield (
            f"The weights that are kept are those of epoch {say_count(shown.best.epoch)}: the "
            "network that is used is from before."
        )
    if way_out := _WAY_OUT.get(shown.reason):
        yield f"{way_out}."
    if len(seeds) > 1:
        told = ", ".join(f"{named.label} {say_verdict(one)}" for named, one in seeds)
        same = {one.verdict for _, one in seeds} == {shown.verdict}
        yield (
            f"All {len(seeds)} seeds agree."
            if same
            else f"Its seeds do not agree, so the verdict depends on chance: {told}."
        )


def _say_reason(diagnosis: Diagnosis) -> str:
    train, validation = diagnosis.train_change, diagnosis.validation_change
    match diagnosis.reason:
        case "validation rises":
            return (
                f"from there to the last epoch validation rises by {say_number(validation)} nats "
                f"while train falls by {say_number(-train)}"
            )
        case "still improving":
            return "its epochs ran out while validation was still falling"
        case "another is better":
            return "its gap stays small, and a baseline reaches a clearly lower validation value"
        case "only train improves":
            return (
                f"after the best epoch train falls by {say_number(-train)} nats more, while "
                f"validation stands still ({say_signed(validation)})"
            )
        case "validation holds":
            return (
                f"from the best epoch to the last validation moves by {say_signed(validation)} "
                f"nats and train by {say_signed(train)}"
            )
        case "loss not finite":
            return "a loss became infinite or not a number"


def _say_baselines(networks: Sequence[tuple[str, Diagnosis]]) -> str | None:
    if not networks:
        return None
    groups = []
    for reasons, one, several in _GROUPS:
        named = [
            f"{label} from epoch {say_count(diagnosis.best.epoch)} on"
            if diagnosis.verdict == "overfits" and diagnosis.best
            else label
            for label, diagnosis in networks
            if diagnosis.reason in reasons
        ]
        if named:
            groups.append(
                f"{len(named)} {one if len(named) == 1 else several} ({'; '.join(named)})"
            )
    told = f"Of {len(networks)} baseline network{'s' if len(networks) != 1 else ''}"
    kept = (
        " Each keeps the weights of its best epoch, so one that overfits is measured as it was "
        "before."
        if any(diagnosis.verdict == "overfits" for _, diagnosis in networks)
        else ""
    )
    return f"{told} {', '.join(groups)}.{kept}"
