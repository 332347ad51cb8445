"""The report in three formats, over studies that went well and over those that did not."""

import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from hpsearch.dashboard.notes import study_note
from hpsearch.data.parts import Opening
from hpsearch.evaluation.outcome import Measured, Outcome
from hpsearch.report.report import report_values, write_report
from hpsearch.report.sections.registry import SECTIONS
from hpsearch.statistics.estimate import Estimate
from hpsearch.training.history import UNTRAINED, History
from hpsearch.wording import say_openings
from tests.outcomes import (
    HOSTILE,
    NO_LEADERBOARD,
    MakeOutcome,
    curve_of,
    lose,
    make_diverged,
    make_test,
    make_trial,
    with_standings,
)

from .pages import Page

TITLES = [
    "What came out",
    "Does it beat the obvious baselines?",
    "How much of the validation score was luck?",
    "Does it overfit?",
    "What did each regularizer buy?",
    "What mattered in the search?",
    "Is the winner usable?",
    "Is anything odd about the rows?",
    "How is it repeated?",
]

BARE: dict[str, Callable[[MakeOutcome], Outcome]] = {
    "no trial": lambda make: make([]),
    "one trial": lambda make: make([make_trial(0)], standings=0),
    "all pruned": lambda make: make([make_trial(n, "pruned") for n in range(4)]),
    "all failed": lambda make: make(
        [make_trial(n, "failed", value=None, best_epoch=None, epochs=0) for n in range(4)]
    ),
    "all diverged": lambda make: make([make_diverged(n) for n in range(4)]),
    "all running": lambda make: make([make_trial(n, "running", value=None) for n in range(4)]),
    "not finite": lambda make: make(
        [make_trial(n, value=value) for n, value in enumerate((math.nan, math.inf, -math.inf))]
    ),
    "no test": lambda make: make(test=False),
    "no leaderboard": lambda make: make(standings=0),
    "one seed": lambda make: make(seeds=1),
    "no history": lambda make: replace(make(), history=lambda run: UNTRAINED),
    "infinite curves": lambda make: replace(make(), history=infinite),
    "no baselines": lambda make: make(baselines=False),
    "no ablations": lambda make: replace(make(), ablations=()),
    "no search": lambda make: without_search(make()),
    "a seed diverged": lambda make: with_diverged_seeds(make(), 1),
    "every seed diverged": lambda make: with_diverged_seeds(make(), 3),
    "one epoch": lambda make: make([make_trial(0, epochs=1, best_epoch=1)], standings=0),
}


def infinite(_: str) -> History:
    return replace(UNTRAINED, curve=curve_of(np.full((100, 2, 2), np.inf)))


def without_search(outcome: Outcome) -> Outcome:
    """The baselines alone, the first of them the reference."""
    assert outcome.test is not None
    first = outcome.test.baselines[0]
    reference = {
        name: Measured(one.value, one.low, one.high, (one.value,), (one.value,))
        for name, one in first.metrics.items()
    }
    search = outcome.spec.search.model_copy(update={"trials": 0})
    return replace(
        outcome,
        spec=outcome.spec.model_copy(update={"search": search}),
        trials=(),
        leaderboard=NO_LEADERBOARD,
        ablations=(),
        importances={},
        test=replace(
            outcome.test,
            reference=first.label,
            trial=None,
            index=None,
            metrics=reference,
            configurations=(),
        ),
    )


def with_diverged_seeds(outcome: Outcome, count: int) -> Outcome:
    first, *others = outcome.standings
    gone = [lose(run) for run in first.runs[:count]]
    first = replace(first, mean=math.inf, deviation=0.0, rank=3, runs=(*gone, *first.runs[count:]))
    return with_standings(replace(outcome, test=None), *others, first)


@dataclass(frozen=True, slots=True)
class Written:
    """The three files, read."""

    values: dict[str, Any]
    markdown: str
    page: Page


def read(outcome: Outcome) -> Written:
    def refuse(name: str) -> None:
        raise AssertionError(f"JSON has no {name}")

    paths = write_report(outcome)
    json_text, markdown, html = (
        path.read_text(encoding="utf-8") for path in (paths.json, paths.markdown, paths.html)
    )
    return Written(json.loads(json_text, parse_constant=refuse), markdown, Page(html))


def test_json_says_what_others_may_rely_on(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome()
    assert outcome.test is not None
    values = read(outcome).values
    assert values["study"] == {
        "name": "made", "seed": 7, "description": "Which size and regularizer generalize?",
    }  # fmt: skip
    assert values["data"]["fingerprint"].startswith("sha256:")
    assert values["data"]["simulated"] is False
    assert values["data"]["names"] == [f"column {index}" for index in range(28)]
    assert values["data"]["columns"] == 28
    rows = [values["data"][f"{part}_rows"] for part in ("train", "validation", "test")]
    assert rows == [10_000, 1_000, 9_977]
    assert values["search"]["trials"] == {
        "total": 30, "complete": 16, "pruned": 9, "diverged": 3, "failed": 1, "running": 1,
    }  # fmt: skip
    test = values["test"]
    for metric in ("binary_crossentropy", "auc", "accuracy", "brier_score"):
        assert isinstance(test[metric], float)
        assert set(test["intervals"][metric]) == {"low", "high", "level"}
        assert test["intervals"][metric]["level"] == 0.95
        assert set(test["seeds"][metric]) == {"values", "mean", "deviation"}
    assert test["trial"] == values["best"]["trial"] == outcome.standings[0].trial
    assert test["rows"] == 9_977
    assert test["openings"] == 1
    assert set(test["opening_log"][0]) == {"trial", "why"}
    assert values["best"]["params"]["activation"] == "elu"
    assert values["study_file"] == outcome.spec.as_toml()
    assert values["run"]["command"] == "hpsearch optimize --study made"
    assert values["environment"]["tensorflow"] == "2.21.0"
    assert values["run"]["seconds"]["search"] == 61.25
    assert len(values["trials"]) == 30
    assert [entry["rank"] for entry in values["leaderboard"]] == [1, 2, 3]


def test_the_spread_over_seeds_is_the_sample_deviation(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome()
    assert outcome.test is not None
    measured = replace(outcome.test.metrics["auc"], seeds=(0.70, 0.74, 0.78))
    test = replace(outcome.test, metrics={**outcome.test.metrics, "auc": measured})
    seeds = report_values(replace(outcome, test=test))["test"]["seeds"]["auc"]
    assert seeds["mean"] == pytest.approx(0.74)
    assert seeds["deviation"] == pytest.approx(0.04)


def test_the_label_is_named(make_outcome: MakeOutcome) -> None:
    made = make_outcome()
    data = made.spec.data.model_copy(update={"label": "price (€)"})
    named = replace(made, spec=made.spec.model_copy(update={"data": data}))
    for outcome, there in ((made, False), (named, True)):
        page = write_report(outcome).html.read_text("utf-8")
        assert (", to predict &#39;price (€)&#39;: 10,000 train" in page) == there


def test_every_section_is_there_in_its_order(make_outcome: MakeOutcome) -> None:
    written = read(make_outcome())
    assert [h.text for h in written.page.named("h2")] == TITLES
    assert re.findall(r"^## (.*)$", written.markdown, re.MULTILINE) == TITLES


@pytest.mark.parametrize("bare", BARE)
def test_a_study_that_lacks_something_has_a_whole_report(
    make_outcome: MakeOutcome, bare: str
) -> None:
    written = read(BARE[bare](make_outcome))
    page = written.page
    assert page.unclosed == []
    assert [h.text for h in page.named("h2")] == TITLES
    for sentence in written.values["absences"].values():
        assert "\n" not in sentence
        assert sentence in page.text()
    for word in ("None", "nan", "inf"):
        assert not re.search(rf"\b{word}\b", page.text()), word
        assert not re.search(rf"\b{word}\b", written.markdown), word


@pytest.mark.parametrize(
    ("bare", "sections"),
    [
        ("no trial", {"best", "test", "baselines", "luck", "regularizers", "search", "usability"}),
        (
            "all diverged",
            {"best", "test", "baselines", "luck", "regularizers", "usability"},
        ),
        ("no test", {"test", "baselines", "usability"}),
        ("no search", {"best", "luck", "regularizers", "search"}),
    ],
)
def test_absences_are_told_with_the_way_out(
    make_outcome: MakeOutcome, bare: str, sections: set[str]
) -> None:
    absences = report_values(BARE[bare](make_outcome))["absences"]
    assert set(absences) == sections
    if bare != "no search":
        assert all(re.search(r"Run |run |Lower |Raise |sealed", one) for one in absences.values())


def test_the_way_out_of_divergence_is_a_lower_rate(make_outcome: MakeOutcome) -> None:
    absences = report_values(BARE["all diverged"](make_outcome))["absences"]
    assert "learning_rate" in absences["best"]
    assert "4 diverged" in absences["best"]


def test_simulated_rows_are_named_at_the_top_and_in_every_section(
    make_outcome: MakeOutcome,
) -> None:
    notice = "simulated rows, not measured ones"
    simulated, real = read(make_outcome(simulated=True)), read(make_outcome())
    assert simulated.values["notice"] == notice
    assert simulated.page.text().count(notice) == 1 + len(TITLES)
    assert simulated.markdown.lower().count(notice.lower()) == 1 + len(TITLES)
    assert real.values["notice"] is None
    assert notice not in real.page.text()
    assert notice not in real.markdown


def test_without_times_the_bytes_do_not_depend_on_them(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome()
    assert outcome.test is not None
    later = replace(
        outcome,
        folder=outcome.folder.with_name("later"),
        seconds={"search": 1_000.5},
        command="hpsearch optimize --study made --workers 2 --out elsewhere",
        test=replace(
            outcome.test,
            openings=tuple(
                replace(opening, time="2031-07-07T07:07:07+00:00")
                for opening in outcome.test.openings
            ),
        ),
    )
    first, second = (write_report(each, times=False) for each in (outcome, later))
    assert first.json.read_bytes() == second.json.read_bytes()
    assert first.markdown.read_bytes() == second.markdown.read_bytes()
    assert first.html.read_bytes() == second.html.read_bytes()
    assert "This run" not in first.markdown.read_text(encoding="utf-8")


def test_with_times_they_stand_in_one_section(make_outcome: MakeOutcome) -> None:
    text = read(make_outcome()).markdown
    before, times = text.split("### This run")
    assert "61.2 s" in times
    assert "2026-01-01T12:00:00+00:00" in times
    assert "2026-01-01" not in before
    assert "It took search 61 s" in before


def test_the_page_loads_nothing_and_its_figures_have_names(make_outcome: MakeOutcome) -> None:
    page = read(make_outcome()).page
    assert page.unclosed == []
    assert list(page.loads()) == []
    assert not page.named("script")
    figures = page.named("svg")
    assert len(figures) >= 12
    for figure in figures:
        assert figure.attributes["role"] == "img"
        assert figure.attributes["aria-label"]
    titles = [e for e in page.named("title") if e.around[-1] == "svg"]
    assert len(titles) == len(figures)
    assert all(title.text for title in titles)
    ids = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))


def test_hostile_text_stays_text(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome(description=HOSTILE)
    assert outcome.test is not None
    opening = Opening("2026-01-01T12:00:00+00:00", 3, HOSTILE)
    outcome = replace(
        outcome,
        data=replace(outcome.data, description=HOSTILE),
        environment={HOSTILE: HOSTILE},
        command=f"hpsearch ``` {HOSTILE}",
        importances={HOSTILE: 0.5},
        importance_evaluator=HOSTILE,
        test=replace(outcome.test, openings=(opening,)),
    )
    written = read(outcome)
    page, markdown = written.page, written.markdown
    assert page.unclosed == []
    assert not page.named("script")
    assert page.text().count(HOSTILE) >= 6
    outside = re.sub(r"^(`{3,}).*?^\1$", "", markdown, flags=re.DOTALL | re.MULTILINE)
    assert "<script>" not in outside
    assert "\n````sh\nhpsearch ```" in markdown
    widths = {
        len(re.findall(r"(?<!\\)\|", line)) for line in outside.splitlines() if "alert" in line
    }
    assert widths <= {0, 3}


def test_markdown_tables_have_rows_of_one_width(make_outcome: MakeOutcome) -> None:
    lines = read(make_outcome()).markdown.splitlines()
    rows = [len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0 for line in lines]
    for width, following in pairwise(rows):
        assert not width or following in (0, width)


def test_writing_again_replaces_and_leaves_nothing_beside(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome()
    paths = write_report(outcome)
    before = paths.html.read_bytes()
    write_report(outcome)
    assert paths.html.read_bytes() == before
    names = sorted(path.name for path in outcome.folder.iterdir())
    assert names == ["report.html", "report.json", "report.md"]


def baseline_verdicts(outcome: Outcome, *apart: float) -> str:
    """The first sentence of the report where baselines are so far from the reference."""
    assert outcome.test is not None
    beside = [
        replace(
            baseline,
            differences={
                **baseline.differences,
                "binary_crossentropy": Estimate(one, one - 0.005, one + 0.005),
            },
        )
        for baseline, one in zip(outcome.test.baselines, apart, strict=True)
    ]
    test = replace(outcome.test, baselines=tuple(beside))
    first: str = report_values(replace(outcome, test=test))["verdict"][0]
    return first


def test_the_first_sentence_says_whether_to_use_the_model(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome()
    assert "can be used: it is better than all 3" in baseline_verdicts(outcome, 0.1, 0.1, 0.1)
    equal = baseline_verdicts(outcome, 0.1, 0.1, 0.001)
    assert "can be used, but Histogram gradient boosting would do as well" in equal
    assert "better than the other 2 baselines" in equal
    worse = baseline_verdicts(outcome, 0.1, 0.1, -0.1)
    assert worse.startswith("Use the baseline Histogram gradient boosting instead of trial")


def test_each_section_is_answered_in_a_sentence(make_outcome: MakeOutcome) -> None:
    written = read(make_outcome())
    answers = written.values["answers"]
    assert list(answers) == [section.name for section in SECTIONS]
    links = [element.attributes["href"] for element in written.page.named("a")]
    assert links == [f"#{section.name}" for section in SECTIONS]
    assert "is better than" in answers["baselines"]
    assert "The search promised" in answers["luck"]
    for sentence in answers.values():
        assert sentence.endswith(".")


def test_the_verdict_counts_openings_and_doubts_chance(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome()
    assert outcome.test is not None
    test = make_test(outcome.standings[0].trial, openings=2)
    auc = replace(test.metrics["auc"], value=0.505, low=0.49, high=0.52)
    test = replace(test, metrics={**test.metrics, "auc": auc})
    verdict = " ".join(report_values(replace(outcome, test=test))["verdict"])
    assert "opened 2 times" in verdict
    assert "not better than chance" in verdict


@pytest.mark.parametrize(
    ("count", "known", "words"),
    [
        (1, True, "once"),
        (2, True, "2 times"),
        (1, False, "an unknown number of times (at least 1)"),
        (3, False, "an unknown number of times (at least 3)"),
    ],
)
def test_every_format_says_how_often_the_test_rows_were_opened(
    make_outcome: MakeOutcome, count: int, known: bool, words: str
) -> None:
    outcome = make_outcome()
    test = replace(make_test(outcome.standings[0].trial, openings=count), openings_known=known)
    outcome = replace(outcome, test=test)
    written = read(outcome)
    assert written.values["test"]["openings"] == count
    assert written.values["test"]["openings_known"] is known
    verdict = written.values["verdict"][-1]
    assert verdict.startswith(f"The test rows were opened {words}")
    assert ("flattered" in verdict) is (words != "once")
    assert ("record of earlier openings is lost" in verdict) is not known
    assert f"The test rows were opened {words}:" in written.page.text()
    assert f"The test rows were opened {words}:" in written.markdown
    assert f"They were opened {words}." in study_note(outcome, None)


def test_without_openings_on_record_no_least_number_is_told() -> None:
    assert say_openings(0, False) == "an unknown number of times"


def test_figures_need_no_window_system() -> None:
    """``pyplot`` would load the backend that MPLBACKEND names, a notebook's for instance."""
    script = (
        "import sys\n"
        "from hpsearch.report.figures.svg import draw\n"
        "svg = draw('a', title='t', description='d', width=2, height=2,\n"
        "           paint=lambda figure: figure.subplots().plot([0, 1]))\n"
        "print(svg.startswith('<svg'), 'matplotlib.pyplot' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "MPLBACKEND": "qtagg"},
    )
    assert done.stdout.split() == ["True", "False"]
    assert done.stderr == ""


def test_without_a_test_the_verdict_believes_nothing(make_outcome: MakeOutcome) -> None:
    verdict = report_values(make_outcome(test=False))["verdict"]
    assert "believe no number before the test rows have been opened" in verdict[0]
