"""The section on luck as a reader sees it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.blocks import Block, Bullets, Column, Figure, Heading, Paragraph, Table
from hpsearch.report.cells import estimate_cell
from hpsearch.report.section import Values
from hpsearch.report.sections.luck.figures import promises, winners
from hpsearch.tasks.task import Task
from hpsearch.wording import (
    first_upper,
    say_count,
    say_number,
    say_numbers,
    say_params,
    say_share,
    say_signed,
    say_spread,
)

#: What the optimism of a configuration is the sum of, and the sum.
PARTS = ("selection", "split", "total")


def make_blocks(outcome: Outcome, values: Values) -> Sequence[Block]:
    """The optimism, the leaderboard, the trials that might have won, and the rows it takes."""
    return list(_blocks(outcome.task, values))


def _blocks(task: Task, values: Values) -> Iterator[Block]:
    said = values["said"]
    yield Bullets(said["optimism"], "verdict")
    if values["configurations"]:
        yield from _optimism(task, values["configurations"])
        yield from _leaderboard(values["configurations"], said["seeds"])
    if not task.ranks_by_loss:
        yield Paragraph(
            "Which trial other validation rows would have chosen, and how many it takes, is told "
            f"where trials are ranked by the loss, val_{task.loss_metric.name}: of single rows the "
            "losses are recorded.",
            "quiet",
        )
    if values["choice"]:
        yield Heading("Would another trial have won?")
        yield Paragraph(said["choice"])
        if values["choice"]["trials"] > 1:
            yield from _contenders(values["choice"])
    if values["rows"]:
        yield Heading("Are there enough validation rows?")
        yield Paragraph(said["rows"])


def _optimism(task: Task, configurations: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
    metric = first_upper(task.metric.quantity)
    selection, split = (
        (
            "Selection is the mean over fresh seeds less the value in the search",
            "Split is test less validation of the same networks",
        )
        if task.metric.sign > 0
        else (
            "Selection is the value in the search less the mean over fresh seeds",
            "Split is validation less test of the same networks",
        )
    )
    yield Figure(
        "promises",
        "The same numbers as in the table: the value for which the search chose a configuration, "
        "its fresh seeds and their mean on the same validation rows, and the mean of the same "
        "networks on the test rows.",
        partial(promises, task, configurations),
    )
    yield Table(
        "Optimism by rank",
        (
            Column("rank", "number"),
            Column("trial", "number"),
            Column("in the search", "number"),
            Column("fresh seeds,\nmean ± sd", "number", strong=True),
            Column("test", "number", strong=True),
            Column("selection", "number"),
            Column("split", "number"),
            Column("both", "number"),
        ),
        [
            [
                say_count(configuration["rank"]),
                str(configuration["trial"]),
                say_number(configuration["search"]),
                say_spread(configuration["fresh"], configuration["deviation"]),
                say_number(configuration["test"]),
                *(estimate_cell(configuration[part], say_signed) for part in PARTS),
            ]
            for configuration in configurations
        ],
        f"{metric}; above 0, the search's value was too good. In brackets, 95 % intervals",
    )
    yield Paragraph(
        f"{selection}, on the same rows, with Student's interval over the seeds. {split}, with an "
        "interval over the rows of both. The interval of both together adds their half-widths in "
        "squares.",
        "quiet",
    )


def _leaderboard(configurations: Sequence[Mapping[str, Any]], seeds: str | None) -> Iterator[Block]:
    yield Heading("The best configurations over fresh seeds")
    if seeds:
        yield Paragraph(seeds)
    yield Table(
        "Leaderboard",
        (
            Column("rank", "number"),
            Column("trial", "number"),
            Column("seeds", "number"),
            Column("first,\none seed", "number"),
            Column("first,\nother rows", "number"),
            Column("configuration", "long"),
        ),
        [_place(configuration) for configuration in configurations],
        "Rank is by the mean of the seeds; first, how often a configuration would lead",
    )


def _place(configuration: Mapping[str, Any]) -> Sequence[str]:
    return [
        say_count(configuration["rank"]),
        str(configuration["trial"]),
        say_numbers(configuration["seeds"]),
        say_share(configuration["first_by_seed"]),
        say_share(configuration["first_by_rows"]),
        say_params(configuration["params"]),
    ]


def _contenders(choice: Mapping[str, Any]) -> Iterator[Block]:
    contenders = choice["contenders"]
    yield Figure("winners", "The shares of the table as bars.", partial(winners, contenders))
    yield Table(
        "Trials that would have won",
        (
            Column("trial", "number"),
            Column("in the search", "number"),
            Column("wins", "number", strong=True),
            Column("rank over fresh seeds", "number"),
        ),
        [
            [
                str(contender["trial"]),
                say_number(contender["value"]),
                say_share(contender["share"]),
                say_count(contender["rank"]),
            ]
            for contender in contenders
        ],
        f"The trials that win most often on {say_count(choice['draws'])} bootstrap resamples of "
        "the validation rows",
    )
