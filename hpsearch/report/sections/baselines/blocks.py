"""The section on baselines as a reader sees it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.blocks import Block, Bullets, Cell, Column, Figure, Heading, Row, Table
from hpsearch.report.cells import estimate_cell
from hpsearch.report.section import Values
from hpsearch.report.sections.baselines.figures import differences
from hpsearch.tasks.task import Task
from hpsearch.wording import NOTHING, metric_digits, say_interval, say_number, say_signed

#: Metrics of the table, after the difference.
SHOWN = 3


def make_blocks(outcome: Outcome, values: Values) -> Sequence[Block]:
    """The verdict, the differences as figure and table, and how they came about."""
    reference, baselines = values["reference"], values["baselines"]
    right, left = ("Right", "left") if outcome.task.tested_metric.sign > 0 else ("Left", "right")
    return [
        Bullets(values["said"]["verdict"], "verdict"),
        Figure(
            "differences",
            f"{right} of the line a baseline is worse, {left} of it better: filled circles are "
            "worse, triangles better, hollow diamonds not distinguishable, as their 95 % interval "
            "holds 0.",
            partial(differences, outcome.task, reference["label"], baselines),
        ),
        _table(outcome.task, outcome.data.target.deviation, reference, baselines),
        Heading("How they were trained and compared"),
        Bullets(values["said"]["training"]),
    ]


def _table(
    task: Task,
    scale: float,
    reference: Mapping[str, Any],
    baselines: Sequence[Mapping[str, Any]],
) -> Table:
    digits = metric_digits(task.tested_metric, scale)
    shown = [metric for metric in task.test_metrics if metric.name in reference["metrics"]][:SHOWN]

    def metrics(model: Mapping[str, Any]) -> Row:
        cells = (
            estimate_cell(
                model["metrics"][metric.name],
                partial(say_number, digits=metric_digits(metric, scale)),
                partial(say_interval, digits=metric_digits(metric, scale)),
            )
            for metric in shown
        )
        return [*cells, say_number(model["validation"], digits)]

    rows = [
        [
            Cell(baseline["label"], baseline["verdict"]),
            estimate_cell(
                baseline["differences"][task.tested_metric.name],
                partial(say_signed, digits=digits),
                partial(say_interval, digits=digits),
            ),
            *metrics(baseline),
        ]
        for baseline in baselines
    ]
    in_unit = (
        f"in {task.tested_metric.unit}"
        if task.tested_metric.unit
        else f"{task.tested_metric.better} is better"
    )
    first = Cell(reference["label"], "the reference", strong=True)
    return Table(
        "Baselines",
        (
            Column("model", header=True, notes="verdict"),
            Column("difference", "number", strong=True),
            *(_column(metric.label) for metric in shown),
            _column(f"validation {task.tested_metric.label}"),
        ),
        [[first, NOTHING, *metrics(reference)], *rows],
        f"The best on the test rows first; the difference is baseline less {reference['label']}, "
        f"{in_unit}. In brackets, 95 % intervals over the test rows",
    )


def _column(title: str) -> Column:
    """A column of numbers that is not wider than they are, for each word has a line."""
    return Column(title.replace(" ", "\n"), "number")
