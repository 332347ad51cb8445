"""How rows are prepared for a network: the part of a recipe that is learned from train rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.space.space import Scalar, Space


@dataclass(frozen=True, slots=True)
class Preparation:
    """How rows are prepared.

    Attributes:
        scaling: Of columns of numbers.
        target_transform: What a network learns of a target that is a number.
    """

    scaling: str = "standard"
    target_transform: str = "none"


def preparation_of(values: Mapping[str, Scalar]) -> Preparation:
    """That of a trial's values; what is missing has its default."""
    return Preparation(
        **{name: str(values.get(name, HYPERPARAMETERS[name].default)) for name in NAMES}
    )


def preparations_of(space: Space) -> tuple[Preparation, ...]:
    """All that trials of a space may have; the first is for what is no trial."""
    values = (space.values_of(name, HYPERPARAMETERS[name].default) for name in NAMES)
    return tuple(preparation_of(dict(zip(NAMES, each, strict=True))) for each in product(*values))


NAMES = ("scaling", "target_transform")
