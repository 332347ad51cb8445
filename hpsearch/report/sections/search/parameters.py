"""What a reader sees of the parameters: their importances, their good values, the space."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.blocks import Block, Cell, Code, Column, Figure, Heading, Paragraph, Row, Table
from hpsearch.report.figures.axes import BadSide
from hpsearch.report.section import Values
from hpsearch.report.sections.search.figures import parameter_importance
from hpsearch.report.sections.search.slices import slices
from hpsearch.wording import say_count, say_number, say_share, say_value


def importance_blocks(importances: Mapping[str, float], evaluator: str) -> Iterator[Block]:
    """How much each parameter had to do with the value, as figure and table."""
    yield Paragraph(
        f"A share says how much a parameter had to do with a trial's value; all shares add up to "
        f"one ({evaluator}). It says what mattered in this search, not what a change would bring."
    )
    yield Figure(
        "importance",
        "The shares of the table as bars.",
        partial(parameter_importance, importances, evaluator),
    )
    yield Table(
        "Importances",
        (Column("parameter", header=True), Column("share", "number")),
        [[Code(name), say_share(share)] for name, share in importances.items()],
    )


def slice_blocks(outcome: Outcome, values: Values) -> Iterator[Block]:
    """The trials by each parameter's value, as figure and table."""
    yield Heading("Which values were good")
    if values["said"]["slices"]:
        yield Paragraph(values["said"]["slices"])
    winner, bad = outcome.winner, BadSide(outcome.task.metric)
    number = winner.trial.number if winner else None
    yield Figure(
        "slices",
        "Each trial by the value of a parameter, ranges on their own scale, choices and "
        "switched-off parameters in columns. Pruned trials stand where they were pruned. What lies "
        f"far {bad.side} the rest stands on the {bad.edge} edge.",
        partial(slices, outcome.task, outcome.spec.space, outcome.trials, number),
    )
    counts = ("complete", "pruned", "best", "median")
    yield Table(
        "Values by part of each range",
        (
            Column("parameter", header=True),
            Column("part"),
            *(Column(title, "number") for title in counts),
            Column("among the ten best", "number", strong=True),
        ),
        [row for parameter in values["slices"] for row in _parts(parameter)],
        "Parts of each range: ranges in thirds of their scale; best and median of the complete "
        "trials",
    )


def _parts(parameter: Mapping[str, Any]) -> Iterator[Row]:
    name = Cell(Code(parameter["name"]), rows=len(parameter["parts"]))
    for place, part in enumerate(parameter["parts"]):
        yield [
            None if place else name,
            part["where"],
            say_count(part["complete"]),
            say_count(part["pruned"]),
            say_number(part["best"]),
            say_number(part["median"]),
            say_count(part["among_best"]),
        ]


def space_blocks(values: Values) -> Iterator[Block]:
    """How the search was done, and its space."""
    yield Paragraph(
        f"Sampler {values['sampler']}, pruner {values['pruner']}, "
        f"{say_count(values['parallel'])} trials in flight, at most "
        f"{say_count(values['epochs_of_a_trial'])} epochs a trial."
    )
    searched: list[Row] = [
        [
            Code(parameter["name"]),
            parameter["domain"],
            parameter["when"],
            say_value(parameter["winner"]),
        ]
        for parameter in values["space"]
    ]
    fixed: list[Row] = [
        [Code(name), say_value(value), "fixed", say_value(value)]
        for name, value in values["constants"].items()
    ]
    yield Table(
        "Search space",
        (
            Column("parameter", header=True),
            Column("values"),
            Column("alive when", "quiet"),
            Column("winner", "number"),
        ),
        [*searched, *fixed],
    )
