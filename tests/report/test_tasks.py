"""Every section over every task: it applies, in the task's own words and units."""

import re
from dataclasses import replace

import numpy as np
import pytest

from hpsearch.report.section import Section
from hpsearch.report.sections.registry import SECTIONS
from hpsearch.report.sections.usability import USABILITY
from hpsearch.statistics.residuals import measure_residuals
from hpsearch.tasks.binary import BINARY
from hpsearch.tasks.multiclass import MULTICLASS
from hpsearch.tasks.regression import REGRESSION
from hpsearch.tasks.task import Task
from tests.outcomes import MakeOutcome

from . import sections

#: Said of two labels only.
BINARY_WORDS = re.compile(r"label [01]|\blabels?\b|called [01]\b|binary|Brier|nats")

#: That on the rows speaks of ``data.label``, whatever the task.
JUDGING = [section for section in SECTIONS if section.name != "rows"]


@pytest.mark.parametrize("section", JUDGING, ids=lambda section: section.name)
def test_numbers_are_not_judged_in_words_of_classes(
    make_outcome: MakeOutcome, section: Section
) -> None:
    text = sections.render(section, make_outcome(task=REGRESSION), "md")
    assert not BINARY_WORDS.findall(text)
    assert "target variances" in text or section.name in ("usability",)


@pytest.mark.parametrize("section", JUDGING, ids=lambda section: section.name)
def test_several_classes_are_not_judged_in_words_of_two_labels(
    make_outcome: MakeOutcome, section: Section
) -> None:
    text = sections.render(section, make_outcome(task=MULTICLASS), "md")
    assert set(BINARY_WORDS.findall(text)) <= {"nats"}


def test_two_classes_have_their_names(make_outcome: MakeOutcome) -> None:
    text = sections.render(USABILITY, make_outcome(classes=("stays", "leaves")), "html")
    assert "label" not in re.sub(r"aria-label|stroke\w*|label=", "", text).replace("labels are", "")
    assert "it puts that of class leaves higher" in text
    assert "A row is called leaves from a probability of" in text
    assert "are of class leaves (precision)" in text
    assert "How well does it separate the classes?" in text


def test_what_several_classes_are_called_is_told(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome(task=MULTICLASS)
    values = sections.say(USABILITY, outcome)
    confusion = values["confusion"]
    rows = {entry["name"]: entry for entry in values["classes"]}
    assert list(rows) == ["Adelie", "Gentoo", "Chinstrap"]
    assert rows["Gentoo"]["recall"]["value"] == confusion[1][1] / sum(confusion[1])
    assert rows["Gentoo"]["precision"]["value"] == confusion[1][1] / sum(c[1] for c in confusion)
    right, least, precision, mistake = values["said"]["decisions"]
    share = sum(confusion[place][place] for place in range(3)) / 400
    assert f"That is right for {share:.1%} [" in right
    assert "always predicting the majority class, Adelie, would be right for 49.2%" in right
    assert least.startswith("Class Chinstrap is found least: ")
    lowest = min(rows, key=lambda name: rows[name]["precision"]["value"])
    assert f"called {lowest}" in precision
    confused = confusion[2][1]
    assert mistake == (
        f"The most frequent mistake: {confused} rows of class Chinstrap "
        f"({confused / sum(confusion[2]):.1%} of it) called Gentoo."
    )
    assert sections.figures(USABILITY, outcome).keys() == {"calibration", "confusion"}
    assert USABILITY.answer(values).startswith("The probabilities of the mean of trial ")


def test_many_classes_have_no_matrix_and_the_worst_of_them_a_line(
    make_outcome: MakeOutcome,
) -> None:
    outcome = make_outcome(task=MULTICLASS)
    assert outcome.test is not None
    assert outcome.test.decisions is not None
    size = 50
    names = tuple(f"kind {place}" for place in range(size))
    confusion = tuple(
        tuple(10 * (place == other) + (other == 0 and place > 0) for other in range(size))
        for place in range(size)
    )
    decisions = replace(outcome.test.decisions, confusion=confusion)
    outcome = replace(
        outcome,
        data=replace(outcome.data, classes=names),
        test=replace(outcome.test, decisions=decisions),
    )
    text = sections.render(USABILITY, outcome, "md")
    assert "confusion" not in sections.figures(USABILITY, outcome)
    assert "the 40 of 50 that are found least" in text
    assert text.count("| kind 0 |") == 10, "the most frequent mistakes"


def test_numbers_have_errors_in_their_own_unit(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome(task=REGRESSION)
    values = sections.say(USABILITY, outcome)
    assert outcome.test is not None
    assert outcome.test.residuals is not None
    sizes, explained, bias = values["said"]["errors"]
    reached = dict(outcome.test.residuals.reached)
    assert f"is within {reached[0.5]:,.0f} of the true value for half of the test rows" in sizes
    assert f"within {reached[0.9]:,.0f} for nine in ten" in sizes
    share = outcome.test.metrics["r2"].value
    assert explained.endswith(f"It explains {share:.1%} of the target's variance.")
    mean = outcome.test.residuals.bias
    assert f"predicted less true is +{mean.value:,.0f} [" in bias
    assert "depends on what it predicts" in values["said"]["places"][0]
    assert sections.figures(USABILITY, outcome).keys() == {"predicted", "errors"}
    assert USABILITY.answer(values) == sizes


def test_four_rows_do_not_tell_where_errors_are_large(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome(task=REGRESSION)
    assert outcome.test is not None
    residuals = measure_residuals(np.arange(4.0), np.array([1.0, 1.5, 1.8, 4.0]))
    worse = replace(outcome.test.metrics["r2"], value=-3.0, low=-9.0)
    test = replace(outcome.test, residuals=residuals, metrics={**outcome.test.metrics, "r2": worse})
    said = sections.say(USABILITY, replace(outcome, test=test))["said"]
    assert said["places"] == ["4 test rows are too few to tell where its errors are large."]
    assert said["errors"][1].endswith("for all rows would be nearer to them.")


@pytest.mark.parametrize("task", [BINARY, MULTICLASS, REGRESSION], ids=lambda task: task.name)
def test_an_untested_study_says_how_to_get_there(make_outcome: MakeOutcome, task: Task) -> None:
    said = USABILITY.values(make_outcome(task=task, test=False))
    assert isinstance(said, str)
    assert "Run hpsearch optimize --study NAME to continue" in said
