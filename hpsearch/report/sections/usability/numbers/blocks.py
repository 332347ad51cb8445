"""The section on predicted numbers as a reader sees it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.blocks import Block, Bullets, Column, Figure, Heading, Paragraph, Table
from hpsearch.report.cells import estimate_cell
from hpsearch.report.section import Values
from hpsearch.report.sections.usability.numbers.figures import (
    errors_by_prediction,
    predicted_against_true,
)
from hpsearch.wording import (
    say_count,
    say_interval,
    say_number,
    say_share,
    say_share_interval,
    say_signed,
)


def make_blocks(outcome: Outcome, values: Values) -> Sequence[Block]:
    """The verdict, then the sizes of the errors and where they are, each with figure and table."""
    del outcome
    return list(_blocks(values))


def _blocks(values: Values) -> Iterator[Block]:
    said, digits = values["said"], values["digits"]
    yield Bullets([*said["errors"], *said["places"]], "verdict")
    yield Heading("How far is it off?")
    yield Figure(
        "predicted",
        f"{say_count(len(values['points']))} test rows, each by its true and its predicted value; "
        "on the dashed diagonal both are equal. The furthest may be outside of the frame.",
        partial(predicted_against_true, values["points"]),
    )
    if values["within"]:
        yield _within(values["within"])
    yield Heading("Where is it off?")
    yield Figure(
        "errors",
        "The same numbers as in the table: rows in bins of equal size by prediction, with the mean "
        "of predicted less true and what it is between for 80 % of them. Above the dashed line the "
        "prediction is too high.",
        partial(errors_by_prediction, values["bins"]),
    )
    yield _bins(values["bins"], digits)
    yield Paragraph(
        "All values are in the target's own unit. Intervals of means are Student's over the test "
        "rows of a bin.",
        "quiet",
    )


def _within(within: Sequence[Mapping[str, Any]]) -> Table:
    return Table(
        "Errors",
        (
            Column("error of at most", "number"),
            Column("rows", "number", strong=True),
            Column("95 % interval", "number"),
        ),
        [
            [
                f"{entry['error']:,.15g}"
                if 1e-4 <= entry["error"] < 1e9
                else f"{entry['error']:g}",
                say_share(entry["share"]["value"]),
                say_share_interval(entry["share"]),
            ]
            for entry in within
        ],
        "Share of the test rows by the size of the error, with Wilson's 95 % intervals",
    )


def _bins(bins: Sequence[Mapping[str, Any]], digits: int) -> Table:
    def number(value: float | None) -> str:
        return say_number(value, digits)

    return Table(
        "Errors by prediction",
        (
            Column("mean prediction", "number"),
            Column("predicted less true", "number", strong=True),
            Column("80 % between", "number"),
            Column("standard deviation", "number"),
            Column("rows", "number"),
        ),
        [
            [
                number(bin_["predicted"]),
                estimate_cell(
                    bin_["error"],
                    partial(say_signed, digits=digits),
                    partial(say_interval, digits=digits),
                ),
                say_interval(bin_, digits),
                number(bin_["spread"]),
                say_count(bin_["rows"]),
            ]
            for bin_ in bins
        ],
        "Errors of rows of like prediction; in brackets, 95 % intervals of the mean",
    )


def _say_round(error: float) -> str:
    """A round number: ``0.5``, ``20,000``, ``2e+12``."""
    return f"{error:,.15g}" if 1e-4 <= error < 1e9 else f"{error:g}"
