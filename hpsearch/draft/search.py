"""The sections of a drafted study that say what is searched, of a size that fits the table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hpsearch.data.profile import ColumnProfile
from hpsearch.draft.entries import Entry, section_lines
from hpsearch.draft.scale import Scale
from hpsearch.draft.target import Target
from hpsearch.errors import printable, shown
from hpsearch.space.hyperparameter import TARGET_TRANSFORMS

__all__ = ["search_sections", "ways_of"]

#: Scalings that are tried on any table; others are for numbers of one kind, such as pixels.
SCALINGS = ("standard", "robust", "quantile")


def ways_of(
    used: Sequence[ColumnProfile], target: Target, scale: Scale
) -> Mapping[str, tuple[str, ...]]:
    """The ways to prepare rows that are tried: of numbers, and of a target with a long tail.

    Each is kept beside the others in memory, so a large table has one.
    """
    ways: dict[str, tuple[str, ...]] = {}
    if scale.scaled and any(column.finding == "number" for column in used):
        ways["scaling"] = SCALINGS
    if target.skewed:
        ways["target_transform"] = TARGET_TRANSFORMS
    return ways


def search_sections(
    scale: Scale, ways: Mapping[str, tuple[str, ...]], target: Target
) -> Iterator[Iterable[str]]:
    """``[network]``, ``[space]``, ``[training]``, ``[search]`` and ``[evaluate]``.

    Args:
        ways: As ``ways_of`` gives them.
    """
    yield section_lines("network", (Entry("activation", "elu"),))
    yield section_lines("space", _space(scale, ways))
    training = (
        Entry("optimizer", "adamw"),
        Entry("schedule", "cosine", "the learning rate falls to 0 over all epochs"),
        Entry("epochs", scale.epochs),
        Entry("patience", scale.patience, "epochs without a better value on validation rows"),
    )
    yield (*section_lines("training", training), *_weights(target))
    yield section_lines("search", (Entry("trials", scale.trials), Entry("parallel", 8)))
    yield section_lines(
        "evaluate",
        (
            Entry("top", 3, "configurations that are trained again,"),
            Entry("seeds", 3, "with so many fresh seeds each"),
        ),
    )


def _weights(target: Target) -> Iterator[str]:
    """What may be done about a class of few rows, as comments."""
    if target.rarest is None:
        return
    name, share = target.rarest
    yield (
        f'# {printable(shown(name))} is {share:.1%} of the rows. class_weights = "balanced" lets '
        f"each class count"
    )
    yield "# as much as any other in training; the probabilities of a rare class are then too high."


def _space(scale: Scale, ways: Mapping[str, tuple[str, ...]]) -> Sequence[Entry]:
    normalized: dict[str, Any] = {"batch_normalization": (False, True)} if scale.normalized else {}
    choices = {**normalized, **ways}
    return [
        Entry("layers", {"int": scale.layers}),
        Entry("units", {"int": scale.units, "log": True}),
        Entry("dropout", {"off_or": scale.dropout}),
        Entry("l2", {"off_or": (1e-6, 1e-2), "log": True}),
        *(Entry(name, {"choice": values}) for name, values in choices.items()),
        Entry("learning_rate", {"float": (1e-3, 3e-2), "log": True}),
        Entry("weight_decay", {"float": (1e-5, 1e-1), "log": True}),
        Entry("batch_size", {"choice": scale.batch_sizes}),
    ]
