"""The section on use says what its numbers say, of good models and of bad ones."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray

from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.report import write_report
from hpsearch.report.sections.usability import USABILITY
from hpsearch.statistics.calibration import calibrate
from tests.outcomes import MakeOutcome, make_diverged

from . import sections
from .pages import Page

Array = NDArray[np.float64]


def rows(power: float = 1.0) -> tuple[Array, Array]:
    """Labels of 4,000 rows and their true probabilities, the odds raised to a power."""
    rng = np.random.default_rng(1)
    true = rng.beta(2, 2, 4_000)
    odds = (true / (1 - true)) ** power
    return (rng.random(4_000) < true).astype(np.float64), odds / (1 + odds)


def predicting(
    outcome: Outcome, labels: Array, probabilities: Array, threshold: float = 0.5
) -> Outcome:
    """The outcome with a model that gives the test rows these probabilities."""
    assert outcome.test is not None
    found = calibrate(labels, probabilities, threshold)
    return replace(outcome, test=replace(outcome.test, calibration=found))


def say(outcome: Outcome) -> Mapping[str, Any]:
    """The section's values as JSON has them."""
    return sections.say(USABILITY, outcome)


def test_a_calibrated_model_is_called_so(make_outcome: MakeOutcome) -> None:
    """The seed is fixed; of others, 1 in 40 would have an error above chance's range."""
    values = say(predicting(make_outcome(), *rows()))
    assert values["calibration"]["within_chance"]
    (sentence,) = values["said"]["probabilities"]
    assert "can be taken as they are: the expected calibration error is 0.0" in sentence
    high = values["calibration"]["error_by_chance"]["high"]
    assert f"no more than {high:.4f} in 97.5 % of cases" in sentence


def test_few_rows_do_not_tell_whether_a_model_is_calibrated(make_outcome: MakeOutcome) -> None:
    labels, probabilities = np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.4, 0.6, 0.3, 0.8])
    values = say(predicting(make_outcome(), labels, probabilities))
    assert values["calibration"]["within_chance"]
    (sentence,) = values["said"]["probabilities"]
    assert sentence.startswith("4 test rows are too few to tell whether the probabilities of")


def test_a_model_that_is_too_sure_is_told_where_and_what_to_do(make_outcome: MakeOutcome) -> None:
    values = say(predicting(make_outcome(), *rows(power=3.0)))
    assert not values["calibration"]["within_chance"]
    verdict, furthest = values["said"]["probabilities"]
    assert "are not calibrated" in verdict
    assert "Calibrate it" in furthest
    worst = max(
        values["calibration"]["bins"],
        key=lambda one: abs(one["predicted"] - one["observed"]["value"]),
    )
    assert f"it says {worst['predicted']:.1%} on average: {worst['observed']['value']:.1%}" in (
        furthest
    )


def test_decisions_are_counted_and_said(make_outcome: MakeOutcome) -> None:
    labels = np.repeat([0.0, 1.0], [60, 40])
    probabilities = np.repeat([0.2, 0.7, 0.3, 0.8], [50, 10, 10, 30])
    values = say(predicting(make_outcome(), labels, probabilities, threshold=0.6))
    decisions = values["decisions"]
    assert decisions["confusion"] == [[50, 10], [10, 30]]
    assert decisions["accuracy"]["value"] == 0.8
    assert decisions["accuracy_of_one_label"] == 0.6
    assert decisions["called_one"]["value"] == 0.75
    assert decisions["called_one"]["low"] < 0.75 < decisions["called_one"]["high"]
    assert decisions["found_ones"]["value"] == 0.75
    assert decisions["found_zeros"]["value"] == pytest.approx(5 / 6)
    threshold, precision, recall = values["said"]["decisions"]
    assert "called 1 from a probability of 0.6000 on" in threshold
    assert "best accuracy on the 1,000 validation rows" in threshold
    assert "right for 80.0% [71.1%, 86.7%] of the test rows" in threshold
    assert "for 60.0%." in threshold
    assert precision.startswith("Of the 40 rows that are called 1, 75.0% [")
    assert recall.startswith("Of the 40 rows of label 1, 75.0% [")
    assert values["said"]["scores"].startswith("For 0.0% of the test rows")


def test_a_threshold_that_calls_nothing_has_no_precision(make_outcome: MakeOutcome) -> None:
    outcome = predicting(make_outcome(), *rows(), threshold=1.1)
    values = say(outcome)
    assert values["decisions"]["called_one"] is None
    assert "No test row is called 1." in values["said"]["decisions"]
    assert sections.figures(USABILITY, outcome).keys() == {"calibration", "roc", "scores"}


def test_the_roc_is_told_at_a_few_rates(make_outcome: MakeOutcome) -> None:
    """Scores uniform on 0 to 1, and for label 1 their square root: the rate t finds 1-(1-t)^2."""
    even = (np.arange(5_000) + 0.5) / 5_000
    labels = np.repeat([0.0, 1.0], 5_000)
    values = say(predicting(make_outcome(), labels, np.concatenate([even, np.sqrt(even)])))
    for one in values["roc"]["found"]:
        rate = one["false_positives"]
        assert one["true_positives"] == pytest.approx(1 - (1 - rate) ** 2, abs=0.002)


def test_the_ranking_is_said_with_its_interval(make_outcome: MakeOutcome) -> None:
    said = say(make_outcome())["said"]["ranking"]
    assert "0.7735 [0.7643, 0.7827]" in said
    assert "in 77.3% of cases" in said or "in 77.4% of cases" in said


def test_ranges_hold_every_row(make_outcome: MakeOutcome) -> None:
    labels, probabilities = rows()
    values = say(predicting(make_outcome(), labels, probabilities))
    ranges = values["scores"]["ranges"]
    assert [one["low"] for one in ranges] == [0.0, 0.2, 0.4, 0.6, 0.8]
    assert sum(one["ones"] for one in ranges) == labels.sum()
    assert sum(one["zeros"] for one in ranges) == (labels == 0).sum()
    middle = ((probabilities >= 0.4) & (probabilities < 0.6)).mean()
    assert values["said"]["scores"].startswith(f"For {middle:.1%} of the test rows")


def test_what_is_not_there_is_said_with_a_way_out(make_outcome: MakeOutcome) -> None:
    untested = USABILITY.values(make_outcome(test=False))
    assert isinstance(untested, str)
    assert "Run hpsearch optimize --study NAME to continue" in untested
    diverged = USABILITY.values(make_outcome([make_diverged(0)]))
    assert isinstance(diverged, str)
    assert "There is no winner" in diverged


def test_figures_are_well_formed_and_the_same_each_time(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome()
    figures = sections.drawn(USABILITY, outcome)
    assert figures == sections.drawn(USABILITY, outcome)
    for name, svg in figures.items():
        root = ElementTree.fromstring(svg)
        assert root.attrib["role"] == "img"
        assert root[1].tag.endswith("desc")
        ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
        assert all(one.startswith(f"usability-{name}-") for one in ids)
    for name, word in (("calibration", "perfectly calibrated"), ("roc", "chance")):
        assert word in "".join(ElementTree.fromstring(figures[name]).itertext())


@pytest.mark.parametrize("power", [1.0, 3.0])
def test_pages_say_it_in_words_and_tables(make_outcome: MakeOutcome, power: float) -> None:
    outcome = predicting(make_outcome(), *rows(power))
    outcome.folder.mkdir()
    paths = write_report(outcome, times=False)
    said = json.loads(paths.json.read_text(encoding="utf-8"))["usability"]["said"]
    page = Page(paths.html.read_text(encoding="utf-8"))
    markdown = paths.markdown.read_text(encoding="utf-8").replace("\\", "")
    assert not page.unclosed
    for sentence in (*said["probabilities"], said["ranking"], *said["decisions"], said["scores"]):
        assert sentence in page.text()
        assert sentence in markdown
    regions = {one.attributes.get("aria-label", "") for one in page.elements}
    assert regions >= {"Calibration", "ROC", "Confusion matrix", "Scores"}
