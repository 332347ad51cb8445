"""The section on use as a reader sees it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.blocks import (
    Block,
    Bullets,
    Cell,
    Column,
    Figure,
    Heading,
    Paragraph,
    Row,
    Table,
)
from hpsearch.report.cells import estimate_cell
from hpsearch.report.classes import ClassNames
from hpsearch.report.figures.calibration import calibration_curve
from hpsearch.report.section import Values
from hpsearch.report.sections.usability.binary.figures import roc_curve, score_histogram
from hpsearch.report.sections.usability.calibration import calibration_table
from hpsearch.report.sections.usability.words import say_error_by_chance
from hpsearch.wording import say_count, say_number, say_share, say_share_interval


def make_blocks(outcome: Outcome, values: Values) -> Sequence[Block]:
    """The verdict, then calibration, ROC and decisions, each with figure and table."""
    return list(_blocks(ClassNames(outcome.data.classes), values))


def _blocks(names: ClassNames, values: Values) -> Iterator[Block]:
    said = values["said"]
    yield Bullets([*said["probabilities"], said["ranking"], *said["decisions"]], "verdict")
    yield Heading("Do its probabilities mean what they say?")
    yield from _calibration(names, values["calibration"])
    yield Heading(f"How well does it separate the {'classes' if names.names else 'labels'}?")
    yield from _roc(names, values["roc"], values["decisions"])
    yield Heading("What does it decide?")
    yield _confusion(names, values["decisions"])
    yield from _scores(names, values)


def _calibration(names: ClassNames, calibration: Mapping[str, Any]) -> Iterator[Block]:
    yield Figure(
        "calibration",
        "The same numbers as in the table: rows in bins of equal size by predicted probability, "
        "with the share of " + names.rows(1) + " in each. On the dashed diagonal both are equal.",
        partial(calibration_curve, f"share of {names.rows(1)}", calibration["bins"]),
    )
    yield calibration_table(
        f"of {names.rows(1)}",
        calibration["bins"],
        f"Share of {names.rows(1)} by predicted probability, with Wilson's 95 % intervals",
    )
    yield Paragraph(say_error_by_chance(calibration, "labels are"), "quiet")


def _roc(
    names: ClassNames, roc: Mapping[str, Any], decisions: Mapping[str, Any]
) -> Iterator[Block]:
    yield Figure(
        "roc",
        f"Share of {names.rows(1)} that is found by share of {names.rows(0)} that is called "
        f"{names.call(1)} by mistake, for every "
        "threshold; the diamond is the chosen one, the dashed line chance.",
        partial(roc_curve, names, roc["points"], decisions),
    )
    yield Table(
        "ROC",
        (
            Column(f"of {names.rows(0)}, called {names.call(1)}", "number"),
            Column(f"of {names.rows(1)}, called {names.call(1)}", "number", strong=True),
        ),
        [
            [say_share(rates["false_positives"]), say_share(rates["true_positives"])]
            for rates in roc["found"]
        ],
        "What is found at a given share of false alarms",
    )


def _confusion(names: ClassNames, decisions: Mapping[str, Any]) -> Table:
    (right_zeros, wrong_ones), (wrong_zeros, right_ones) = decisions["confusion"]
    rows: list[Row] = [
        [
            names.rows(0),
            Cell(say_count(right_zeros), strong=True),
            say_count(wrong_ones),
            _share_cell(decisions["found_zeros"]),
        ],
        [
            names.rows(1),
            say_count(wrong_zeros),
            Cell(say_count(right_ones), strong=True),
            _share_cell(decisions["found_ones"]),
        ],
        [
            "correct among them",
            _share_cell(decisions["called_zero"]),
            _share_cell(decisions["called_one"]),
            _share_cell(decisions["accuracy"]),
        ],
    ]
    return Table(
        "Confusion matrix",
        (
            Column(header=True),
            Column(f"called {names.call(0)}", "number"),
            Column(f"called {names.call(1)}", "number"),
            Column("called correctly", "number"),
        ),
        rows,
        f"Test rows at the threshold {say_number(decisions['threshold'])}, that of "
        f"{decisions['threshold_of']} on the validation rows, with Wilson's 95 % intervals",
    )


def _share_cell(estimate: Mapping[str, float | None] | None) -> Cell:
    return estimate_cell(estimate, say_share, say_share_interval)


def _scores(names: ClassNames, values: Values) -> Iterator[Block]:
    scores = values["scores"]
    yield Figure(
        "scores",
        f"Test rows by predicted probability: {names.rows(1)} filled, {names.rows(0)} dashed, the "
        "threshold dotted.",
        partial(score_histogram, names, scores["bars"], values["decisions"]["threshold"]),
    )
    yield Paragraph(values["said"]["scores"])
    yield Table(
        "Scores",
        (
            Column("probability", "number"),
            Column(names.rows(0), "number"),
            Column(names.rows(1), "number"),
        ),
        [
            [
                f"{say_number(range_['low'], 1)} to {say_number(range_['high'], 1)}",
                say_count(range_["zeros"]),
                say_count(range_["ones"]),
            ]
            for range_ in scores["ranges"]
        ],
        "Test rows by predicted probability",
    )
