"""What a report says where a class has few rows to choose by or to test on."""

from dataclasses import replace

from hpsearch.data.inspection.notice import Notice
from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.report import report_values
from tests.outcomes import MakeOutcome


def with_rows(outcome: Outcome, validation: int, test: int) -> Outcome:
    figures = {"classes": 1, "class": 1, "validation_rows": validation, "test_rows": test}
    notice = Notice("scarce_classes", "1 of 2 classes", (), figures)
    return replace(outcome, data=replace(outcome.data, notices=(notice,), classes=("no", "yes")))


def test_what_can_be_known_of_four_rows_is_said_with_every_figure(
    make_outcome: MakeOutcome,
) -> None:
    values = report_values(with_rows(make_outcome(), 4, 4))
    assert (
        "Only 4 validation rows and 4 test rows are of class yes. What is said of the other rows "
        "can be believed within its intervals. What share of class yes is found, and how they "
        "rank, can't be known closely: each of the 4 is 25% of the share, and intervals resampled "
        "from so few rows are too narrow. Nor can whether another trial finds more: trials were "
        "chosen by 4 such rows."
    ) in values["verdict"]
    few = "Figures of class yes rest on 4 test rows, of which each is 25%."
    assert values["usability"]["said"]["decisions"][-1] == few


def test_enough_test_rows_are_not_called_few(make_outcome: MakeOutcome) -> None:
    values = report_values(with_rows(make_outcome(), 4, 40))
    assert any("Only 4 validation rows and 40 test rows" in line for line in values["verdict"])
    assert not any("rest on" in line for line in values["usability"]["said"]["decisions"])


def test_without_such_a_class_nothing_is_said(make_outcome: MakeOutcome) -> None:
    values = report_values(make_outcome())
    assert values["scarce"] is None
    assert not any(line.startswith("Only ") for line in values["verdict"])
