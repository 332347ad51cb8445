"""Networks and their layers as values: arrays, names, numbers of weights and widths."""

from typing import Any

import numpy as np
import pytest

from hpsearch.models.dense import Membership, dense_network
from hpsearch.models.layers.activation import Activation
from hpsearch.models.layers.batch_normalization import EPSILON, BatchNormalization
from hpsearch.models.layers.dense import Dense
from hpsearch.models.layers.dropout import Dropout
from hpsearch.models.layers.member_dense import MemberDense
from hpsearch.models.layers.member_dropout import MemberDropout
from hpsearch.models.layers.member_scale import MemberScale
from hpsearch.models.layers.members import Members
from hpsearch.models.network import Network
from tests.models.networks import COLUMNS, LAYERS, NETWORKS, kinds, rows_of, weights_of


def test_every_kind_of_layer_is_tested_here() -> None:
    assert {type(layer) for layer in LAYERS} == kinds()


def test_a_dense_layer_has_a_kernel_and_a_bias_unless_something_else_shifts() -> None:
    kernel, bias = Dense(5).arrays(4)
    assert (kernel.name, kernel.shape, kernel.initializer) == ("kernel", (4, 5), "glorot_uniform")
    assert (bias.name, bias.shape, bias.initializer) == ("bias", (5,), "zeros")
    assert Dense(5, use_bias=False).arrays(4) == (kernel,)


def test_only_kernels_decay_and_only_hidden_ones_or_the_only_one_are_penalized() -> None:
    for network in NETWORKS.values():
        arrays = [array for layer in network.arrays(COLUMNS) for array in layer]
        scales = [
            array
            for layer, of_layer in zip(network.layers, network.arrays(COLUMNS), strict=True)
            if isinstance(layer, MemberScale)
            for array in of_layer
        ]
        kernels = [array for array in arrays if array.name == "kernel" and array not in scales]
        assert [array for array in arrays if array.decayed] == kernels
        assert [array for array in arrays if array.penalized] == (kernels[:-1] or kernels)


def test_layers_belong_to_the_hidden_layer_before_them() -> None:
    assert NETWORKS["plain"].depths == (0, 0, 0, 1, 1, 1, 2)
    assert NETWORKS["another order"].depths == (0, 0, 1, 1, 1, 1, 2)
    assert NETWORKS["linear"].depths == (0,)


def test_moving_averages_are_not_trained() -> None:
    moving = [array.name for array in BatchNormalization().arrays(3) if not array.trained]
    assert moving == ["moving_mean", "moving_variance"]


def test_a_batch_normalization_takes_the_place_of_a_bias() -> None:
    network = dense_network((5,), "elu", batch_normalization=True, outputs=1)
    assert network.layers == (
        Dense(5, use_bias=False),
        BatchNormalization(),
        Activation("elu"),
        Dropout(),
        Dense(1, penalized=False),
    )


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("plain", (4 * 7 + 7) + (7 * 7 + 7) + (7 + 1)),
        ("unequal", (4 * 9 + 9) + (9 * 5 + 5) + (5 * 3 + 3) + (3 + 1)),
        ("normalized", (4 * 6 + 2 * 6) + (6 * 6 + 2 * 6) + (6 + 1)),
        ("all", (4 * 5 + 2 * 5) + (5 * 20 + 2 * 20) + (20 * 3 + 3)),
        ("linear", 4 * 3 + 3),
        ("three outputs", (4 * 8 + 8) + (8 * 3 + 3)),
        ("another order", 2 * 4 + (4 * 6 + 6) + 6 * 4 + 2 * 4 + (4 * 3 + 3)),
        ("members, plain", 3 * (4 + 2 * 7 + 7 + 2 * 7 + 7 + 1) + 4 * 7 + 7 * 7),
        ("members, at the input", 3 * (4 + 9 * 3 + 3) + (4 * 7 + 7) + (7 * 9 + 9)),
        ("members, linear", 4 * (4 + 4 + 1)),
    ],
)
def test_parameters_are_the_trained_weights(name: str, parameters: int) -> None:
    assert NETWORKS[name].parameters(COLUMNS) == parameters


def test_a_row_meets_each_weight_once_and_shared_weights_once_for_each_member() -> None:
    for name, network in NETWORKS.items():
        if not name.startswith("members"):
            assert network.operations(COLUMNS) == network.parameters(COLUMNS)
    own, shared = 3 * (4 + 2 * 7 + 7 + 2 * 7 + 7 + 1), 4 * 7 + 7 * 7
    assert NETWORKS["members, plain"].operations(COLUMNS) == own + 3 * shared


def test_members_have_kernels_in_common_and_scales_biases_and_heads_of_their_own() -> None:
    network = dense_network(
        (5, 6), "elu", batch_normalization=False, outputs=1, membership=Membership(4)
    )
    assert network.layers == (
        Members(4),
        *(MemberScale(4, "normal"), Dense(5, use_bias=False), MemberScale(4, use_bias=True)),
        *(Activation("elu"), MemberDropout(4)),
        *(MemberScale(4), Dense(6, use_bias=False), MemberScale(4, use_bias=True)),
        *(Activation("elu"), MemberDropout(4)),
        MemberDense(4, 1),
    )
    assert (network.members, network.widths, network.units) == (4, (5, 6), 1)
    assert network.depths[-1] == 2
    at_input = dense_network(
        (5,), "elu", batch_normalization=False, outputs=1, membership=Membership(4, "input")
    )
    scales = [layer for layer in at_input.layers if isinstance(layer, MemberScale)]
    assert scales == [MemberScale(4, "normal")]
    assert Dense(5) in at_input.layers


@pytest.mark.parametrize("initializer", ["normal", "signs"])
def test_scales_are_drawn_once_for_the_columns_of_one_raw_column(initializer: Any) -> None:
    (scale,) = MemberScale(50, initializer).arrays(5)
    drawn = scale.initial(np.random.default_rng(1), sections=(0, 0, 1, 2, 2))
    np.testing.assert_array_equal(drawn[:, 0], drawn[:, 1])
    np.testing.assert_array_equal(drawn[:, 3], drawn[:, 4])
    assert not np.array_equal(drawn[:, 1], drawn[:, 2])
    assert drawn.shape == (50, 5)
    assert drawn.dtype == np.float32
    if initializer == "signs":
        assert set(np.unique(drawn)) == {-1, 1}
    alone = scale.initial(np.random.default_rng(1))
    assert len(np.unique(alone[0])) == (2 if initializer == "signs" else 5)


def test_each_layer_is_named_by_its_kind_and_number() -> None:
    assert NETWORKS["another order"].names() == (
        "batch_normalization_1",
        "dense_1",
        "dense_2",
        "activation_1",
        "batch_normalization_2",
        "dropout_1",
        "outputs",
    )
    for network in NETWORKS.values():
        assert len(set(network.names())) == len(network.layers)


def test_each_layer_gets_the_columns_that_the_one_before_makes() -> None:
    assert NETWORKS["another order"].inputs(COLUMNS) == (4, 4, 6, 4, 4, 4, 4)
    assert NETWORKS["unequal"].inputs(8)[::3] == (8, 9, 5, 3)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_other_widths_change_hidden_units_alone(network: Network) -> None:
    wider = network.with_widths([width + 3 for width in network.widths])
    assert wider.widths == tuple(width + 3 for width in network.widths)
    assert wider.names() == network.names()
    assert wider.layers[-1] == network.layers[-1]
    assert wider.with_widths(network.widths) == network
    assert network.with_widths(network.widths) == network


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_outputs_are_float32_and_do_not_depend_on_the_other_rows(network: Network) -> None:
    weights, x = weights_of(network), rows_of()
    outputs = network.outputs(weights, x)
    last = network.layers[-1]
    assert isinstance(last, Dense | MemberDense)
    assert outputs.shape == rows_of(last.units, members=network.members).shape
    assert outputs.dtype == np.float32
    np.testing.assert_allclose(network.outputs(weights, x[5:9]), outputs[5:9], rtol=1e-5, atol=1e-6)


def test_the_reference_of_a_small_network_by_hand() -> None:
    network = dense_network((2,), "relu", batch_normalization=True, outputs=1)
    kernel = np.array([[1, -1], [2, 0]], np.float32)
    gamma, beta = np.array([2, 1], np.float32), np.array([0.5, 4], np.float32)
    mean, variance = np.array([1, 0], np.float32), np.array([4, 1], np.float32)
    last, bias = np.array([[3], [-1]], np.float32), np.array([0.25], np.float32)
    weights = (kernel, gamma, beta, mean, variance, last, bias)
    first = 2 * (1 * 1 + 2 * 2 - 1) / np.sqrt(4 + EPSILON) + 0.5
    second = 1 * (-1 - 0) / np.sqrt(1 + EPSILON) + 4
    outputs = network.outputs(weights, np.array([[1, 2]], np.float32))
    assert float(outputs[0, 0]) == pytest.approx(3 * first - second + 0.25, rel=1e-6)
