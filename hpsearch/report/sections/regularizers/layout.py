"""How regularizers are laid out: taken away, over the search, and what they left of weights."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.blocks import Block, Cell, Column, Figure, Heading, Paragraph, Table
from hpsearch.wording import (
    NOTHING,
    say_count,
    say_interval,
    say_number,
    say_share,
    say_signed,
)

_OBSERVED = "This was observed, not tried out: "
_GUIDED = (
    f"{_OBSERVED}the sampler proposed more of what had worked, so trials with and without a "
    "regularizer differ in much else."
)
_RANDOM = (
    f"{_OBSERVED}the sampler drew at random, but trials that were pruned are not among the values, "
    "and sets of few trials are luck."
)


def blocks(outcome: Outcome, values: Mapping[str, Any]) -> Iterator[Block]:
    """The section."""
    objective, absences = outcome.task.objective, values["absences"]
    if values["ablation"]:
        yield from _ablation(objective, values["trial"], values["ablation"])
    else:
        yield Paragraph(absences["ablation"], "absent")
    yield Heading("With and without over the whole search")
    if values["search"]:
        yield from _search(objective, values["search"], values["listed"])
    else:
        yield Paragraph(absences["search"], "absent")
    yield Heading("What is left of the weights")
    if values["layers"]:
        yield from _weights(values["layers"], values["small"])
    else:
        yield Paragraph(absences["layers"], "absent")


def _ablation(objective: str, trial: int, ablation: Mapping[str, Any]) -> Iterator[Block]:
    seeds, variants = ablation["seeds"], ablation["variants"]
    if ablation["said"]:
        yield Paragraph(" ".join(ablation["said"]))
    if any(variant["change"] for variant in variants):
        each = ", and of each seed as a stroke below" if seeds > 1 else ""
        yield Figure(
            "changes",
            f"Trial {trial} without each of its regularizers: change of {objective} with a 95 % "
            f"interval{each}. Right of 0 the network is worse without.",
        )
    yield Table(
        [
            Column(f"trial {trial}", "name"),
            Column("change", "number", strong=True),
            Column("reading"),
            Column("mean", "number"),
            Column("change of each seed", "long"),
        ],
        [
            ["as it is", NOTHING, "", say_number(ablation["value"]), NOTHING],
            *(
                [
                    variant["label"],
                    _change(variant["change"]),
                    variant["reading"],
                    say_number(variant["value"]),
                    ", ".join(map(say_signed, variant["seeds"])),
                ]
                for variant in variants
            ),
        ],
        "Ablation of the winner",
        f"{objective} of {say_count(seeds)} seed{'s' if seeds != 1 else ''}. In brackets, 95 % "
        "intervals",
    )
    yield Paragraph(_how_it_was_compared(trial, seeds, len(variants)))


def _how_it_was_compared(trial: int, seeds: int, variants: int) -> str:
    interval = (
        "An interval is over seeds and validation rows at once, by Student's t with "
        "Satterthwaite's degrees of freedom."
        if seeds > 1
        else "With one seed an interval is over the validation rows alone: what another seed would "
        "change is not in it."
    )
    each = " Each interval holds for itself, not for all of them together." if variants > 1 else ""
    return (
        f"Every training has the seed of one of trial {trial}'s, so changes are paired by seed and "
        f"by row. {interval}{each} Trial {trial} was chosen by these rows and nothing was tuned "
        "anew for its variants: both flatter what it has."
    )


def _change(change: Mapping[str, float] | None) -> Cell:
    if not change:
        return Cell(NOTHING)
    return Cell(say_signed(change["value"]), say_interval(change))


def _search(objective: str, search: Mapping[str, Any], listed: int) -> Iterator[Block]:
    yield Paragraph(
        f"{_GUIDED if search['guided'] else _RANDOM} What a regularizer buys is told by taking it "
        f"away, not by these tables. Best and median are of the complete trials' {objective}."
    )
    values = [Column(title, "number") for title in ("best", "median", "complete", "pruned")]
    yield Table(
        [Column("regularizer", "name"), Column(""), *values],
        [
            [Cell(one["label"], rows=2) if word == "on" else None, word, *_group(group)]
            for one in search["switches"]
            for word, group in (("on", one["on"]), ("off", one["off"]))
        ],
        "Trials with and without each regularizer",
        "Trials with each regularizer and without it",
    )
    sets = search["sets"]
    some = f": the best {listed} of {len(sets)} sets" if len(sets) > listed else ""
    yield Table(
        [*values, Column("on")],
        [[*_group(one), one["label"]] for one in sets[:listed]],
        "Trials by their set of regularizers",
        f"Trials by all that was on{some}",
    )


def _group(group: Mapping[str, Any]) -> tuple[str, str, str, str]:
    return (
        say_number(group["best"]),
        say_number(group["median"]),
        say_count(group["complete"]),
        say_count(group["pruned"]),
    )


def _weights(layers: Mapping[str, Any], small: float) -> Iterator[Block]:
    yield Paragraph(
        f"{layers['said']} Gradient steps make weights small, hardly ever exactly 0. The tables "
        "show the weights after the last epoch, not those of the best one, as means over the seeds."
    )
    shares = f"Share of each layer's weights nearer to 0 than {small}"
    yield _by_layer(layers, shares, lambda layer: say_share(layer["share_small"]))
    norms = "Euclidean norm of each layer's weights"
    yield _by_layer(layers, norms, lambda layer: say_number(layer["norm"], 2))


def _by_layer(
    layers: Mapping[str, Any], caption: str, say: Callable[[Mapping[str, Any]], str]
) -> Table:
    return Table(
        [Column("network", "name"), *(Column(name, "number") for name in layers["names"])],
        [
            [network["label"], *(say(layer) for layer in network["layers"])]
            for network in layers["networks"]
        ],
        caption,
        caption,
    )
