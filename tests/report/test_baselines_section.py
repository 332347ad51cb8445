"""The section on baselines says what its numbers say, whatever a study has and lacks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from hpsearch.evaluation.baselines import label_of
from hpsearch.evaluation.leaderboard import Reason
from hpsearch.evaluation.outcome import Outcome, TestedBaseline
from hpsearch.models.tutorial import TUTORIAL
from hpsearch.report.report import write_report
from hpsearch.report.sections.baselines import BASELINES
from hpsearch.report.sections.baselines.sentences import judge_difference
from hpsearch.statistics.estimate import Estimate
from hpsearch.tasks.binary import BINARY, CROSSENTROPY
from hpsearch.wording import MINUS
from tests.outcomes import NO_LEADERBOARD, MakeOutcome, make_diverged

from . import sections
from .pages import Page

#: All that a study of two classes may name.
NAMES = (*TUTORIAL, *(estimator.name for estimator in BINARY.estimators))

WORSE = Estimate(0.03, 0.02, 0.04)
TIED = Estimate(0.005, -0.005, 0.015)
BETTER = Estimate(-0.03, -0.04, -0.02)


def say(outcome: Outcome) -> Mapping[str, Any]:
    """The section's values as JSON has them."""
    return sections.say(BASELINES, outcome)


def measured(outcome: Outcome, differences: Mapping[str, Estimate]) -> Outcome:
    """The outcome with baselines of these names at these differences in cross-entropy."""
    assert outcome.test is not None
    own = outcome.test.metrics["binary_crossentropy"].value
    beside = [
        TestedBaseline(
            *(name, label_of(BINARY, name), 0.56),
            {
                "binary_crossentropy": Estimate(own + one.value, own + one.low, own + one.high),
                "auc": Estimate(0.75, 0.74, 0.76),
                "accuracy": Estimate(0.69, 0.68, 0.70),
                "brier_score": Estimate(0.20, 0.19, 0.21),
            },
            {"binary_crossentropy": one, "auc": Estimate(-0.01, -0.02, 0.0)},
        )
        for name, one in differences.items()
    ]
    return naming(
        replace(outcome, test=replace(outcome.test, baselines=tuple(beside))), list(differences)
    )


def naming(outcome: Outcome, names: Sequence[str]) -> Outcome:
    """The outcome of a study that names these baselines."""
    evaluate = outcome.spec.evaluate.model_copy(update={"baselines": tuple(names)})
    return replace(outcome, spec=outcome.spec.model_copy(update={"evaluate": evaluate}))


def searchless(outcome: Outcome, reference: str) -> Outcome:
    """The outcome of a study that trained baselines alone, of which this one is the reference."""
    assert outcome.test is not None
    search = outcome.spec.search.model_copy(update={"trials": 0})
    test = replace(outcome.test, reference=label_of(BINARY, reference), trial=None, index=None)
    return replace(
        outcome,
        spec=outcome.spec.model_copy(update={"search": search}),
        trials=(),
        leaderboard=replace(NO_LEADERBOARD, reason=Reason.NOT_SEARCHED),
        ablations=(),
        test=replace(test, configurations=()),
    )


@pytest.mark.parametrize(
    ("difference", "verdict"),
    [
        (WORSE, "worse"),
        (BETTER, "better"),
        (TIED, "not distinguishable"),
        (Estimate(0.01, 0.0, 0.02), "not distinguishable"),
        (Estimate(0.0, 0.0, 0.0), "not distinguishable"),
    ],
)
def test_a_verdict_follows_from_whether_the_interval_holds_zero(
    difference: Estimate, verdict: str
) -> None:
    assert judge_difference(CROSSENTROPY, difference) == verdict


def test_the_counts_and_the_best_come_first(make_outcome: MakeOutcome) -> None:
    differences: dict[str, Estimate] = dict.fromkeys(NAMES, WORSE)
    differences |= {"large_dropout": TIED, "gradient_boosting": Estimate(0.001, -0.004, 0.006)}
    outcome = measured(make_outcome(), differences)
    assert outcome.test is not None
    reference = outcome.test.reference
    counts, best, tied, advice = say(outcome)["said"]["verdict"]
    assert counts == (
        f"{reference.capitalize()} is better than 7 of 9 baselines, not distinguishable from 2."
    )
    assert best == (
        "The best baseline on the test rows is Histogram gradient boosting, with a binary "
        "cross-entropy of 0.5722 [0.5672, 0.5772] and a difference of +0.0010 "
        f"[{MINUS}0.0040, 0.0060] to {reference}: not distinguishable."
    )
    assert tied == (
        f"Not distinguishable from {reference}: Histogram gradient boosting; Large, dropout 0.5."
    )
    assert "cheapest" in advice


def test_rows_are_the_best_first_with_all_that_was_measured(make_outcome: MakeOutcome) -> None:
    outcome = measured(make_outcome(), {"tiny": WORSE, "small": BETTER, "medium": TIED})
    values = say(outcome)
    assert [row["name"] for row in values["baselines"]] == ["small", "medium", "tiny"]
    assert [row["verdict"] for row in values["baselines"]] == [
        *("better", "not distinguishable", "worse")
    ]
    first = values["baselines"][0]
    assert first["differences"]["binary_crossentropy"] == {
        "value": -0.03,
        "low": -0.04,
        "high": -0.02,
    }
    assert first["validation"] == 0.56
    assert values["reference"]["metrics"]["auc"] == {
        "value": 0.7735,
        "low": 0.7643,
        "high": 0.7827,
    }
    assert values["reference"]["validation"] == pytest.approx(0.5712, abs=0.01)


def test_a_better_baseline_is_recommended(make_outcome: MakeOutcome) -> None:
    outcome = measured(make_outcome(), {"tiny": BETTER})
    assert outcome.test is not None
    counts, best, advice = say(outcome)["said"]["verdict"]
    assert "better than none of 1 baseline, worse than 1." in counts
    assert best.endswith(": better.")
    assert advice == f"On these rows Tiny, 16 is the one to use, not {outcome.test.reference}."


def test_it_is_said_how_each_was_trained(make_outcome: MakeOutcome) -> None:
    both = measured(make_outcome(), {"tiny": WORSE, "gradient_boosting": WORSE})
    told = " ".join(say(both)["said"]["training"])
    for words in (
        "same 10,000 rows",
        "same 9,977 test rows in the same opening",
        "inverse time decay",
        "patience 200 on val_binary_crossentropy, one seed",
        "400 trees as are best on the validation rows",
        "not corrected for there being 2",
        "covers test rows, not seeds",
        "chosen among 30 trials",
    ):
        assert words in told
    assert "Logistic regression" not in told
    model = measured(make_outcome(), {"logistic_regression": WORSE})
    assert "tutorial" not in " ".join(say(model)["said"]["training"])


def test_what_diverged_is_named(make_outcome: MakeOutcome) -> None:
    outcome = naming(measured(make_outcome(), {"tiny": WORSE}), ["tiny", "large", "medium"])
    last = say(outcome)["said"]["training"][-1]
    labels = f"{label_of(BINARY, 'large')}; {label_of(BINARY, 'medium')}"
    assert last == f"Not measured, as training diverged: {labels}."


def test_without_a_search_the_best_baseline_is_the_reference(make_outcome: MakeOutcome) -> None:
    nothing = Estimate(0.0, 0.0, 0.0)
    outcome = measured(make_outcome(), {"tiny": WORSE, "large_l2": nothing, "small": TIED})
    values = say(searchless(outcome, "large_l2"))
    assert values["said"]["verdict"][0] == (
        "Large, L2 0.001 is better than 1 of 2 other baselines, not distinguishable from 1."
    )
    assert [row["name"] for row in values["baselines"]] == ["small", "tiny"]
    assert values["reference"]["label"] == "Large, L2 0.001"
    assert "the best baseline on the validation rows" in " ".join(values["said"]["training"])


def test_what_is_not_there_is_said_with_a_way_out(make_outcome: MakeOutcome) -> None:
    done = measured(make_outcome(), {"tiny": WORSE})
    said = {
        "none are named": BASELINES.values(naming(done, [])),
        "no test yet": BASELINES.values(make_outcome(test=False)),
        "no winner": BASELINES.values(make_outcome([make_diverged(0)])),
        "one alone": BASELINES.values(searchless(done, "tiny")),
        "no test yet, no search": BASELINES.values(replace(searchless(done, "tiny"), test=None)),
    }
    for words in said.values():
        assert isinstance(words, str)
        assert "\n" not in words
    assert "evaluate.baselines" in said["none are named"]
    assert "Run hpsearch optimize --study NAME to continue" in said["no test yet"]
    assert "There is no winner" in said["no winner"]
    assert "that Tiny, 16 could be compared with" in said["one alone"]
    assert "Run hpsearch optimize --study NAME to continue" in said["no test yet, no search"]


def test_the_figure_tells_verdicts_by_shape_and_words(make_outcome: MakeOutcome) -> None:
    outcome = measured(make_outcome(), {"tiny": WORSE, "small": BETTER, "medium": TIED})
    values = say(outcome)
    figures = sections.drawn(BASELINES, outcome)
    assert figures == sections.drawn(BASELINES, outcome)
    svg = ElementTree.fromstring(figures["differences"])
    assert svg.attrib["role"] == "img"
    ids = [element.attrib["id"] for element in svg.iter() if "id" in element.attrib]
    assert all(one.startswith("baselines-differences-") for one in ids)
    words = "".join(svg.itertext())
    for row in values["baselines"]:
        assert row["label"] in words
        assert row["verdict"] in words


def test_pages_say_it_in_words_and_tables(make_outcome: MakeOutcome) -> None:
    outcome = measured(make_outcome(), {**dict.fromkeys(NAMES, WORSE), "tiny": TIED})
    outcome.folder.mkdir()
    paths = write_report(outcome, times=False)
    values = json.loads(paths.json.read_text(encoding="utf-8"))["baselines"]
    page = Page(paths.html.read_text(encoding="utf-8"))
    markdown = paths.markdown.read_text(encoding="utf-8").replace("\\", "")
    assert not page.unclosed
    for sentence in (*values["said"]["verdict"], *values["said"]["training"]):
        assert sentence in page.text()
        assert sentence in markdown
    rows = [
        line for line in markdown.splitlines() if line.startswith("| Large,") and "worse" in line
    ]
    assert len(rows) == 4
    assert all("worse | +0.0300 [0.0200, 0.0400] |" in row for row in rows)
    assert "None" not in "".join(rows)
