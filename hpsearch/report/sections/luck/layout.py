"""How luck is laid out: the promise and what it was worth, the leaderboard, other winners."""

from collections.abc import Iterator, Mapping, Sequence
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
    Table,
)
from hpsearch.tasks.task import Task
from hpsearch.wording import (
    NOTHING,
    say_count,
    say_interval,
    say_number,
    say_numbers,
    say_params,
    say_share,
    say_signed,
)


def blocks(outcome: Outcome, values: Mapping[str, Any]) -> Iterator[Block]:
    """The section."""
    said = values["said"]
    yield Bullets(said["optimism"], "verdict")
    if values["configurations"]:
        yield from _configurations(outcome.task, values["configurations"], said["seeds"])
    if values["choice"]:
        yield Heading("Would another trial have won?")
        yield Paragraph(said["choice"])
        if values["choice"]["trials"] > 1:
            yield Figure("winners", "The shares of the table as bars.")
            yield _contenders(values["choice"])
    if values["rows"]:
        yield Heading("Are there enough validation rows?")
        yield Paragraph(said["rows"])


def _configurations(
    task: Task, configurations: Sequence[Mapping[str, Any]], seeds: str | None
) -> Iterator[Block]:
    yield Figure(
        "promises",
        "The same numbers as in the table: the value for which the search chose a configuration, "
        "its fresh seeds and their mean on the same validation rows, and the mean of the same "
        "networks on the test rows.",
    )
    yield Table(
        [
            *(Column(title, "number") for title in ("rank", "trial", "in the search")),
            Column("fresh seeds, mean ± sd", "number", strong=True),
            Column("test", "number", strong=True),
            *(Column(title, "number") for title in ("selection", "split", "both")),
        ],
        [
            [
                str(one["rank"]),
                str(one["trial"]),
                say_number(one["search"]),
                _spread(one["fresh"], one["deviation"]),
                say_number(one["test"]),
                *(_estimate(one[part]) for part in ("selection", "split", "total")),
            ]
            for one in configurations
        ],
        "Optimism by rank",
        f"{task.metric.label.capitalize()} in {task.metric.unit}; above 0, the search's value was "
        "too good. In brackets, 95 % intervals",
    )
    yield Paragraph(
        "Selection is the mean over fresh seeds less the value in the search, on the same rows, "
        "with Student's interval over the seeds. Split is test less validation of the same "
        "networks, with an interval over the rows of both. The interval of both together adds "
        "their half-widths in squares.",
        "quiet",
    )
    yield Heading("The best configurations over fresh seeds")
    if seeds:
        yield Paragraph(seeds)
    yield Table(
        [
            Column("rank", "number"),
            Column("trial", "number"),
            Column("seeds"),
            Column("first, one seed", "number"),
            Column("first, other rows", "number"),
            Column("configuration", "long"),
        ],
        [
            [
                str(one["rank"]),
                str(one["trial"]),
                say_numbers(one["seeds"]),
                say_share(one["first_by_seed"]),
                say_share(one["first_by_rows"]),
                say_params(one["params"]),
            ]
            for one in configurations
        ],
        "Leaderboard",
        "Rank is by the mean of the seeds; first, how often a configuration would lead",
    )


def _contenders(choice: Mapping[str, Any]) -> Table:
    return Table(
        [
            Column("trial", "number"),
            Column("in the search", "number"),
            Column("wins", "number", strong=True),
            Column("rank over fresh seeds", "number"),
        ],
        [
            [
                str(one["trial"]),
                say_number(one["value"]),
                say_share(one["share"]),
                say_count(one["rank"]),
            ]
            for one in choice["contenders"]
        ],
        "Trials that would have won",
        f"The trials that win most often on {say_count(choice['draws'])} bootstrap resamples of "
        "the validation rows",
    )


def _spread(mean: float | None, deviation: float | None) -> str:
    several = "" if deviation is None else f" ± {say_number(deviation)}"
    return f"{say_number(mean)}{several}"


def _estimate(estimate: Mapping[str, float | None] | None) -> Cell:
    if not estimate:
        return Cell(NOTHING)
    interval = "" if estimate["low"] is None else say_interval(estimate)
    return Cell(say_signed(estimate["value"]), interval)
