"""The section on the search as a reader sees it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from hpsearch.analysis.pruning import best_so_far
from hpsearch.analysis.spending import endings
from hpsearch.evaluation.outcome import Outcome
from hpsearch.record.status import finite_value, trial_status
from hpsearch.report.blocks import Block, Column, Figure, Heading, Paragraph, Table
from hpsearch.report.figures.axes import BadSide
from hpsearch.report.section import Values
from hpsearch.report.sections.search.figures import pruned_beside_winner, search_history
from hpsearch.report.sections.search.parameters import (
    importance_blocks,
    slice_blocks,
    space_blocks,
)
from hpsearch.report.sections.search.values import weigh_outcome
from hpsearch.search.clock import problem_of
from hpsearch.wording import say_count, say_kept_epoch, say_number, say_params

#: Trials that are listed with their configuration.
BEST = 10


def make_blocks(outcome: Outcome, values: Values) -> Sequence[Block]:
    """Counts, importances, slices, history, pruning, and what was searched."""
    return list(_blocks(outcome, values))


def _blocks(outcome: Outcome, values: Values) -> Iterator[Block]:
    several, bad = values["valued"] > 1, BadSide(outcome.task.metric)
    yield Paragraph(_counts(values))
    yield Heading("Which parameters mattered")
    yield Paragraph(values["said"]["importances"])
    if values["importances"]:
        yield from importance_blocks(values["importances"], values["importance_evaluator"])
    if several:
        yield from slice_blocks(outcome, values)
    yield Heading("How the best value came about")
    yield Paragraph(values["said"]["history"])
    if several:
        yield Figure(
            "history",
            "Trials in the order in which they ended, and by the core-seconds that all trials had "
            "spent by then; the line is the best complete one so far. Trials without a value, or "
            f"far {bad.side} the rest, stand on the {bad.edge} edge.",
            partial(_draw_history, outcome),
        )
    if values["improvements"]:
        yield _steps(values["improvements"])
    if several:
        yield _best(outcome)
    yield from _pruning(outcome, values)
    yield Heading("What was searched")
    yield from space_blocks(values)


def _counts(values: Values) -> str:
    counts = values["trials"]
    states = ", ".join(
        f"{say_count(counts[state])} {state}"
        for state in ("complete", "pruned", "diverged", "failed", "running")
    )
    return (
        f"{say_count(counts['total'])} of {say_count(values['trials_wanted'])} trials: {states}; "
        f"{say_count(values['epochs'])} epochs and {say_number(values['core_seconds'], 1)} "
        "core-seconds of the virtual clock in all. Such a second is nominal: what a network's "
        "operations take on one core of the study's clock, the same on every computer."
    )


def _steps(improvements: Sequence[Mapping[str, Any]]) -> Table:
    return Table(
        "Steps of the best value",
        (
            Column("trial", "number"),
            Column("best so far", "number", strong=True),
            Column("trials ended", "number"),
            Column("core-seconds", "number"),
        ),
        [
            [
                str(step["trial"]),
                say_number(step["value"]),
                say_count(step["ended"]),
                say_number(step["core_seconds"], 1),
            ]
            for step in improvements
        ],
        "Each trial that was the best when it ended",
    )


def _best(outcome: Outcome) -> Table:
    sign = outcome.task.metric.sign
    valued = [
        (value, trial) for trial in outcome.trials if (value := finite_value(trial)) is not None
    ]
    return Table(
        "The ten best trials",
        (
            Column("trial", "number"),
            Column("state"),
            Column("value", "number", strong=True),
            Column(say_kept_epoch(map(str, outcome.spec.keeps)), "number"),
            Column("epochs", "number"),
            Column("configuration", "long"),
        ),
        [
            [
                str(trial.number),
                trial_status(trial),
                say_number(value),
                say_count(trial.best_epoch),
                say_count(trial.epochs),
                say_params(trial.params),
            ]
            for value, trial in sorted(valued, key=lambda entry: sign * entry[0])[:BEST]
        ],
        "The ten best values; report.json has every trial",
    )


def _pruning(outcome: Outcome, values: Values) -> Iterator[Block]:
    pruning, edge = values["pruning"], BadSide(outcome.task.metric).edge
    yield Heading("What the pruner saved, and what it may have cost")
    yield Paragraph(values["said"]["pruning"])
    if pruning and pruning["compared"]:
        yield Figure(
            "pruning",
            "Each pruned trial at the epoch at which it was pruned with its best value up to "
            f"there, and the winner's best value by epoch. Those far behind stand on the {edge} "
            "edge.",
            partial(_draw_pruning, outcome),
        )
    if pruning and pruning["listed"]:
        cut = pruning["ahead"] > len(pruning["listed"])
        yield Table(
            "Pruned trials that were ahead of the winner",
            (
                Column("trial", "number"),
                Column("pruned at epoch", "number"),
                Column("its value", "number"),
                Column("the winner's then", "number"),
            ),
            [
                [
                    str(trial["trial"]),
                    say_count(trial["epoch"]),
                    say_number(trial["value"]),
                    say_number(trial["winner"]),
                ]
                for trial in pruning["listed"]
            ],
            f"{'Those furthest ahead' if cut else 'All that were ahead'}, best values up to the "
            "epoch",
        )


def _draw_history(outcome: Outcome) -> str:
    problem = problem_of(outcome.data)
    return search_history(outcome.task, endings(outcome.trials, outcome.spec, problem))


def _draw_pruning(outcome: Outcome) -> str:
    winner = outcome.winner
    if winner is None:
        raise ValueError("pruned trials are compared with a winner, got none")
    curve, keep = outcome.history(winner.trial.run).curve, outcome.recipe(winner.trial).keep
    best = best_so_far(outcome.task.metric, curve, keep)
    return pruned_beside_winner(
        outcome.task, weigh_outcome(outcome).beside, best, winner.trial.number
    )
