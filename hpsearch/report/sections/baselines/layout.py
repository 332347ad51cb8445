"""How the baselines are laid out: verdict, figure, table, and how they were trained."""

from collections.abc import Iterator, Mapping
from typing import Any

from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.blocks import Block, Bullets, Cell, Column, Figure, Heading, Row, Table
from hpsearch.tasks.task import Task
from hpsearch.wording import NOTHING, say_interval, say_number, say_signed


def blocks(outcome: Outcome, values: Mapping[str, Any]) -> Iterator[Block]:
    """The section."""
    yield Bullets(values["said"]["verdict"], "verdict")
    yield Figure(
        "differences",
        "Right of the line a baseline is worse, left of it better: filled circles are worse, "
        "triangles better, hollow diamonds not distinguishable, as their 95 % interval holds 0.",
    )
    yield _table(outcome.task, values)
    yield Heading("How they were trained and compared")
    yield Bullets(values["said"]["training"])


def _table(task: Task, values: Mapping[str, Any]) -> Table:
    reference = values["reference"]
    shown = [metric for metric in task.test_metrics if metric.name in reference["metrics"]][:3]
    first: Row = [
        Cell(reference["label"], "the reference", "strong"),
        NOTHING,
        *(_estimate(reference["metrics"][metric.name]) for metric in shown),
        say_number(reference["validation"]),
    ]
    rows: list[Row] = [
        [
            Cell(baseline["label"], baseline["verdict"]),
            _difference(baseline["differences"][task.metric.name]),
            *(_estimate(baseline["metrics"][metric.name]) for metric in shown),
            say_number(baseline["validation"]),
        ]
        for baseline in values["baselines"]
    ]
    return Table(
        [
            Column("model and verdict", "name"),
            Column("difference", "number", strong=True),
            *(Column(metric.label, "number") for metric in shown),
            Column(f"validation {task.metric.label}", "number"),
        ],
        [first, *rows],
        "Baselines",
        f"The best on the test rows first; the difference is baseline less {reference['label']}, "
        f"in {task.metric.unit}. In brackets, 95 % intervals over the test rows",
    )


def _estimate(estimate: Mapping[str, float]) -> Cell:
    return Cell(say_number(estimate["value"]), say_interval(estimate))


def _difference(estimate: Mapping[str, float]) -> Cell:
    return Cell(say_signed(estimate["value"]), say_interval(estimate))
