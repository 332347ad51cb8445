"""The shapes that programs are compiled for, and where each array stands in their one flat vector.

Widths are padded with zeros up to a few sizes, so that few programs serve a search; a padded unit
has zero weights, gets zero gradients and changes nothing that is learnt. All trained arrays stand
in one vector, so that an optimizer's step is one loop whatever the depth. Imports no TensorFlow:
the pool asks here which segments share a program.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hpsearch.models.arrays import Arrays, ArraySpec
from hpsearch.models.network import Network
from hpsearch.models.recipe import Recipe
from hpsearch.training.compiled.fields import fields_of

#: Row numbers handed over in one call; bounds a chunk's epochs.
CHUNK_ROWS = 2**18

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Slot:
    """An array of a padded network, and which layer holds it at which place."""

    layer: int
    place: int
    array: ArraySpec


@dataclass(frozen=True, slots=True)
class Shape:
    """What a program is compiled for; ``network`` is padded, ``layered`` is that of the knobs.

    With ``averaging`` it averages the weights over steps, and validates that. ``features`` are of
    that type; ``weighting`` says what makes rows count differently, as
    ``Fold.weighting`` does.
    """

    task: str
    objective: str
    target_transform: str
    network: Network
    clipped: bool
    layered: bool
    averaging: bool = field(repr=False)
    columns: int
    rows: int
    batch_size: int
    validation_rows: int
    features: str = "float32"
    weighting: tuple[str, ...] = field(default=(), repr=False)

    @property
    def name(self) -> str:
        """What programs are kept under: another for each shape."""
        averaging = ("of averaged weights",) if self.averaging else ()
        return " ".join((" weighted by ".join((repr(self), *self.weighting)), *averaging))

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns of a step's coefficients; see ``updates``."""
        return fields_of(len(self.network.widths) if self.layered else 0)

    @property
    def steps(self) -> int:
        """Steps an epoch."""
        return -(-self.rows // self.batch_size)

    @property
    def chunk(self) -> int:
        """Most epochs of one call."""
        return int(np.clip(CHUNK_ROWS // self.rows, 1, 32))

    @property
    def trained(self) -> tuple[Slot, ...]:
        """The trained arrays as the flat vector holds them.

        First those that L1 and L2 count, then others that decay: so two lengths say which are.
        """
        trained = (slot for slot in _slots(self.network, self.columns) if slot.array.trained)
        return tuple(
            sorted(trained, key=lambda slot: (not slot.array.penalized, not slot.array.decayed))
        )

    @property
    def penalized(self) -> int:
        """Length of the arrays that L1 and L2 count, with which the flat vector begins."""
        return sum(slot.array.size for slot in self.trained if slot.array.penalized)

    @property
    def decayed(self) -> int:
        """Length of the arrays that decay, with which the flat vector begins."""
        return sum(slot.array.size for slot in self.trained if slot.array.decayed)

    @property
    def averaged(self) -> tuple[int, ...]:
        """Of each layer, how many columns have a moving mean and a moving variance."""
        moving = [
            [array.size for array in arrays if not array.trained]
            for arrays in self.network.arrays(self.columns)
        ]
        return tuple(sizes[0] if sizes else 0 for sizes in moving)


def shape_of(
    recipe: Recipe,
    *,
    columns: int,
    rows: int,
    validation_rows: int,
    features: str = "float32",
    weighting: tuple[str, ...] = (),
) -> Shape:
    """The shape that a recipe is trained by on so many rows, of features of a type."""
    return Shape(
        *program_of(recipe),
        columns=columns,
        rows=rows,
        batch_size=min(recipe.batch_size, rows),
        validation_rows=validation_rows,
        features=features,
        weighting=weighting,
    )


def program_of(recipe: Recipe) -> tuple[str, str, str, Network, bool, bool, bool]:
    """What decides which program trains a recipe: equal for those that share one."""
    padded = recipe.network.with_widths(padded_widths(recipe.network.widths))
    transform = recipe.preparation.target_transform
    averaging = recipe.keep == "average"
    switches = (recipe.knobs.clip_norm > 0, recipe.knobs.layered, averaging)
    return recipe.task, recipe.objective, transform, padded, *switches


def padded_widths(widths: Sequence[int]) -> tuple[int, ...]:
    """The widths that a program is compiled for.

    Equal widths are padded to a multiple of 16, by a quarter at most above 64; unequal ones, of
    which there are many more, to the next power of two.
    """
    if not widths:
        return ()
    if len(set(widths)) > 1:
        return tuple(max(16, 1 << (width - 1).bit_length()) for width in widths)
    width = widths[0]
    step = max(16, 1 << max((width - 1).bit_length() - 3, 0))
    return (-(-width // step) * step,) * len(widths)


def flatten(weights: Arrays, network: Network, shape: Shape) -> tuple[Vector, Vector]:
    """A network's weights as a program holds them.

    Args:
        weights: The arrays of all layers in their order.

    Returns:
        The trained arrays, padded, in the order of ``Shape.trained``; and the moving averages
        ``(2, all averaged columns)``, mean and variance.
    """
    own = {
        (slot.layer, slot.place): array
        for slot, array in zip(_slots(network, shape.columns), weights, strict=True)
    }
    pieces = [_padded(own[slot.layer, slot.place], slot.array) for slot in shape.trained]
    moving = [
        _padded(own[slot.layer, slot.place], slot.array)
        for slot in _slots(shape.network, shape.columns)
        if not slot.array.trained
    ]
    averages = [np.concatenate(moving[part::2] or [np.zeros(0, np.float32)]) for part in (0, 1)]
    flat = np.concatenate([piece.ravel() for piece in pieces])
    return flat, np.stack(averages).astype(np.float32)


def unflatten(flat: Vector, averages: Vector, network: Network, shape: Shape) -> Arrays:
    """Inverse of ``flatten``: the network's own widths."""
    ends = np.cumsum([slot.array.size for slot in shape.trained])
    padded: dict[tuple[int, int], Vector] = {
        (slot.layer, slot.place): piece.reshape(slot.array.shape)
        for slot, piece in zip(shape.trained, np.split(flat, ends[:-1]), strict=True)
    }
    moving = [slot for slot in _slots(shape.network, shape.columns) if not slot.array.trained]
    starts = np.cumsum((0, *shape.averaged))
    for slot, part in zip(moving, [0, 1] * (len(moving) // 2), strict=True):
        padded[slot.layer, slot.place] = averages[part, starts[slot.layer] :][: slot.array.size]
    return tuple(
        np.ascontiguousarray(
            padded[slot.layer, slot.place][tuple(slice(length) for length in slot.array.shape)],
            np.float32,
        )
        for slot in _slots(network, shape.columns)
    )


def _slots(network: Network, columns: int) -> Iterator[Slot]:
    """The arrays of a network in the order of its layers."""
    for layer, arrays in enumerate(network.arrays(columns)):
        for place, array in enumerate(arrays):
            yield Slot(layer, place, array)


def _padded(array: NDArray[np.generic], form: ArraySpec) -> Vector:
    whole = np.full(form.shape, form.padding, np.float32)
    whole[tuple(slice(length) for length in array.shape)] = array
    return whole
