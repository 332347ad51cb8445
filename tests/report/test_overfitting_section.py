"""The section on overfitting says what its curves say, whatever a study has and lacks."""

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest

from hpsearch.analysis.diagnosis import rule_of
from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.report import write_report
from hpsearch.report.sections.overfitting import OVERFITTING
from hpsearch.report.sections.overfitting.figures import Panel, seeds_of_winner, side_by_side
from hpsearch.space.space import Space
from hpsearch.tasks.binary import BINARY
from hpsearch.training.curve import Curve
from hpsearch.training.history import UNTRAINED
from tests.outcomes import HOSTILE, MakeOutcome, curve_of, learning_curve

from . import sections
from .pages import Page

EPOCHS = 100


def say(outcome: Outcome) -> Mapping[str, Any]:
    """The section's values as JSON has them."""
    return sections.say(OVERFITTING, outcome)


def valley(best: int, rise: float, gap: float = 0.0, value: float = 0.55) -> Curve:
    """Validation falls to its best and rises evenly; train falls, ``gap`` below it at the best."""
    epoch = np.arange(1, EPOCHS + 1)
    falling = value + 0.05 * np.maximum(np.log(best / epoch), 0)
    validation = falling + rise * np.maximum(epoch - best, 0) / (EPOCHS - best)
    train = value - gap - 0.02 * np.log(epoch / best)
    losses = np.stack([train, validation], axis=1)
    return curve_of(np.stack([losses, 1 - losses], axis=2))


def with_curves(outcome: Outcome, curves: Mapping[str, Curve]) -> Outcome:
    """The outcome with these curves in place of its own."""

    def history(run: str) -> Any:
        known = outcome.history(run)
        return replace(known, curve=curves[run]) if run in curves else known

    baselines = tuple(
        replace(trained, value=float(curves[trained.run.name].validation().min()))
        if trained.run.name in curves
        else trained
        for trained in outcome.baselines
    )
    return replace(outcome, history=history, baselines=baselines)


def of_winner(outcome: Outcome, *curves: Curve) -> Outcome:
    runs = outcome.standings[0].runs
    return with_curves(
        outcome, {trained.run.name: curve for trained, curve in zip(runs, curves, strict=True)}
    )


def test_the_winner_that_overfits_is_told_with_what_is_kept(make_outcome: MakeOutcome) -> None:
    overfit = valley(40, 0.1, 0.02)
    outcome = of_winner(make_outcome(baselines=False), overfit, overfit, overfit)
    values = say(outcome)
    said = values["said"]["winner"]
    trial = outcome.standings[0].trial
    assert said.startswith(f"The winner, trial {trial}, overfits from epoch 40 on: from there")
    assert "is +0.0200 nats at the best epoch, 40, and +0.1383 at the last, 100." in said
    assert "The weights that are kept are those of epoch 40" in said
    assert "More regularization, fewer units or more train rows" in said
    assert said.endswith("All 3 seeds agree.")
    assert values["rule"] == rule_of(outcome.task)
    shown = [seed["main"] for seed in values["winner"]["seeds"]]
    assert shown == [True, False, False]


def test_seeds_that_differ_are_told(make_outcome: MakeOutcome) -> None:
    flat = valley(80, 0.0)
    outcome = of_winner(make_outcome(baselines=False), flat, valley(40, 0.1), flat)
    said = say(outcome)["said"]["winner"]
    assert "seed 0 fits, seed 1 overfits from epoch 40 on, seed 2 fits" in said
    assert "depends on chance" in said


def test_a_winner_that_underfits_is_told_what_to_do(make_outcome: MakeOutcome) -> None:
    rows = np.log(np.arange(1, EPOCHS + 1))
    losses = np.stack([0.7 - 0.03 * rows] * 2, axis=1)
    still = curve_of(np.stack([losses, losses], axis=2))
    outcome = of_winner(make_outcome(baselines=False), still, still, still)
    said = say(outcome)["said"]["winner"]
    assert "underfits: its epochs ran out while validation was still falling" in said
    assert "Raise training.epochs in a new study." in said


def test_another_configuration_shows_an_underfit_and_another_seed_does_not(
    make_outcome: MakeOutcome,
) -> None:
    """The second seed's 0.52 is chance; the baseline's is a better configuration."""
    poor, good = valley(80, 0.0, value=0.55), valley(80, 0.0, value=0.52)
    alone = of_winner(make_outcome(baselines=False), poor, good, poor)
    assert {seed["verdict"] for seed in say(alone)["winner"]["seeds"]} == {"fits"}
    outcome = make_outcome()
    curves = {one.run.name: poor for one in outcome.baselines[1:]}
    beside = with_curves(outcome, {**curves, outcome.baselines[0].run.name: good})
    values = say(of_winner(beside, poor, good, poor))
    assert [seed["verdict"] for seed in values["winner"]["seeds"]] == [
        "underfits",
        "fits",
        "underfits",
    ]
    assert [one["verdict"] for one in values["baselines"]] == ["fits", *["underfits"] * 6]


def test_the_baselines_are_counted_by_verdict(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome()
    broken = valley(40, 0.0)
    broken.values[60:] = np.nan
    made = [
        valley(40, 0.1),
        valley(40, 0.0, 0.05),
        *[valley(80, 0.0, 0.05)] * 4,
        broken,
    ]
    runs = [one.run.name for one in outcome.baselines]
    values = say(with_curves(outcome, dict(zip(runs, made, strict=True))))
    names = [one.run.label for one in outcome.baselines]
    assert values["said"]["baselines"] == (
        f"Of 7 baseline networks 1 overfits ({names[0]} from epoch 40 on), 1 fits but is close to "
        f"overfitting ({names[1]}), 4 fit ({'; '.join(names[2:6])}), 1 diverged ({names[6]}). "
        "Each keeps the weights of its best epoch, so one that overfits is measured as it was "
        "before."
    )
    assert values["baselines"][-1]["words"] == "diverged after epoch 60"


def test_a_study_without_a_search_tells_of_the_baselines(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome([])
    values = say(outcome)
    assert values["winner"] is None
    assert len(values["baselines"]) == 7
    assert sections.figures(OVERFITTING, outcome).keys() == {"networks"}
    write_report(outcome)
    page = (outcome.folder / "report.html").read_text(encoding="utf-8")
    assert "Compared with the baseline networks" in page


def test_without_baselines_there_is_the_winner_alone(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome(baselines=False)
    values = say(outcome)
    assert values["baselines"] == []
    assert sections.figures(OVERFITTING, outcome).keys() == {"winner"}
    write_report(outcome)
    for name in ("report.html", "report.md"):
        page = (outcome.folder / name).read_text(encoding="utf-8")
        assert "No baseline network was trained" in page


def test_before_the_re_trainings_it_is_the_trial_itself(make_outcome: MakeOutcome) -> None:
    values = say(make_outcome(standings=0, test=False))
    assert [seed["run"] for seed in values["winner"]["seeds"]] == ["search"]


def test_what_is_not_there_is_told_in_one_line(make_outcome: MakeOutcome) -> None:
    nothing = OVERFITTING.values(make_outcome([], baselines=False))
    assert isinstance(nothing, str)
    assert nothing.startswith("There is no winner: no trial was started.")
    lost = replace(make_outcome(), history=lambda run: UNTRAINED)
    assert OVERFITTING.values(lost) == (
        "No learning curve of the winner is recorded. Run hpsearch optimize "
        "--study NAME to continue."
    )


def test_json_has_no_curves(make_outcome: MakeOutcome) -> None:
    assert len(json.dumps(say(make_outcome()))) < 10_000


def test_the_page_has_figures_and_tables_side_by_side(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome()
    write_report(outcome)
    page = Page((outcome.folder / "report.html").read_text(encoding="utf-8"))
    assert not page.unclosed
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    regions = [element.attributes.get("aria-label") for element in page.named("div")]
    assert {"The winner's gaps", "The baselines' gaps"} <= set(regions)
    text = (outcome.folder / "report.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| Large, dropout 0.5 | ")]
    assert any(line.count("|") == 11 for line in rows)


FIGURES = {
    "winner": lambda: seeds_of_winner(
        BINARY, [Panel(f"seed {n}", learning_curve(n, 80, 60, 0.55), n == 0) for n in range(3)]
    ),
    "winner of one epoch": lambda: seeds_of_winner(
        BINARY, [Panel("seed 0", learning_curve(0, 1, 1, 0.5))]
    ),
    "networks": lambda: side_by_side(
        BINARY, [Panel(HOSTILE, learning_curve(n, 80, 60, 0.55)) for n in range(7)]
    ),
    "a network that diverged": lambda: side_by_side(
        BINARY,
        [
            Panel("finite", learning_curve(0, 80, 60, 0.55)),
            Panel("not", curve_of(np.full((3, 2, 2), math.nan))),
        ],
    ),
    "nothing but divergence": lambda: side_by_side(
        BINARY, [Panel("not", curve_of(np.full((3, 2, 2), math.nan)))]
    ),
    "a long curve": lambda: seeds_of_winner(
        BINARY, [Panel("seed", learning_curve(0, 9_000, 600, 0.55))]
    ),
}


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_is_well_formed_and_the_same_each_time(figure: str) -> None:
    before = dict(matplotlib.rcParams)
    svg = FIGURES[figure]()
    assert svg == FIGURES[figure]()
    assert dict(matplotlib.rcParams) == before
    root = ElementTree.fromstring(svg)
    assert root.attrib["role"] == "img"
    assert root[0].text == root.attrib["aria-label"]
    assert "<script>" not in svg
    assert len(svg) < 250_000


def markdown(outcome: Outcome) -> str:
    write_report(outcome)
    return (outcome.folder / "report.md").read_text(encoding="utf-8")


def keeping(outcome: Outcome, keep: str) -> Outcome:
    """The outcome of a study whose trials keep such weights."""
    space = outcome.spec.space
    kept = Space(space.parameters, {**space.constants, "keep": keep})
    return replace(outcome, spec=outcome.spec.model_copy(update={"space": kept}))


def test_a_winner_that_keeps_its_last_weights_is_told_so(make_outcome: MakeOutcome) -> None:
    overfit = valley(40, 0.1, 0.02)
    outcome = keeping(of_winner(make_outcome(), overfit, overfit, overfit), "last")
    values = say(outcome)
    said = values["said"]["winner"]
    assert "overfits from epoch 40 on" in said
    assert "The weights that are kept are those after the last epoch, 100: the network that" in said
    assert "those of epoch 40" not in said
    text = markdown(outcome)
    assert "last epoch, kept" in text
    assert "| last epoch |" in text
    page = (outcome.folder / "report.html").read_text(encoding="utf-8")
    assert "the last epoch dotted" in page


def test_a_winner_that_keeps_an_average_is_validated_with_it(make_outcome: MakeOutcome) -> None:
    words = "Validation is that of the average of the winner's weights over the last steps."
    assert words in markdown(keeping(make_outcome(), "average"))
    assert words not in markdown(make_outcome())


def test_the_figure_marks_the_epoch_whose_weights_are_kept() -> None:
    curve = valley(40, 0.1)
    kept, both = (
        side_by_side(BINARY, panels)
        for panels in (
            [Panel("one", curve, keep="last")],
            [Panel("one", curve, keep="last"), Panel("other", curve)],
        )
    )
    assert ">last epoch, whose weights are kept</text>" in kept
    assert ">epoch whose weights are kept</text>" in both


def test_train_is_solid_and_validation_dashed() -> None:
    svg = FIGURES["winner"]()
    for word in ("train", "validation", "best epoch, whose weights are kept"):
        assert f">{word}</text>" in svg
    dashed = [line for line in svg.split("<path") if "stroke-dasharray" in line]
    assert any("--figure-orange" in line for line in dashed)
    assert not any("--figure-blue" in line for line in dashed)
