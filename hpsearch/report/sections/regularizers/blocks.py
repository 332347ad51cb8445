"""The section on regularizers as a reader sees it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.blocks import (
    Block,
    Cell,
    Code,
    Column,
    Figure,
    Heading,
    Paragraph,
    Row,
    Table,
)
from hpsearch.report.cells import estimate_cell
from hpsearch.report.section import Values
from hpsearch.report.sections.regularizers.checks import make_checks
from hpsearch.report.sections.regularizers.figures import changes
from hpsearch.tasks.task import Task
from hpsearch.wording import NOTHING, say_count, say_number, say_share, say_signed

#: What is summarized of trials, in the tables of the search.
OF_TRIALS = tuple(Column(title, "number") for title in ("best", "median", "complete", "pruned"))


def make_blocks(outcome: Outcome, values: Values) -> Sequence[Block]:
    """The ablation, trials with and without over the whole search, and the weights."""
    return list(_blocks(outcome.task, values))


def _blocks(task: Task, values: Values) -> Iterator[Block]:
    absences = values["absences"]
    if values["ablation"]:
        yield from _ablation(task, values["ablation"], values["trial"])
    else:
        yield Paragraph(absences["ablation"], "absent")
    if values["checks"]:
        yield Heading("Were they in force?")
        yield make_checks(values["checks"])
    yield Heading("With and without over the whole search")
    if values["search"]:
        yield from _search(task, values["search"], values["listed"])
    else:
        yield Paragraph(absences["search"], "absent")
    yield Heading("What is left of the weights")
    if values["layers"]:
        yield from _layers(values["layers"], values["small"])
    else:
        yield Paragraph(absences["layers"], "absent")


def _ablation(task: Task, ablation: Mapping[str, Any], trial: int) -> Iterator[Block]:
    variants, seeds = ablation["variants"], ablation["seeds"]
    yield Paragraph(" ".join(ablation["said"]))
    if any(variant["change"] for variant in variants):
        change = "change of" if task.metric.sign > 0 else "lost"
        strokes = ", and of each seed as a stroke below" if seeds > 1 else ""
        yield Figure(
            "changes",
            f"Trial {trial} without each of its regularizers: {change} {task.objective} with "
            f"a 95 % interval{strokes}. Right of 0 the network is worse "
            "without.",
            partial(changes, task, variants),
        )
    as_it_is: Row = ["as it is", NOTHING, "", say_number(ablation["value"]), NOTHING]
    yield Table(
        "Ablation of the winner",
        (
            Column(f"trial {trial}", header=True),
            Column("change", "number", strong=True),
            Column("reading"),
            Column("mean", "number"),
            Column("change of each seed", "long"),
        ),
        [as_it_is, *map(_variant, variants)],
        f"{task.objective} of {say_count(seeds)} seed{'s' if seeds != 1 else ''}. In brackets, "
        "95 % intervals",
    )
    yield Paragraph(_how_measured(task, trial, seeds, len(variants)))


def _variant(variant: Mapping[str, Any]) -> Row:
    return [
        variant["label"],
        estimate_cell(variant["change"], say_signed),
        variant["reading"],
        say_number(variant["value"]),
        ", ".join(map(say_signed, variant["seeds"])),
    ]


def _how_measured(task: Task, trial: int, seeds: int, variants: int) -> str:
    intervals = (
        "An interval covers seeds alone, by Student's t."
        if not task.ranks_by_loss
        else "An interval covers seeds and validation rows at once, by Student's t with "
        "Satterthwaite's degrees of freedom."
        if seeds > 1
        else "With one seed an interval is over the validation rows alone: it does not include "
        "what another seed would change."
    )
    caveat = (
        " Each interval holds for itself, not for all of them together." if variants > 1 else ""
    )
    return (
        f"Every training has the seed of one of trial {trial}'s, so changes are paired by seed and "
        f"by row. {intervals}{caveat} Trial {trial} was chosen by these rows and nothing was tuned "
        "anew for its variants: both flatter what it has."
    )


def _search(task: Task, search: Mapping[str, Any], listed: int) -> Iterator[Block]:
    sampler = (
        "the sampler proposed more of what had worked, so trials with and without a regularizer "
        "differ in much else."
        if search["guided"]
        else "the sampler drew at random, but trials that were pruned are not among the values, "
        "and sets of few trials are luck."
    )
    yield Paragraph(
        (
            f"This was observed, not tried out: {sampler} What a regularizer buys is shown by "
            "taking it away, not by these tables. Best and median are of the complete trials' ",
            Code(task.objective),
            ".",
        )
    )
    yield Table(
        "Trials with and without each regularizer",
        (Column("regularizer", header=True), Column(), *OF_TRIALS),
        [row for switch in search["switches"] for row in _switch(switch)],
        "Trials with each regularizer and without it",
    )
    sets = search["sets"]
    cut = f", the best {listed} of {len(sets)} sets" if len(sets) > listed else ""
    yield Table(
        "Trials by their set of regularizers",
        (*OF_TRIALS, Column("on")),
        [[*_trials(trials), trials["label"]] for trials in sets[:listed]],
        f"Trials by all that was on{cut}",
    )


def _switch(switch: Mapping[str, Any]) -> Iterator[Row]:
    yield [Cell(switch["label"], rows=2), "on", *_trials(switch["on"])]
    yield [None, "off", *_trials(switch["off"])]


def _trials(trials: Mapping[str, Any]) -> Sequence[str]:
    return [
        say_number(trials["best"]),
        say_number(trials["median"]),
        say_count(trials["complete"]),
        say_count(trials["pruned"]),
    ]


def _layers(layers: Mapping[str, Any], small: float) -> Iterator[Block]:
    yield Paragraph(
        f"{layers['said']} Gradient steps make weights small, hardly ever exactly 0. The tables "
        "show means over the seeds; where no epoch is named, after the last one, not the best."
    )
    yield _of_layers(
        layers,
        f"Share of each layer's weights closer to 0 than {small}",
        lambda layer: say_share(layer["share_small"]),
    )
    yield _of_layers(
        layers,
        "Euclidean norm of each layer's weights",
        lambda layer: say_number(layer["norm"], 2),
    )
    if layers["by_epoch"]["epochs"]:
        yield _by_epoch(layers["by_epoch"], layers["networks"])


def _by_epoch(by_epoch: Mapping[str, Any], networks: Sequence[Mapping[str, Any]]) -> Table:
    caption = "Euclidean norm of all weights by epoch"
    epochs = [Column(say_count(epoch), "number", group="epoch") for epoch in by_epoch["epochs"]]
    rows = [
        [network["label"], *(say_number(norm, 2) for norm in by_epoch["norms"][network["name"]])]
        for network in networks
    ]
    return Table(caption, (Column("network", header=True), *epochs), rows, caption)


def _of_layers(
    layers: Mapping[str, Any], caption: str, say: Callable[[Mapping[str, Any]], str]
) -> Table:
    return Table(
        caption,
        (
            Column("network", header=True),
            *(Column(name, "number") for name in layers["names"]),
        ),
        [[network["label"], *map(say, network["layers"])] for network in layers["networks"]],
        caption,
    )
