"""Layers held to the stock Keras layers that compute the same."""

from typing import Any

import numpy as np
import pytest

from hpsearch.models.arrays import Array, Arrays
from hpsearch.models.layers.layer import Layer
from hpsearch.models.network import Network
from tests.models.networks import (
    COLUMNS,
    KNOBS,
    LAYERS,
    NETWORKS,
    members_before,
    members_behind,
    random_arrays,
    rows_of,
    weights_of,
)

pytestmark = pytest.mark.usefixtures("tensorflow")


def stock_layer(layer: Layer) -> Any:
    """The Keras layer, built for ``COLUMNS`` columns."""
    import keras

    from hpsearch.training.keras.model import make

    stock = layer.stock(KNOBS, COLUMNS, 0)
    assert stock is not None
    made = make(stock, keras.layers)
    made.build(rows_for(layer).shape)
    return made


def rows_for(layer: Layer) -> Array:
    """What a layer may get."""
    return rows_of(members=members_before(layer))


def stock_model(network: Network, weights: Arrays) -> Any:
    """The Keras model, with these weights."""
    import keras

    from hpsearch.training.keras.model import layers_of, set_weights

    model = keras.Sequential([keras.Input((COLUMNS,)), *layers_of(network, KNOBS, COLUMNS)])
    set_weights(model, weights)
    return model


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_arrays_are_those_of_keras(layer: Layer) -> None:
    specs, weights = layer.arrays(COLUMNS), stock_layer(layer).weights
    assert [(spec.name, spec.shape, spec.trained) for spec in specs] == [
        (weight.name, weight.shape, weight.trainable) for weight in weights
    ]
    members = members_behind(layer) > 1
    for spec, weight in zip(specs, weights, strict=True):
        if spec.initializer == "zeros" or (spec.initializer == "ones" and not members):
            np.testing.assert_array_equal(
                spec.initial(np.random.default_rng(0)), weight.value.numpy()
            )
        elif spec.initializer == "glorot_uniform":
            limit = np.sqrt(6 / sum(spec.shape[-2:]))
            assert np.abs(spec.initial(np.random.default_rng(0))).max() <= limit


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_the_reference_of_each_layer_equals_keras(layer: Layer) -> None:
    x, arrays = rows_for(layer) * 3, random_arrays(layer.arrays(COLUMNS))
    made = stock_layer(layer)
    made.set_weights(arrays)
    expected = made(x, training=False).numpy()
    assert expected.shape == rows_of(layer.outputs(COLUMNS), members=members_behind(layer)).shape
    values = layer.apply(arrays, x)
    assert values.dtype == np.float32
    np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_the_reference_of_a_network_equals_keras(network: Network) -> None:
    weights, x = weights_of(network), rows_of()
    expected = stock_model(network, weights)(x, training=False).numpy()
    np.testing.assert_allclose(network.outputs(weights, x), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_names_weights_and_penalties_are_those_of_keras(network: Network) -> None:
    weights = weights_of(network)
    model = stock_model(network, weights)
    assert tuple(layer.name for layer in model.layers) == network.names()
    assert sum(weight.value.numpy().size for weight in model.trainable_weights) == (
        network.parameters(COLUMNS)
    )
    specs = [array for arrays in network.arrays(COLUMNS) for array in arrays]
    penalty = sum(
        KNOBS.l1 * np.abs(array).sum() + KNOBS.l2 * (array**2).sum()
        for spec, array in zip(specs, weights, strict=True)
        if spec.penalized
    )
    assert float(sum(model.losses)) == pytest.approx(float(penalty), rel=1e-5)


def test_dropout_layers_of_keras_have_seeds_of_their_own() -> None:
    network = NETWORKS["unequal"]
    model = stock_model(network, weights_of(network))
    seeds = [layer.seed for layer in model.layers if hasattr(layer, "rate")]
    assert len(set(seeds)) == len(seeds) == len(network.widths)
