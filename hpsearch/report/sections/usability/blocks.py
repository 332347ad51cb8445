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
from hpsearch.report.section import Values
from hpsearch.report.sections.usability.figures import calibration_curve, roc_curve, score_histogram
from hpsearch.report.sections.usability.sentences import say_share_interval
from hpsearch.wording import say_count, say_interval, say_number, say_share


def make_blocks(outcome: Outcome, values: Values) -> Sequence[Block]:
    """The verdict, then calibration, ROC and decisions, each with figure and table."""
    del outcome
    return list(_blocks(values))


def _blocks(values: Values) -> Iterator[Block]:
    said = values["said"]
    yield Bullets([*said["probabilities"], said["ranking"], *said["decisions"]], "verdict")
    yield Heading("Do its probabilities mean what they say?")
    yield from _calibration(values["calibration"])
    yield Heading("How well does it separate the labels?")
    yield from _roc(values["roc"], values["decisions"])
    yield Heading("What does it decide?")
    yield _confusion(values["decisions"])
    yield from _scores(values)


def _calibration(calibration: Mapping[str, Any]) -> Iterator[Block]:
    yield Figure(
        "calibration",
        "The same numbers as in the table: rows in bins of equal size by predicted probability, "
        "with the share of label 1 in each. On the dashed diagonal both are equal.",
        partial(calibration_curve, calibration["bins"]),
    )
    yield Table(
        "Calibration",
        (
            Column("mean predicted", "number"),
            Column("of label 1", "number", strong=True),
            Column("95 % interval", "number"),
            Column("rows", "number"),
        ),
        [
            [
                say_share(bin_["predicted"]),
                say_share(bin_["observed"]["value"]),
                say_share_interval(bin_["observed"]),
                say_count(bin_["rows"]),
            ]
            for bin_ in calibration["bins"]
        ],
        "Share of label 1 by predicted probability, with Wilson's 95 % intervals",
    )
    chance = calibration["error_by_chance"]
    yield Paragraph(
        "The expected calibration error is the mean over rows of the difference between predicted "
        "and observed share in their bin. It is never 0 on finite rows. To see what chance alone "
        "makes of it, labels are drawn from the predicted probabilities themselves, "
        f"{say_count(calibration['draws'])} times: {say_number(chance['value'])} on average, 95 % "
        f"of them in {say_interval(chance)}. The model is called calibrated where its own, "
        f"{say_number(calibration['error'])}, is not above that range.",
        "quiet",
    )


def _roc(roc: Mapping[str, Any], decisions: Mapping[str, Any]) -> Iterator[Block]:
    yield Figure(
        "roc",
        "Share of label 1 that is found by share of label 0 that is called 1 by mistake, for every "
        "threshold; the diamond is the chosen one, the dashed line chance.",
        partial(roc_curve, roc["points"], decisions),
    )
    yield Table(
        "ROC",
        (
            Column("of label 0, called 1", "number"),
            Column("of label 1, called 1", "number", strong=True),
        ),
        [
            [say_share(rates["false_positives"]), say_share(rates["true_positives"])]
            for rates in roc["found"]
        ],
        "What is found at a given share of false alarms",
    )


def _confusion(decisions: Mapping[str, Any]) -> Table:
    (right_zeros, wrong_ones), (wrong_zeros, right_ones) = decisions["confusion"]
    rows: list[Row] = [
        [
            "label 0",
            Cell(say_count(right_zeros), strong=True),
            say_count(wrong_ones),
            _share_cell(decisions["found_zeros"]),
        ],
        [
            "label 1",
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
            Column("called 0", "number"),
            Column("called 1", "number"),
            Column("called correctly", "number"),
        ),
        rows,
        f"Test rows at the threshold {say_number(decisions['threshold'])}, with Wilson's 95 % "
        "intervals",
    )


def _share_cell(estimate: Mapping[str, float | None] | None) -> Cell:
    return estimate_cell(estimate, say_share, say_share_interval)


def _scores(values: Values) -> Iterator[Block]:
    scores = values["scores"]
    yield Figure(
        "scores",
        "Test rows by predicted probability: label 1 filled, label 0 dashed, the threshold dotted.",
        partial(score_histogram, scores["bars"], values["decisions"]["threshold"]),
    )
    yield Paragraph(values["said"]["scores"])
    yield Table(
        "Scores",
        (
            Column("probability", "number"),
            Column("label 0", "number"),
            Column("label 1", "number"),
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
