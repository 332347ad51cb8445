"""How the search is laid out: parameters, values, history, pruning and the space."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hpsearch.evaluation.outcome import Outcome
from hpsearch.record.status import finite_value, rank_trials, trial_status
from hpsearch.report.blocks import Block, Cell, Column, Figure, Heading, Paragraph, Row, Table
from hpsearch.wording import (
    say_count,
    say_number,
    say_params,
    say_share,
    say_value,
)

#: Trials that the table of the best has.
BEST = 10


def blocks(outcome: Outcome, values: Mapping[str, Any]) -> Iterator[Block]:
    """The section."""
    several = values["valued"] > 1
    yield Paragraph(_say_counts(values))
    yield Heading("Which parameters mattered")
    yield Paragraph(values["said"]["importances"])
    if values["importances"]:
        yield from _importances(values)
    if several:
        yield Heading("Which values were good")
        if values["said"]["slices"]:
            yield Paragraph(values["said"]["slices"])
        yield from _slices(values["slices"])
    yield Heading("How the best value came about")
    yield Paragraph(values["said"]["history"])
    if several:
        yield Figure(
            "history",
            "Trials in the order in which they ended, and by the core-seconds that all trials had "
            "spent by then; the line is the best complete one so far. Trials without a value, or "
            "far above the rest, stand on the upper edge.",
        )
    if values["improvements"]:
        yield _improvements(values["improvements"])
    if several:
        yield _best(outcome)
    yield Heading("What the pruner saved, and what it may have cost")
    yield Paragraph(values["said"]["pruning"])
    if values["pruning"]:
        yield from _pruning(values["pruning"])
    yield Heading("What was searched")
    yield from _space(values)


def _say_counts(values: Mapping[str, Any]) -> str:
    counts = values["trials"]
    states = ("complete", "pruned", "diverged", "failed", "running")
    return (
        f"{say_count(counts['total'])} of {say_count(values['trials_wanted'])} trials: "
        f"{', '.join(f'{say_count(counts[state])} {state}' for state in states)}; "
        f"{say_count(values['epochs'])} epochs and {say_number(values['core_seconds'], 1)} "
        "core-seconds of the virtual clock in all. Such a second is nominal: what a network's "
        "operations take on one core of the study's clock, the same on every computer."
    )


def _importances(values: Mapping[str, Any]) -> Iterator[Block]:
    yield Paragraph(
        "A share says how much a parameter had to do with a trial's value, of one for all "
        f"({values['importance_evaluator']}); it says what mattered in this search, not what a "
        "change would buy."
    )
    yield Figure("importance", "The shares of the table as bars.")
    yield Table(
        [Column("parameter", "name"), Column("share", "number")],
        [
            [Cell(name, style="code"), say_share(share)]
            for name, share in values["importances"].items()
        ],
        "Importances",
    )


def _slices(slices: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
    yield Figure(
        "slices",
        "Each trial by the value of a parameter, ranges on their own scale, choices and "
        "switched-off parameters in columns. Pruned trials stand where they were pruned. What lies "
        "far above the rest stands on the upper edge.",
    )
    yield Table(
        [
            Column("parameter", "name"),
            Column("part"),
            *(Column(title, "number") for title in ("complete", "pruned", "best", "median")),
            Column("among the ten best", "number", strong=True),
        ],
        [
            [
                None if place else Cell(one["name"], style="code", rows=len(one["parts"])),
                part["where"],
                say_count(part["complete"]),
                say_count(part["pruned"]),
                say_number(part["best"]),
                say_number(part["median"]),
                say_count(part["among_best"]),
            ]
            for one in slices
            for place, part in enumerate(one["parts"])
        ],
        "Values by part of each range",
        "Parts of each range: ranges in thirds of their scale; best and median of the complete "
        "trials",
    )


def _improvements(improvements: Sequence[Mapping[str, Any]]) -> Table:
    return Table(
        [
            Column("trial", "number"),
            Column("best so far", "number", strong=True),
            Column("trials ended", "number"),
            Column("core-seconds", "number"),
        ],
        [
            [
                str(step["trial"]),
                say_number(step["value"]),
                say_count(step["ended"]),
                say_number(step["core_seconds"], 1),
            ]
            for step in improvements
        ],
        "Steps of the best value",
        "The steps of the line",
    )


def _best(outcome: Outcome) -> Table:
    return Table(
        [
            Column("trial", "number"),
            Column("state"),
            Column(outcome.task.objective, "number", strong=True),
            Column("best epoch", "number"),
            Column("epochs", "number"),
            Column("configuration", "long"),
        ],
        [
            [
                str(trial.number),
                trial_status(trial),
                say_number(finite_value(trial)),
                say_count(trial.best_epoch),
                say_count(trial.epochs),
                say_params(trial.params),
            ]
            for trial in rank_trials(outcome.trials)[:BEST]
        ],
        "The ten best trials",
        "The ten best values; report.json has every trial",
    )


def _pruning(pruning: Mapping[str, Any]) -> Iterator[Block]:
    if pruning["compared"]:
        yield Figure(
            "pruning",
            "Each pruned trial at the epoch at which it was pruned with its best value up to "
            "there, and the winner's best value by epoch. Those far behind stand on the upper "
            "edge.",
        )
    if listed := pruning["listed"]:
        which = "Those furthest" if pruning["ahead"] > len(listed) else "All that were"
        titles = ("trial", "pruned at epoch", "its value", "the winner's then")
        yield Table(
            [Column(title, "number") for title in titles],
            [
                [
                    str(one["trial"]),
                    say_count(one["epoch"]),
                    say_number(one["value"]),
                    say_number(one["winner"]),
                ]
                for one in listed
            ],
            "Pruned trials that were ahead of the winner",
            f"{which} ahead, best values up to the epoch",
        )


def _space(values: Mapping[str, Any]) -> Iterator[Block]:
    yield Paragraph(
        f"Sampler {values['sampler']}, pruner {values['pruner']}, {say_count(values['parallel'])} "
        f"trials in flight, at most {say_count(values['epochs_of_a_trial'])} epochs a trial."
    )
    searched: list[Row] = [
        [
            Cell(parameter["name"], style="code"),
            parameter["domain"],
            parameter["when"],
            say_value(parameter["winner"]),
        ]
        for parameter in values["space"]
    ]
    fixed: list[Row] = [
        [Cell(name, style="code"), say_value(value), "fixed", say_value(value)]
        for name, value in values["constants"].items()
    ]
    yield Table(
        [
            Column("parameter", "name"),
            Column("values"),
            Column("alive when", "quiet"),
            Column("winner", "number"),
        ],
        [*searched, *fixed],
        "Search space",
    )
