"""Which model a report speaks of where the mean of seeds is exported, and what others cost."""

import json
from dataclasses import replace
from typing import Any

from hpsearch.evaluation.outcome import Outcome, TestedBaseline
from hpsearch.evaluation.saving import SavedModel
from hpsearch.listing.outcome import outcome_values, say_outcome
from hpsearch.report.report import write_report
from hpsearch.report.sections.luck import LUCK
from hpsearch.statistics.estimate import Estimate
from hpsearch.tasks.multiclass import MULTICLASS
from tests.outcomes import MakeOutcome
from tests.report import sections

LOSS = "sparse_categorical_crossentropy"


def with_ensemble(outcome: Outcome, difference: Estimate) -> Outcome:
    """The same with a greedy ensemble of 10 networks of its size."""
    assert outcome.test is not None
    (single,) = outcome.test.models
    ensemble = TestedBaseline(
        "ensemble", "greedy ensemble of 10 trainings", 0.3, single.metrics, {LOSS: difference}
    )
    costs = {"best": 3, "single": 1, "ensemble": 10}
    models: dict[str, Any] = {
        name: SavedModel(name, "", {}, count, 1_000 * count, 2_000 * count, 50_000 * count)  # type: ignore[arg-type]
        for name, count in costs.items()
    }
    test = replace(outcome.test, models=(single, ensemble))
    return replace(outcome, test=test, models=models)


def test_a_report_names_the_model_that_is_exported_and_a_better_one_with_its_price(
    make_outcome: MakeOutcome,
) -> None:
    better = with_ensemble(make_outcome(task=MULTICLASS), Estimate(-0.02, -0.03, -0.01))
    assert better.test is not None
    assert better.test.reference == f"the mean of trial {better.test.trial}'s 3 seeds"
    paths = write_report(better)
    words = paths.markdown.read_text(encoding="utf-8")
    assert f"the mean of the 3 networks of trial {better.test.trial}, 3 seeds" in words
    assert (
        "ensemble.keras, the greedy ensemble of 10 trainings, is better: its cross-entropy differs "
        "by −0.0200" in words  # noqa: RUF001  as the report writes it
    )
    assert "takes 3.3 times the operations" in words
    assert "its value on them is optimistic" in words
    assert "the value of one network. What is exported is the mean of 3 networks" in words
    values = json.loads(paths.json.read_text(encoding="utf-8"))
    best, single, ensemble = values["test"]["models"]
    assert best["metrics"][LOSS]["value"] == values["test"][LOSS]
    assert best["cost"]["operations"] == 3 * single["cost"]["operations"]
    assert ensemble["differences"][LOSS]["value"] == -0.02
    assert values["baselines"]["reference"]["validation"] == best["validation"]
    worse = with_ensemble(with_single_alone(better), Estimate(0.02, 0.01, 0.03))
    assert "is better: its" not in write_report(worse).markdown.read_text(encoding="utf-8")


def with_single_alone(outcome: Outcome) -> Outcome:
    """The same with the single network alone beside the exported model."""
    assert outcome.test is not None
    return replace(outcome, test=replace(outcome.test, models=outcome.test.models[:1]))


def test_luck_is_that_of_single_networks_and_says_so(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome(task=MULTICLASS)
    assert outcome.test is not None
    said = sections.say(LUCK, outcome)["said"]["optimism"]
    (sentence,) = (line for line in said if line.startswith("All this is about single networks"))
    measured = outcome.test.metrics[LOSS]
    assert f"has {outcome.test.validated(LOSS):.4f} on the validation rows" in sentence
    assert f"and {measured.value:.4f} on the test rows" in sentence
    alone = replace(outcome, test=replace(outcome.test, averaged=1, models=()))
    said = sections.say(LUCK, alone)["said"]["optimism"]
    assert not any("single networks" in line for line in said)


def test_the_terminal_names_the_mean_and_shows_the_single_network(
    make_outcome: MakeOutcome,
) -> None:
    outcome = make_outcome(task=MULTICLASS)
    assert outcome.test is not None
    said = say_outcome(outcome)
    assert f"test rows, opened once, {outcome.test.reference}:" in said
    assert "  single network, re-training 0" in said
    assert outcome_values(outcome)["networks_averaged"] == 3
