"""How usability is laid out: calibration, ranking, decisions and scores."""

from collections.abc import Iterator, Mapping
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
from hpsearch.wording import NOTHING, say_count, say_interval, say_number, say_share


def blocks(outcome: Outcome, values: Mapping[str, Any]) -> Iterator[Block]:
    """The section."""
    del outcome
    said = values["said"]
    yield Bullets([*said["probabilities"], said["ranking"], *said["decisions"]], "verdict")
    yield Heading("Do its probabilities mean what they say?")
    yield from _calibration(values["calibration"])
    yield Heading("How well does it part the labels?")
    yield from _ranking(values["roc"])
    yield Heading("What does it decide?")
    yield _confusion(values["decisions"])
    yield Figure(
        "scores",
        "Test rows by predicted probability: label 1 filled, label 0 dashed, the threshold dotted.",
    )
    yield Paragraph(said["scores"])
    yield _scores(values["scores"])


def _calibration(calibration: Mapping[str, Any]) -> Iterator[Block]:
    yield Figure(
        "calibration",
        "The same numbers as in the table: rows in bins of equal size by predicted probability, "
        "with the share of label 1 in each. On the dashed diagonal both are equal.",
    )
    yield Table(
        [
            Column("mean predicted", "number"),
            Column("of label 1", "number", strong=True),
            Column("95 % interval", "number"),
            Column("rows", "number"),
        ],
        [
            [
                say_share(one["predicted"]),
                say_share(one["observed"]["value"]),
                _shares(one["observed"]),
                say_count(one["rows"]),
            ]
            for one in calibration["bins"]
        ],
        "Calibration",
        "Share of label 1 by predicted probability, with Wilson's 95 % intervals",
    )
    chance = calibration["error_by_chance"]
    yield Paragraph(
        "The expected calibration error is the mean over rows of a bin's distance from the "
        "diagonal. It is never 0 on finite rows, so labels are drawn from the predicted "
        f"probabilities themselves, {say_count(calibration['draws'])} times, to see what chance "
        f"alone makes of it: {say_number(chance['value'])}, 95 % of them in "
        f"{say_interval(chance)}. The model is called calibrated where its own, "
        f"{say_number(calibration['error'])}, is not above that range.",
        "quiet",
    )


def _ranking(roc: Mapping[str, Any]) -> Iterator[Block]:
    yield Figure(
        "roc",
        "Share of label 1 that is found by share of label 0 that is called 1 by mistake, for every "
        "threshold; the diamond is the chosen one, the dashed line chance.",
    )
    yield Table(
        [
            Column("of label 0, called 1", "number"),
            Column("of label 1, called 1", "number", strong=True),
        ],
        [
            [say_share(one["false_positives"]), say_share(one["true_positives"])]
            for one in roc["found"]
        ],
        "ROC",
        "What is found at a given share of false alarms",
    )


def _confusion(decisions: Mapping[str, Any]) -> Table:
    right = (decisions["found_zeros"], decisions["found_ones"])
    rows: list[Row] = [
        [
            f"label {label}",
            *(
                Cell(say_count(count), style="strong" if called == label else "plain")
                for called, count in enumerate(counts)
            ),
            _estimate(right[label]),
        ]
        for label, counts in enumerate(decisions["confusion"])
    ]
    called = (decisions["called_zero"], decisions["called_one"], decisions["accuracy"])
    return Table(
        [
            Column("", "name"),
            *(Column(title, "number") for title in ("called 0", "called 1", "called rightly")),
        ],
        [*rows, ["right among them", *map(_estimate, called)]],
        "Confusion matrix",
        f"Test rows at the threshold {say_number(decisions['threshold'])}, with Wilson's 95 % "
        "intervals",
    )


def _scores(scores: Mapping[str, Any]) -> Table:
    return Table(
        [Column(title, "number") for title in ("probability", "label 0", "label 1")],
        [
            [
                f"{say_number(one['low'], 1)} to {say_number(one['high'], 1)}",
                say_count(one["zeros"]),
                say_count(one["ones"]),
            ]
            for one in scores["ranges"]
        ],
        "Scores",
        "Test rows by predicted probability",
    )


def _estimate(estimate: Mapping[str, float] | None) -> Cell:
    return Cell(say_share(estimate["value"]), _shares(estimate)) if estimate else Cell(NOTHING)


def _shares(estimate: Mapping[str, float]) -> str:
    return f"[{say_share(estimate['low'])}, {say_share(estimate['high'])}]"
