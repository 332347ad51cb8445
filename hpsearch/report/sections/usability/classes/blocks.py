"""The section on decisions among several classes as a reader sees it."""

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
from hpsearch.report.figures.calibration import calibration_curve
from hpsearch.report.section import Values
from hpsearch.report.sections.usability.calibration import calibration_table
from hpsearch.report.sections.usability.classes.figures import confusion_matrix
from hpsearch.report.sections.usability.words import say_error_by_chance
from hpsearch.wording import say_count, say_number, say_share, say_share_interval

#: Classes up to which the whole matrix is shown.
WHOLE = 12

#: Classes that the table of classes has, those that are found least.
LISTED = 40


def make_blocks(outcome: Outcome, values: Values) -> Sequence[Block]:
    """The verdict, then calibration, confusion and classes, each with figure and table."""
    del outcome
    return list(_blocks(values))


def _blocks(values: Values) -> Iterator[Block]:
    said = values["said"]
    yield Bullets([*said["probabilities"], said["ranking"], *said["decisions"]], "verdict")
    yield Heading("Do its probabilities mean what they say?")
    yield from _calibration(values["calibration"])
    yield Heading("Which classes does it tell apart?")
    if len(values["classes"]) <= WHOLE:
        yield Figure(
            "confusion",
            "The same numbers as in the table: a line a class, with the share of its rows by what "
            "they are called; right ones stand on the diagonal.",
            partial(confusion_matrix, values["classes"], values["confusion"]),
        )
        yield _confusion(values["classes"], values["confusion"])
    yield _classes(values["classes"])
    if values["confused"]:
        yield _confused(values["confused"])


def _calibration(calibration: Mapping[str, Any]) -> Iterator[Block]:
    yield Figure(
        "calibration",
        "The same numbers as in the table: rows in bins of equal size by the probability of the "
        "class that they are called, with the share in each for which that class is right. On the "
        "dashed diagonal both are equal.",
        partial(calibration_curve, "share that is right", calibration["bins"]),
    )
    yield calibration_table(
        "right",
        calibration["bins"],
        "How often the most probable class is right, by its probability, with Wilson's 95 % "
        "intervals",
    )
    yield Paragraph(say_error_by_chance(calibration, "right and wrong are"), "quiet")


def _confusion(classes: Sequence[Mapping[str, Any]], confusion: Sequence[Sequence[int]]) -> Table:
    rows: list[Row] = [
        [
            entry["name"],
            *(
                Cell(say_count(count), strong=other == place)
                for other, count in enumerate(confusion[place])
            ),
        ]
        for place, entry in enumerate(classes)
    ]
    return Table(
        "Confusion matrix",
        (
            Column("class", header=True),
            *(Column(entry["name"], "number", group="called") for entry in classes),
        ),
        rows,
        "Test rows by class and by what they are called",
    )


def _classes(classes: Sequence[Mapping[str, Any]]) -> Table:
    ranked = sorted(classes, key=lambda entry: entry["recall"]["value"] if entry["recall"] else 2.0)
    cut = f", the {LISTED} of {len(classes)} that are found least" if len(ranked) > LISTED else ""
    shown = ranked[:LISTED] if cut else classes
    return Table(
        "Classes",
        (
            Column("class", header=True),
            Column("rows", "number"),
            Column("recall", "number", strong=True),
            Column("precision", "number", strong=True),
            Column("F1", "number"),
        ),
        [
            [
                entry["name"],
                say_count(entry["rows"]),
                estimate_cell(entry["recall"], say_share, say_share_interval),
                estimate_cell(entry["precision"], say_share, say_share_interval),
                say_number(entry["f1"]),
            ]
            for entry in shown
        ],
        f"How much of a class is found, and how much of what is called by it belongs to it{cut}; "
        "with Wilson's 95 % intervals",
    )


def _confused(confused: Sequence[Mapping[str, Any]]) -> Table:
    return Table(
        "Mistakes",
        (
            Column("class", header=True),
            Column("called"),
            Column("rows", "number", strong=True),
            Column("share of the class", "number"),
        ),
        [
            [pair["name"], pair["called"], say_count(pair["rows"]), say_share(pair["share"])]
            for pair in confused
        ],
        "The most frequent mistakes",
    )
