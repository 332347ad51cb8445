"""Layers of every kind and networks of several forms, with arrays for them."""

import importlib
import pkgutil
from collections.abc import Iterable, Mapping

import numpy as np

from hpsearch.models import layers
from hpsearch.models.arrays import Array, Arrays, ArraySpec
from hpsearch.models.dense import Membership, dense_network, knobs_of
from hpsearch.models.layers.activation import Activation
from hpsearch.models.layers.batch_normalization import BatchNormalization
from hpsearch.models.layers.dense import Dense
from hpsearch.models.layers.dropout import Dropout
from hpsearch.models.layers.layer import Layer
from hpsearch.models.layers.member_dense import MemberDense
from hpsearch.models.layers.member_dropout import MemberDropout
from hpsearch.models.layers.member_scale import MemberScale
from hpsearch.models.layers.members import Members
from hpsearch.models.network import Network
from hpsearch.space.hyperparameter import ACTIVATIONS

COLUMNS, ROWS = 4, 33

#: Dropout and penalties are on, so that every layer has its counterpart in Keras.
KNOBS = knobs_of({"dropout": 0.3, "l1": 1e-3, "l2": 1e-2}, epochs=10, decay_epochs=10)

LAYERS: tuple[Layer, ...] = (
    Dense(5),
    Dense(1),
    Dense(3, use_bias=False),
    Dense(3, penalized=False),
    BatchNormalization(),
    *map(Activation, ACTIVATIONS),
    Dropout(),
    Members(2),
    MemberScale(2, "normal"),
    MemberScale(2, use_bias=True),
    MemberDense(2, 1),
    MemberDense(2, 3, penalized=True),
    MemberDropout(2),
    MemberDropout(2, shared=False),
)

#: The last is of no family: its layers stand in an order of their own.
NETWORKS: Mapping[str, Network] = {
    "plain": dense_network((7, 7), "elu", batch_normalization=False, outputs=1),
    "unequal": dense_network((9, 5, 3), "silu", batch_normalization=False, outputs=1),
    "normalized": dense_network((6, 6), "gelu", batch_normalization=True, outputs=1),
    "all": dense_network((5, 20), "selu", batch_normalization=True, outputs=3),
    "three outputs": dense_network((8,), "tanh", batch_normalization=False, outputs=3),
    "linear": dense_network((), "elu", batch_normalization=True, outputs=3),
    "another order": Network(
        (
            BatchNormalization(),
            Dense(6),
            Dense(4, use_bias=False),
            Activation("tanh"),
            BatchNormalization(),
            Dropout(),
            Dense(3, penalized=False),
        )
    ),
    **{
        f"members, {name}": dense_network(
            widths, "elu", batch_normalization=normalized, outputs=outputs, membership=membership
        )
        for name, widths, normalized, outputs, membership in (
            ("plain", (7, 7), False, 1, Membership(3)),
            ("three outputs", (6, 3), False, 3, Membership(2, shared_dropout=False)),
            ("normalized", (5, 5), True, 1, Membership(2, initializer="signs")),
            ("at the input", (7, 9), False, 3, Membership(3, "input")),
            ("at the input, normalized", (7,), True, 1, Membership(3, "input")),
            ("linear", (), False, 1, Membership(4)),
        )
    },
}


def kinds() -> set[type]:
    """The classes of layers, from all modules of their package."""
    modules = [
        importlib.import_module(f"{layers.__name__}.{module.name}")
        for module in pkgutil.iter_modules(layers.__path__)
    ]
    return {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and value is not Layer and hasattr(value, "stock")
    }


def random_arrays(specs: Iterable[ArraySpec], seed: int = 0) -> Arrays:
    """Arrays as of a network that has been trained for a while; variances are positive."""
    rng = np.random.default_rng(seed)
    return tuple(
        (
            rng.uniform(0.5, 1.5, array.shape)
            if array.initializer == "ones"
            else rng.normal(0, 0.6, array.shape)
        ).astype(np.float32)
        for array in specs
    )


def weights_of(network: Network, columns: int = COLUMNS) -> Arrays:
    """``random_arrays`` of a whole network."""
    return random_arrays(array for arrays in network.arrays(columns) for array in arrays)


def rows_of(columns: int = COLUMNS, rows: int = ROWS, seed: int = 1, members: int = 1) -> Array:
    """Features, float32 ``(rows, columns)``, or with members an axis for them between."""
    shape = (rows, columns) if members == 1 else (rows, members, columns)
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def members_before(layer: Layer) -> int:
    """How many members the values have that a layer gets; 1 for none."""
    return 1 if isinstance(layer, Members) else members_behind(layer)


def members_behind(layer: Layer) -> int:
    """How many members the values have that a layer gives; 1 for none."""
    return int(getattr(layer, "members", 1))


def drawn(layer: Layer, columns: int) -> int:
    """How many numbers dropout draws for a row."""
    return layer.drawn(columns) if isinstance(layer, Dropout | MemberDropout) else 0
