"""How over- and underfitting is laid out: the winner's seeds, then the baselines beside them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.blocks import Block, Cell, Column, Figure, Heading, Paragraph, Span, Table
from hpsearch.tasks.task import Task
from hpsearch.wording import NOTHING, say_count, say_number, say_signed

#: Marks the network that is drawn strong.
MAIN = "●"


def blocks(outcome: Outcome, values: Mapping[str, Any]) -> Iterator[Block]:
    """The section."""
    task = outcome.task
    unit = f"{task.metric.label} in {task.metric.unit}; the gap is validation less train"
    if winner := values["winner"]:
        yield Paragraph(values["said"]["winner"])
        yield _winners_curves(task)
        caption = f"Trial {winner['trial']}, {unit}"
        yield _curves(caption, "The winner's gaps", "run", winner["seeds"])
        exported = "; the exported network" if outcome.test else ""
        yield Paragraph(f"{MAIN} drawn strong in the figure{exported}", "quiet")
    if values["baselines"]:
        yield Heading("Beside the baseline networks")
        yield Paragraph(values["said"]["baselines"])
        yield Figure(
            "networks",
            "The same for each network, all on the same axes. A curve that leaves the frame above "
            "is worse than networks begin; the table has its last value.",
        )
        caption = unit[:1].upper() + unit[1:]
        yield _curves(caption, "The baselines' gaps", "network", values["baselines"])
    else:
        yield Paragraph(
            (
                Span("No baseline network was trained to stand beside it; "),
                Span("[evaluate] baselines", "code"),
                Span(" in the study file names those that are."),
            ),
            "quiet",
        )
    yield Paragraph(
        f"The rule: {values['rule']} Train is measured while the network learns, with dropout on, "
        "so it may lie above validation.",
        "quiet",
    )


def _winners_curves(task: Task) -> Figure:
    label = task.metric.label
    return Figure(
        "winner",
        f"{label[:1].upper()}{label[1:]} by epoch on a logarithmic axis, means over the epochs "
        "within a tenth of each: train solid, validation dashed, the best epoch dotted. The "
        f"network of the table's {MAIN} is drawn strong, with its single epochs behind it, and "
        "other seeds thin.",
    )


def _curves(caption: str, label: str, first: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    moment = [Column(title, "number") for title in ("epoch", "validation")]
    moment.append(Column("gap", "number", strong=True))
    return Table(
        [Column(first, "name"), Column("verdict"), *moment, *moment],
        [
            [
                Cell(f"{row['run']} {MAIN}" if row["main"] else row["run"]),
                row["words"],
                *_moment(row["best"]),
                *_moment(row["last"]),
            ]
            for row in rows
        ],
        label,
        caption,
        [("", 2), ("best epoch, weights kept", 3), ("last epoch", 3)],
    )


def _moment(moment: Mapping[str, Any] | None) -> tuple[str, str, str]:
    if not moment:
        return NOTHING, NOTHING, NOTHING
    return (
        say_count(moment["epoch"]),
        say_number(moment["validation"]),
        say_signed(moment["gap"]),
    )
