"""The section on overfitting as a reader sees it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from hpsearch.analysis.winner_curves import winner_curves
from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.blocks import Block, Cell, Code, Column, Figure, Heading, Paragraph, Row, Table
from hpsearch.report.section import Values
from hpsearch.report.sections.overfitting.figures import Panel, seeds_of_winner, side_by_side
from hpsearch.tasks.task import Task
from hpsearch.wording import (
    NOTHING,
    first_upper,
    say_count,
    say_kept_epoch,
    say_number,
    say_signed,
)

#: What is validated of a winner that keeps an average.
AVERAGED = " Validation is that of the average of the winner's weights over the last steps."


def make_blocks(outcome: Outcome, values: Values) -> Sequence[Block]:
    """The winner's seeds, the baseline networks, and the rule."""
    return list(_blocks(outcome, values))


def _blocks(outcome: Outcome, values: Values) -> Iterator[Block]:
    if values["winner"]:
        yield from _winner(outcome, values)
    if values["baselines"]:
        yield from _baselines(outcome, values)
    else:
        yield Paragraph(
            (
                "No baseline network was trained for comparison; ",
                Code("[evaluate] baselines"),
                " in the study file names those that are.",
            ),
            "quiet",
        )
    yield Paragraph(
        f"The rule: {values['rule']} Train is measured while the network learns, with dropout on, "
        f"so it may lie above validation.{AVERAGED if _keep(outcome) == 'average' else ''}",
        "quiet",
    )


def _winner(outcome: Outcome, values: Values) -> Iterator[Block]:
    keep = values["winner"]["keep"]
    yield Paragraph(values["said"]["winner"])
    yield Figure(
        "winner",
        f"{first_upper(outcome.task.metric.label)} by epoch on a logarithmic axis, means over "
        "the epochs within a tenth of each: train solid, validation dashed, the "
        f"{say_kept_epoch([keep])} dotted. The network of the table's ● is drawn strong, with its "
        "single epochs behind it, and other seeds thin.",
        partial(_draw_winner, outcome),
    )
    yield _gaps(
        "The winner's gaps",
        "run",
        values["winner"]["seeds"],
        f"Trial {values['winner']['trial']}, {_say_gap(outcome.task)}",
        keep,
    )
    shown = "is the seed that is best on the validation rows"
    if not outcome.test:
        shown = "stands for the seed that will be best on the validation rows"
    yield Paragraph(f"● {shown}.", "quiet")


def _baselines(outcome: Outcome, values: Values) -> Iterator[Block]:
    end = "top" if outcome.task.metric.sign > 0 else "bottom"
    yield Heading("Compared with the baseline networks")
    yield Paragraph(values["said"]["baselines"])
    yield Figure(
        "networks",
        "The same for each network, all on the same axes. A curve that leaves the frame at the "
        f"{end} is worse than an untrained network; the table has its last value.",
        partial(_draw_networks, outcome),
    )
    yield _gaps(
        "The baselines' gaps",
        "network",
        values["baselines"],
        first_upper(_say_gap(outcome.task)),
        "best",
    )


def _say_gap(task: Task) -> str:
    return f"{task.metric.quantity}; the gap is validation less train"


def _gaps(
    label: str, first: str, rows: Sequence[Mapping[str, Any]], caption: str, keep: str
) -> Table:
    """Losses at the best and at the last epoch, and which of them is kept."""
    last = keep == "last"
    groups = ("best epoch", "last epoch, kept") if last else ("best epoch, kept", "last epoch")
    columns = [
        Column(title, "number", strong=title == "gap", group=group)
        for group in groups
        for title in ("epoch", "train", "validation", "gap")
    ]
    heads = [Column(first, header=True, notes="verdict"), *columns]
    return Table(label, heads, [_row(row) for row in rows], caption)


def _row(row: Mapping[str, Any]) -> Row:
    mark = " ●" if row["main"] else ""
    moments = (cell for moment in (row["best"], row["last"]) for cell in _moment(moment))
    return [Cell(f"{row['run']}{mark}", row["words"]), *moments]


def _keep(outcome: Outcome) -> str:
    """Which weights the winner keeps."""
    return outcome.recipe(outcome.winner.trial).keep if outcome.winner else "best"


def _moment(moment: Mapping[str, Any] | None) -> Sequence[str]:
    if not moment:
        return [NOTHING] * 4
    return [
        say_count(moment["epoch"]),
        say_number(moment["train"]),
        say_number(moment["validation"]),
        say_signed(moment["gap"]),
    ]


def _draw_winner(outcome: Outcome) -> str:
    winner = outcome.winner
    curves = winner_curves(outcome, winner) if winner else ()
    return seeds_of_winner(
        outcome.task,
        [Panel(named.label, named.curve, named.main, _keep(outcome)) for named in curves],
    )


def _draw_networks(outcome: Outcome) -> str:
    winner = outcome.winner
    panels = [
        Panel(f"Winner, trial {winner.trial.number}", named.curve, keep=_keep(outcome))
        for named in (winner_curves(outcome, winner) if winner else ())
        if winner and named.main
    ]
    panels += [
        Panel(baseline.run.label, outcome.history(baseline.run.name).curve)
        for baseline in outcome.baselines
    ]
    return side_by_side(outcome.task, panels)
