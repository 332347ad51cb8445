"""The section on the search says what its trials say, whatever a study has and lacks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hpsearch.evaluation.outcome import Outcome
from hpsearch.record.trial import TrialRecord
from hpsearch.report.report import write_report
from hpsearch.report.sections.search import SEARCH
from hpsearch.study.pruners import Unpruned
from hpsearch.training.history import UNTRAINED
from tests.outcomes import MakeOutcome, curve_of, make_diverged, make_trial

from . import sections
from .pages import Page


def say(outcome: Outcome) -> Mapping[str, Any]:
    """The section's values as JSON has them."""
    return sections.say(SEARCH, outcome)


def complete(values: Sequence[float], **params: Any) -> list[TrialRecord]:
    """Complete trials with these values, one after the other."""
    return [
        make_trial(number, value=value, ended_seconds=number + 1.0, params=params or {"layers": 1})
        for number, value in enumerate(values)
    ]


def test_the_counts_are_those_of_the_trials(make_outcome: MakeOutcome) -> None:
    values = say(make_outcome(30))
    assert values["trials"] == {
        "total": 30, "complete": 16, "pruned": 9, "diverged": 3, "failed": 1, "running": 1
    }  # fmt: skip
    assert values["trials_wanted"] == 30
    assert (values["sampler"], values["pruner"], values["parallel"]) == ("tpe", "median", 8)


def test_the_steps_of_the_best_are_in_the_order_of_ending(make_outcome: MakeOutcome) -> None:
    trials = complete([0.60, 0.58, 0.59, 0.55])
    trials[3] = replace(trials[3], ended_seconds=0.5)
    values = say(make_outcome(trials))
    assert [(step["trial"], step["ended"]) for step in values["improvements"]] == [(3, 1)]
    trials[3] = replace(trials[3], ended_seconds=3.5)
    values = say(make_outcome(trials))
    assert [(step["trial"], step["ended"]) for step in values["improvements"]] == [
        (0, 1),
        (1, 2),
        (3, 4),
    ]


@pytest.mark.parametrize(
    ("best", "said"),
    [
        (29, "It came late, so more trials may find a better one. Raise search.trials"),
        (10, "The 19 trials that ended after it brought nothing better."),
    ],
)
def test_when_the_best_came_says_whether_to_go_on(
    make_outcome: MakeOutcome, best: int, said: str
) -> None:
    values = [0.60] * 30
    values[best] = 0.55
    told = say(make_outcome(complete(values)))["said"]["history"]
    assert f"0.5500, 0.0500 below the best before, came with trial {best}" in told
    assert said in told


def test_an_unfinished_search_is_taken_up_again(make_outcome: MakeOutcome) -> None:
    told = say(make_outcome(complete([0.6, 0.5])))["said"]
    assert "Run hpsearch optimize --study NAME to continue" in told["history"]


def test_importances_name_the_first_and_the_ones_that_hardly_matter(
    make_outcome: MakeOutcome,
) -> None:
    outcome = make_outcome()
    told = say(outcome)["said"]["importances"]
    assert told == "learning_rate has the largest share, 61.0%."
    shares = {"learning_rate": 0.99, "layers": 0.009, "l2.on": 0.001}
    told = say(replace(outcome, importances=shares))["said"]["importances"]
    assert "came from layers and l2.on, each below 1%" in told
    told = say(replace(outcome, importances={}))["said"]["importances"]
    assert told.startswith("Importances need at least 10 complete trials, got 16.")


def test_a_range_that_the_best_crowd_is_told(make_outcome: MakeOutcome) -> None:
    rates = [0.09, 0.095, 0.08, 0.099, 0.1, *[0.001] * 5, *[0.0001] * 10]
    trials = [
        make_trial(n, value=0.5 + n / 100, params={"learning_rate": rate})
        for n, rate in enumerate(rates)
    ]
    told = say(make_outcome(trials))["said"]["slices"]
    assert "of learning_rate (upper end, 0.1): a range that goes further" in told
    spread = [replace(trials[0], params={"learning_rate": 0.001}), *trials[1:]]
    assert say(make_outcome(spread))["said"]["slices"].startswith("No range looks too narrow")
    assert say(make_outcome(trials[:9]))["said"]["slices"] is None


def test_below_a_parameter_that_may_be_off_there_is_off(make_outcome: MakeOutcome) -> None:
    trials = [make_trial(n, params={"l2.on": True, "l2": 1e-6}) for n in range(20)]
    assert "l2" not in say(make_outcome(trials))["said"]["slices"]


def prune(make_outcome: MakeOutcome, values: Sequence[float]) -> Outcome:
    """A winner that stands at 0.60 from epoch 1 on, and trials that were pruned at epoch 30."""
    winner = make_trial(0, value=0.60, epochs=100)
    pruned = [make_trial(n, "pruned", value=value) for n, value in enumerate(values, start=1)]
    outcome = make_outcome([winner, *pruned])
    curve = curve_of(np.full((100, 2, 2), 0.60))
    return replace(outcome, history=lambda run: replace(UNTRAINED, curve=curve))


def test_pruned_trials_that_were_ahead_are_told(make_outcome: MakeOutcome) -> None:
    values = say(prune(make_outcome, [0.59, 0.61, 0.595, 0.62]))
    told = values["said"]["pruning"]
    assert "The pruner ended 4 trials after 120 epochs" in told
    assert "Up to the limit of 100 epochs it would have been 280 epochs" in told
    assert "2 of 4 pruned trials (50.0%) were ahead of the winner, trial 0," in told
    assert "by up to 0.0100 nats" in told
    assert "search.warmup_epochs above 30" in told
    assert [one["trial"] for one in values["pruning"]["listed"]] == [1, 3]
    told = say(prune(make_outcome, [0.59, 0.61]))["said"]["pruning"]
    assert "1 of 2 pruned trials (50.0%) was ahead" in told


def test_bounds_that_round_to_one_number_are_told_as_one(make_outcome: MakeOutcome) -> None:
    long = [replace(trial, epochs=100) for trial in complete([0.5] * 20)]
    pruned = replace(make_trial(20, "pruned", value=0.6), epochs=90)
    told = say(make_outcome([*long, pruned]))["said"]["pruning"]
    assert "Without pruning the search would have cost 1.0 times as much" in told


def test_a_long_list_of_those_ahead_is_cut(make_outcome: MakeOutcome) -> None:
    values = say(prune(make_outcome, [0.59] * 30))
    assert (values["pruning"]["ahead"], values["pruning"]["compared"]) == (30, 30)
    assert len(values["pruning"]["listed"]) == 20


def test_where_none_was_ahead_there_is_no_sign_of_a_cost(make_outcome: MakeOutcome) -> None:
    told = say(prune(make_outcome, [0.61, 0.62]))["said"]["pruning"]
    assert "None of 2 pruned trials was ahead" in told
    assert "no sign that pruning cost a better one" in told


def test_without_pruned_trials_the_pruner_cost_nothing(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome(complete([0.5, 0.6, 0.7]))
    values = say(outcome)
    assert values["pruning"] is None
    assert values["said"]["pruning"].startswith("The pruner, median, ended no trial")
    spec = outcome.spec
    unpruned = spec.model_copy(
        update={"search": spec.search.model_copy(update={"pruner": Unpruned()})}
    )
    told = say(replace(outcome, spec=unpruned))["said"]["pruning"]
    assert told == "The study prunes nothing, search.pruner = 'none'."


def test_without_trials_there_is_one_line(make_outcome: MakeOutcome) -> None:
    nothing = SEARCH.values(make_outcome([]))
    assert isinstance(nothing, str)
    assert nothing.startswith("There is no winner: no trial was started.")


ODD: dict[str, list[TrialRecord]] = {
    "one trial": [make_trial(0)],
    "two trials": [make_trial(0), make_trial(1)],
    "all pruned": [make_trial(number, "pruned") for number in range(12)],
    "all diverged": [make_diverged(number) for number in range(12)],
    "all running": [make_trial(n, "running", value=None, epochs=0) for n in range(3)],
    "all failed": [make_trial(n, "failed", value=None, epochs=0) for n in range(3)],
}


@pytest.mark.parametrize("trials", ODD)
def test_odd_studies_give_a_page(make_outcome: MakeOutcome, trials: str) -> None:
    outcome = make_outcome(ODD[trials], baselines=False)
    values = say(outcome)
    drawn = sections.figures(SEARCH, outcome).keys() - {"importance"}
    assert drawn == (set() if values["valued"] < 2 else {"history", "slices"})
    write_report(outcome)
    for name in ("report.html", "report.md"):
        page = (outcome.folder / name).read_text(encoding="utf-8")
        assert "What was searched" in page


def test_the_page_has_every_figure_with_its_table(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome()
    values = say(outcome)
    assert sections.figures(SEARCH, outcome).keys() == {
        "history", "slices", "importance", "pruning"
    }  # fmt: skip
    assert len(json.dumps(values)) < 20_000
    write_report(outcome)
    page = Page((outcome.folder / "report.html").read_text(encoding="utf-8"))
    assert not page.unclosed
    regions = {element.attributes.get("aria-label") for element in page.named("div")}
    assert regions >= {
        "Importances",
        "Values by part of each range",
        "Steps of the best value",
        "The ten best trials",
        "Search space",
    }
