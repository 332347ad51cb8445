"""The section on regularizers says what its numbers say, whatever a study has and lacks."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from hpsearch.evaluation.outcome import Outcome
from hpsearch.evaluation.runs import Trained
from hpsearch.report.report import write_report
from hpsearch.report.sections.regularizers import REGULARIZERS
from hpsearch.report.sections.regularizers.figures import changes
from hpsearch.report.sections.regularizers.sentences import NO_LOSSES as SAID_WITHOUT_LOSSES
from hpsearch.space import hyperparameter
from hpsearch.space.space import Scalar
from hpsearch.study.samplers import Random
from hpsearch.tasks.binary import BINARY
from hpsearch.training.history import UNTRAINED, History
from hpsearch.training.inspection import NO_LOSSES
from hpsearch.wording import MINUS
from tests.outcomes import (
    MakeOutcome,
    curve_of,
    make_diverged,
    make_kernels,
    make_losses,
    make_trial,
)

from . import sections
from .pages import Page

PLACE = "hpsearch.report.sections.regularizers"

L2 = {"l2.on": True, "l2": 1e-3}
DROPOUT = {"dropout.on": True, "dropout": 0.3}
NORMALIZED = {"batch_normalization": True}
NOTHING: Mapping[str, Scalar] = {"optimizer": "adam", "learning_rate": 0.01, "layers": 2}

LABELS = {
    "l1": "without L1",
    "l2": "without L2",
    "dropout": "without dropout",
    "batch_normalization": "without batch normalization",
    "any": "without any",
}

#: Changes with three seeds, that are more than chance and that are not.
WORSE, BETTER, UNCLEAR = (0.02, 0.0201, 0.0199), (-0.01, -0.0101, -0.0099), (0.01, -0.01, 0.003)


def study(
    make_outcome: MakeOutcome,
    params: Mapping[str, Scalar],
    effects: Mapping[str, Sequence[float]],
    seeds: int = 3,
) -> Outcome:
    """A study won by a trial with these parameters, without which its seeds change by so much."""
    winner = make_trial(0, value=0.5, params={**NOTHING, **params})
    others = [make_trial(number) for number in range(1, 12)]
    outcome = make_outcome([winner, *others], seeds=seeds)
    runs = outcome.standings[0].runs
    ablations = [
        without(name, runs[index], change)
        for name, each in effects.items()
        for index, change in enumerate(each)
    ]
    histories = {
        **{trained.run.name: history(trained.value, small=0.45) for trained in runs},
        **{
            trained.run.name: history(
                trained.value, small=0.004 if trained.run.variant in ("l1", "any") else 0.45
            )
            for trained in ablations
        },
    }
    return replace(
        outcome,
        ablations=tuple(ablations),
        history=lambda run: histories.get(run) or outcome.history(run),
    )


def without(name: str, again: Trained, change: float) -> Trained:
    run = replace(
        again.run,
        name=f"0000-without-{name}-seed-{again.run.index}",
        label=LABELS[name],
        variant=name,
    )
    return Trained(run, again.value + change, 50, 90)


def history(value: float, small: float) -> History:
    """Every network has the same rows at heart, so that changes are exactly what they are."""
    losses = make_losses(0, value if math.isfinite(value) else 1.0)
    curve = curve_of(np.zeros((90, 2, 2)))
    return History(curve, {90: ""}, losses, {90: make_kernels(0, 2, small)})


def say(outcome: Outcome) -> Mapping[str, Any]:
    """The section's values as JSON has them."""
    return sections.say(REGULARIZERS, outcome)


def test_what_is_more_than_chance_is_said_first(make_outcome: MakeOutcome) -> None:
    """Seed means 0.0199 to 0.0201 have a standard error of 0.0001 / sqrt(3); t is 4.303."""
    effects = {
        "l2": UNCLEAR,
        "dropout": WORSE,
        "batch_normalization": BETTER,
        "any": tuple(2 * one for one in WORSE),
    }
    values = say(study(make_outcome, {**L2, **DROPOUT, **NORMALIZED}, effects))
    assert values["ablation"]["said"] == [
        "Dropout bought 0.0200 nats [0.0198, 0.0202]: that is how much val_binary_crossentropy "
        "rises when trial 0 is trained without it and nothing else changes.",
        "Trial 0 is better without batch normalization (by 0.0100 nats [0.0098, 0.0102]).",
        "What L2 bought trial 0 is indistinguishable from zero: its interval holds 0.",
        "All of them together bought 0.0400 nats [0.0395, 0.0405].",
        "Trial 0 has no L1 or weight decay.",
    ]
    told = values["ablation"]["variants"]
    assert [one["label"] for one in told] == [LABELS[name] for name in effects]
    assert [one["reading"] for one in told] == [
        "not distinguishable from 0",
        "bought",
        "cost",
        "bought",
    ]
    assert told[1]["seeds"] == pytest.approx(WORSE)
    assert values["ablation"]["seeds"] == 3


def test_several_are_told_the_largest_first(make_outcome: MakeOutcome) -> None:
    more = tuple(one + 0.01 for one in WORSE)
    effects = {"l2": WORSE, "dropout": more, "any": UNCLEAR}
    first, second, _ = say(study(make_outcome, {**L2, **DROPOUT}, effects))["ablation"]["said"]
    assert first.startswith("Dropout bought 0.0300 nats [0.0298, 0.0302] and L2 bought 0.0200")
    assert second.replace(MINUS, "-") == (
        "What all of them bought together is indistinguishable from zero: +0.0010 "
        "[-0.0242, 0.0262]."
    )

    effects = {"l2": UNCLEAR, "dropout": UNCLEAR, "any": BETTER}
    first, second, _ = say(study(make_outcome, {**L2, **DROPOUT}, effects))["ablation"]["said"]
    assert "L2 and dropout bought trial 0 is indistinguishable from zero: their intervals" in first
    assert second.startswith("Trial 0 is better without any of them (by 0.0100 nats")


def test_a_diverged_training_is_said_in_place_of_a_number(make_outcome: MakeOutcome) -> None:
    effects = {"l2": (0.01, math.inf, math.inf), "dropout": WORSE, "any": (math.inf,) * 3}
    values = say(study(make_outcome, {**L2, **DROPOUT}, effects))
    said = " ".join(values["ablation"]["said"])
    assert "Without L2 2 of 3 trainings diverged, so there is no number for it." in said
    assert "Without any 3 of 3 trainings diverged" in said
    l2 = values["ablation"]["variants"][0]
    assert (l2["change"], l2["value"], l2["seeds"][1]) == (None, None, None)
    assert l2["reading"] == "2 of 3 diverged"


def test_l1_is_held_to_the_training_without_it(make_outcome: MakeOutcome) -> None:
    """The made study does not search L1, so it is put in by hand."""
    outcome = study(make_outcome, {**L2, "l1": 1e-4}, {"l1": WORSE, "l2": WORSE, "any": WORSE})
    layers = say(outcome)["layers"]
    assert layers["said"] == (
        "Trial 0 has L1 0.0001, and 45.0% of its hidden weights are closer to 0 than 0.001; "
        "trained without L1, 0.4%."
    )
    assert layers["names"] == ["hidden 1", "hidden 2", "output"]
    assert [one["label"] for one in layers["networks"]] == [
        "trial 0",
        "without L1",
        "without L2",
        "without any",
    ]
    without = say(study(make_outcome, L2, {"l2": WORSE}))["layers"]
    assert without["said"].startswith("Trial 0 has no L1; 45.0% of its hidden weights")


def test_the_page_says_what_the_values_hold(make_outcome: MakeOutcome) -> None:
    outcome = study(make_outcome, {**L2, **DROPOUT}, {"l2": UNCLEAR, "dropout": WORSE})
    outcome.folder.mkdir(parents=True)
    paths = write_report(outcome)
    source = paths.html.read_text(encoding="utf-8")
    page = Page(source)
    assert not page.unclosed
    text, markdown = page.text(), paths.markdown.read_text(encoding="utf-8")
    for sentence in say(outcome)["ablation"]["said"]:
        assert sentence in text
    assert "covers seeds and validation rows at once" in text
    assert "This was observed, not tried out" in text
    assert 'id="regularizers-changes-figure_1"' in source
    assert "| without dropout | +0.0200 \\[0.0198, 0.0202\\] | bought | 0.5" in markdown
    assert "| trial 0 | 45.0% | 45.0% | 45.0% |" in markdown
    for table in markdown.split("\n\n"):
        if table.startswith("| "):
            assert len({line.replace(r"\|", "").count("|") for line in table.splitlines()}) == 1


def test_norms_are_shown_after_round_epochs_and_the_last(make_outcome: MakeOutcome) -> None:
    outcome = study(make_outcome, L2, {"l2": WORSE})
    looks = {epoch: make_kernels(0) * epoch for epoch in (1, 2, 5, 10, 20, 50, 100, 120, 150)}
    longer = replace(outcome.history(outcome.standings[0].runs[0].run.name), kernels=looks)
    outcome = replace(outcome, history=lambda run: longer)
    by_epoch = say(outcome)["layers"]["by_epoch"]
    assert by_epoch["epochs"] == [1, 2, 5, 10, 20, 50, 100, 150]
    norms = by_epoch["norms"]["l2"]
    assert norms == pytest.approx([epoch * norms[0] for epoch in by_epoch["epochs"]])
    markdown = sections.render(REGULARIZERS, outcome, "md")
    assert "norm of all weights by epoch" in markdown
    assert f"| without L2 | {norms[0]:.2f} |" in markdown


def test_one_seed_is_said_to_leave_seeds_out(make_outcome: MakeOutcome) -> None:
    outcome = study(make_outcome, DROPOUT, {"dropout": (0.02,)}, seeds=1)
    text = Page(sections.render(REGULARIZERS, outcome, "html")).text()
    assert "With one seed an interval is over the validation rows alone" in text
    assert "Each interval holds for itself" not in text


def test_the_page_has_the_best_sets_and_the_values_all(
    make_outcome: MakeOutcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{PLACE}.values.LISTED", 2)
    outcome = study(make_outcome, DROPOUT, {"dropout": WORSE})
    sets = say(outcome)["search"]["sets"]
    assert sum(one["complete"] for one in sets) == len(outcome.trials)
    assert (sets[0]["label"], sets[0]["best"]) == ("dropout", 0.5)
    said = f"Trials by all that was on, the best 2 of {len(sets)} sets:\n\n"
    _, _, after = sections.render(REGULARIZERS, outcome, "md").partition(said)
    assert len(after.partition("\n\n")[0].splitlines()) == 2 + 2


def test_a_random_sampler_is_not_said_to_have_learnt(make_outcome: MakeOutcome) -> None:
    outcome = study(make_outcome, DROPOUT, {"dropout": WORSE})
    guided = sections.render(REGULARIZERS, outcome, "md")
    assert "the sampler proposed more of what had worked" in guided
    search = outcome.spec.search.model_copy(update={"sampler": Random()})
    outcome = replace(outcome, spec=outcome.spec.model_copy(update={"search": search}))
    for form in ("html", "md"):
        assert "the sampler drew at random" in sections.render(REGULARIZERS, outcome, form)


def test_what_is_missing_is_said_in_one_line(make_outcome: MakeOutcome) -> None:
    whole = study(make_outcome, DROPOUT, {"dropout": WORSE})
    bare = replace(whole, ablations=())
    spec = whole.spec
    left_out = spec.model_copy(
        update={"evaluate": spec.evaluate.model_copy(update={"ablation": False})}
    )
    lines = {
        "has not been trained without its regularizers yet. Run hpsearch optimize": bare,
        "Set evaluate.ablation to true": replace(bare, spec=left_out),
        "has no L1, L2, dropout, batch normalization or weight decay.": study(make_outcome, {}, {}),
    }
    for line, outcome in lines.items():
        values = say(outcome)
        assert values["ablation"] is None
        assert line in values["absences"]["ablation"]
        assert sections.figures(REGULARIZERS, outcome) == {}

    lost = replace(whole, history=lambda run: UNTRAINED)
    values = say(lost)
    assert values["layers"] is None
    assert "No weights of trial 0" in values["absences"]["layers"]
    assert values["ablation"]["variants"][0]["reading"] == "losses not recorded"
    assert sections.figures(REGULARIZERS, lost) == {}


def test_a_search_that_compares_nothing_says_why(make_outcome: MakeOutcome) -> None:
    alone = study(make_outcome, DROPOUT, {"dropout": WORSE})
    alone = replace(alone, trials=alone.trials[:1])
    assert "at least 2 complete trials, got 1." in say(alone)["absences"]["search"]

    trials = [make_trial(number, params=NOTHING) for number in range(3)]
    outcome = make_outcome(trials, standings=1)
    assert "No trial had a regularizer on." in say(outcome)["absences"]["search"]


def test_nothing_at_all_is_one_line(make_outcome: MakeOutcome) -> None:
    for trials in ([], [make_diverged(0)]):
        line = REGULARIZERS.values(make_outcome(trials))
        assert isinstance(line, str)
        assert line.startswith("There is no winner")
    alone = make_outcome([make_trial(0, params={**NOTHING, **DROPOUT})], standings=0)
    line = REGULARIZERS.values(alone)
    assert line == (
        "Trial 0 has not been trained without its regularizers yet. "
        "Run hpsearch optimize --study NAME to continue."
    )


def variant(label: str, *values: float) -> Mapping[str, Any]:
    change = dict(zip(("low", "value", "high"), values, strict=True)) if values else None
    seeds = [values[1] - 0.001, values[1] + 0.001] if values else [None, 0.01]
    return {"label": label, "change": change, "seeds": seeds, "reading": "1 of 2 diverged"}


def test_the_figure_tells_variants_apart_by_shape_and_says_what_diverged() -> None:
    rows = [
        variant("without L1", 0.01, 0.02, 0.03),
        variant("without L2", -0.03, -0.02, -0.01),
        variant("without dropout", -0.01, 0.0, 0.01),
        variant("without batch normalization"),
    ]
    svg = changes(BINARY, rows)
    assert svg == changes(BINARY, rows)
    root = ElementTree.fromstring(svg)
    words = " ".join(root.itertext())
    for row in rows:
        assert row["label"] in words
    for word in ("worse without", "better without", "not distinguishable", "1 of 2 diverged"):
        assert word in words
    ids = [one.attrib["id"] for one in root.iter() if "id" in one.attrib]
    assert all(one.startswith("regularizers-changes-") for one in ids)


def test_one_variant_with_one_seed_is_drawn_without_strokes() -> None:
    row = {**variant("without L2", 0.01, 0.02, 0.03), "seeds": [0.02]}
    words = " ".join(ElementTree.fromstring(changes(BINARY, [row])).itertext())
    assert "worse without" in words
    assert "one seed" not in words


def test_an_ablation_without_losses_says_so(
    make_outcome: MakeOutcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a trial that uses every regularizer there is nothing else to say."""
    outcome = study(make_outcome, DROPOUT, {"any": WORSE})
    silent = replace(outcome, history=lambda run: replace(outcome.history(run), losses=NO_LOSSES))
    used = tuple(hyperparameter.REGULARIZERS)
    monkeypatch.setattr(f"{PLACE}.sentences.used_regularizers", lambda *_: used)
    assert say(silent)["ablation"]["said"] == [SAID_WITHOUT_LOSSES]
