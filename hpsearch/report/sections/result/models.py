"""The saved models side by side: what each is worth on the test rows, and what it costs to use."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from hpsearch.report.blocks import Block, Cell, Column, Heading, Paragraph, Row, Table
from hpsearch.report.cells import estimate_cell
from hpsearch.tasks.task import Task
from hpsearch.wording import (
    NOTHING,
    first_upper,
    metric_digits,
    say_count,
    say_interval,
    say_number,
    say_signed,
)


def saved_models(task: Task, scale: float, test: Mapping[str, Any]) -> Iterator[Block]:
    """A table of the saved models; nothing where there is one alone.

    Args:
        scale: Standard deviation of the target.
        test: As in the report's values.
    """
    models = test["models"]
    if len(models) < 2:
        return
    metric, digits = task.tested_metric, metric_digits(task.tested_metric, scale)
    number, signed, interval = (
        partial(say, digits=digits) for say in (say_number, say_signed, say_interval)
    )
    single = next((model["cost"] for model in models if model["name"] == "single"), None)

    def row(model: Mapping[str, Any]) -> Row:
        difference = model["differences"].get(metric.name)
        return [
            Cell(f"{model['name']}.keras", model["label"], strong=model["name"] == "best"),
            estimate_cell(model["metrics"][metric.name], number, interval),
            estimate_cell(difference, signed, interval) if difference else NOTHING,
            number(model["validation"]),
            *_cost(model["cost"], single),
        ]

    yield Heading("The saved models, and what they cost to use")
    yield Table(
        "Saved models",
        (
            Column("file", header=True, notes="model"),
            Column(f"test {metric.label}".replace(" ", "\n"), "number", strong=True),
            Column("difference", "number"),
            Column("validation", "number"),
            Column("networks", "number"),
            Column("weights", "number"),
            Column("operations", "number"),
            Column("size", "number"),
        ),
        [row(model) for model in models],
        f"{first_upper(metric.quantity)}; the difference is that of a model less best.keras, on "
        "the same test rows in the same opening. In brackets, 95 % intervals",
    )
    if any(model["name"] == "ensemble" for model in models):
        yield Paragraph(
            "The greedy ensemble was chosen by the validation rows, network by network, so its "
            "value on them is optimistic, more so than that of a mean of seeds, which nothing "
            "was chosen for: compare models by the test.",
            "quiet",
        )


def _cost(cost: Mapping[str, int] | None, single: Mapping[str, int] | None) -> Row:
    if cost is None:
        return [NOTHING] * 4
    times = cost["operations"] / single["operations"] if single else 1.0
    return [
        say_count(cost["networks"]),
        say_count(cost["weights"]),
        f"{times:.3g} ×",
        f"{cost['bytes'] / 1e3:,.0f} kB",
    ]
