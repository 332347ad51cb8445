"""What the report says of the rows: all that was found, and how they were cut."""

from dataclasses import replace
from typing import Any

import pytest

from hpsearch.data.inspection import Notice
from hpsearch.data.inspection.inspect import QUESTIONS
from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.report import report_values
from hpsearch.report.sections.rows import ROWS
from hpsearch.report.sections.rows.sentences import say_cut, say_looked
from hpsearch.study.sections import DataSection
from hpsearch.tasks.binary import BINARY
from hpsearch.tasks.regression import REGRESSION
from tests.outcomes import MakeOutcome

from .sections import render

NOTICES = (
    Notice("index", "Column 'id' counts the rows from 0", ("id",), {"first": 0.0, "last": 9.0}),
    Notice("constant", "Column '<b>' has one value", ("<b>",), {"columns": 1}),
)


def with_notices(outcome: Outcome, notices: tuple[Notice, ...] = NOTICES) -> Outcome:
    return replace(outcome, data=replace(outcome.data, notices=notices))


def test_all_that_was_found_is_in_each_format(make_outcome: MakeOutcome) -> None:
    outcome = with_notices(make_outcome())
    values = report_values(outcome)
    assert [notice["kind"] for notice in values["rows"]["notices"]] == ["index", "constant"]
    assert values["rows"]["notices"][0]["figures"] == {"first": 0.0, "last": 9.0}
    assert values["answers"]["rows"] == (
        "2 things to know of the rows: an index column and constant columns."
    )
    assert "notices" not in values["data"]
    assert "<li>Column &#39;id&#39; counts the rows from 0.</li>" in render(ROWS, outcome, "html")
    assert "&lt;b&gt;" in render(ROWS, outcome, "html")
    assert "- Column 'id' counts the rows from 0." in render(ROWS, outcome, "md")


def test_rows_without_anything_odd_are_told_so(make_outcome: MakeOutcome) -> None:
    values = report_values(make_outcome())
    assert values["rows"]["notices"] == []
    assert values["answers"]["rows"] == "Nothing odd was found in the rows."
    assert values["rows"]["said"]["cut"].startswith("The first rows validate, the next train")


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({}, "the classes have the same shares in all parts"),
        ({"stratify": False}, "The rows were shuffled by the study's seed. The test was cut"),
        ({"shuffle": False}, "the first rows validate and the last are the test"),
        ({"group": "patient"}, "same value of 'patient' are all in one part"),
        ({"time": "day"}, "By 'day', the latest rows are the test"),
        ({"test_path": "test.csv"}, "The test rows are a file of their own."),
        ({"part": "fold"}, "The column 'fold' says of each row which part it is in"),
    ],
)
def test_the_cut_is_told(entries: dict[str, Any], said: str) -> None:
    assert said in say_cut(DataSection.model_validate({"source": "csv", **entries}), BINARY)


def test_of_numbers_no_classes_are_told() -> None:
    cut = say_cut(DataSection.model_validate({"source": "csv"}), REGRESSION)
    assert "class" not in cut + say_looked(REGRESSION)
    assert "rare classes" in say_looked(BINARY)


def test_there_are_questions_behind_what_is_said_to_be_looked_for() -> None:
    assert len(QUESTIONS) == 9


def test_what_rows_and_classes_count_is_told(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome()
    assert report_values(outcome)["rows"]["said"]["weights"] == []
    data = replace(outcome.data, weight="days", class_weights=(0.5, 10.0), classes=("no", "yes"))
    by_rows, by_classes = report_values(replace(outcome, data=data))["rows"]["said"]["weights"]
    assert by_rows.startswith("Rows count by the column 'days': in training, in all metrics")
    assert by_classes.startswith(
        "In training a row counts 0.5 for class no and 10 for class yes; no metric counts that."
    )
    assert by_rows.split("'")[0] in render(ROWS, replace(outcome, data=data), "md")
