"""How rows are prepared for a network: the part of a recipe that is learned from train rows."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import product

from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.space.space import Scalar, Space


@dataclass(frozen=True, slots=True)
class Preparation:
    """How rows are prepared.

    Attributes:
        scaling: How columns of numbers are scaled.
        target_transform: What a network learns of a target that is a number.
    """

    scaling: str = "standard"
    target_transform: str = "none"


#: The hyperparameters that a preparation consists of.
NAMES = tuple(field.name for field in fields(Preparation))


def preparation_of(values: Mapping[str, Scalar]) -> Preparation:
    """The preparation that a trial's values name; a missing value has its default."""
    return Preparation(
        **{name: str(values.get(name, HYPERPARAMETERS[name].default)) for name in NAMES}
    )


def preparations_of(space: Space) -> tuple[Preparation, ...]:
    """All preparations that trials of a space may have; the first is that of baselines."""
    values = (space.values_of(name, HYPERPARAMETERS[name].default) for name in NAMES)
    return tuple(preparation_of(dict(zip(NAMES, each, strict=True))) for each in product(*values))
