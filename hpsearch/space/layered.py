"""Hyperparameters that each hidden layer may have for itself: ``layers.0.units``."""

from collections.abc import Mapping

from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.space.space import Scalar

#: Those of which a study file may list a value for each hidden layer.
LAYERED = ("units", "l1", "l2", "dropout")

_LAYERS = "layers."


def layer_path(layer: int, name: str) -> str:
    """The path of a hidden layer's own value, the first layer being 0: ``layers.0.units``."""
    return f"{_LAYERS}{layer}.{name}"


def entry_of(path: str) -> str:
    """The entry that a path comes from.

    ``l1`` for ``l1.on``, for ``layers.0.l1`` and for the alternative ``l1.2``.
    """
    own = path.removeprefix(_LAYERS)
    return path.partition(".")[0] if own == path else own.partition(".")[2]


def depth_of(values: Mapping[str, Scalar]) -> int:
    """How many hidden layers a configuration has."""
    return int(values.get("layers", HYPERPARAMETERS["layers"].default))


def values_by_layer(values: Mapping[str, Scalar], name: str) -> tuple[Scalar, ...]:
    """What each hidden layer of a configuration has of a hyperparameter, the first layer's first.

    Args:
        values: Hyperparameters by path; a layer without a value of its own has that of all layers.
    """
    common = values.get(name, HYPERPARAMETERS[name].default)
    return tuple(values.get(layer_path(layer, name), common) for layer in range(depth_of(values)))
