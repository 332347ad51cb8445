"""Graphs of networks, and what TensorBoard's own plugin makes of them."""

from collections.abc import Iterator

import pytest
from tensorboard.compat.proto import graph_pb2

from hpsearch.models.recipe import recipe_of
from hpsearch.tensorboard.graph import graph_of
from tests.board import board_of
from tests.outcomes import MakeOutcome


def test_the_graph_of_a_retraining_is_that_of_its_network(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome(3, standings=1, seeds=1, baselines=False)
    board = board_of(outcome)
    run = f"retrained/trial-{outcome.standings[0].trial:04d}/seed-0"
    assert board.get("graphs/info")[run]["run_graph"]
    shown = board.get("graphs/graph", run=run)
    recipe = outcome.standings[0].runs[0].run.recipe
    for node in graph_of(recipe, outcome.data.width).node:
        assert f'name: "{node.name}"' in shown


def nodes(definition: graph_pb2.GraphDef) -> Iterator[tuple[str, str, list[int]]]:
    for node in definition.node:
        (shape,) = node.attr["_output_shapes"].list.shape
        yield node.name, node.op, [dim.size for dim in shape.dim]


def test_a_graph_has_a_node_for_each_layer() -> None:
    values = {"layers": 2, "units": 16, "batch_normalization": True, "dropout": 0.25, "l1": 1e-4}
    definition = graph_of(recipe_of(values, epochs=1, patience=1), 28)
    hidden = [
        (f"hidden_{layer}/{name}", kind, [-1, 16])
        for layer in (1, 2)
        for name, kind in (
            ("dense", "Dense"),
            ("batch_normalization", "BatchNormalization"),
            ("elu", "Activation"),
            ("dropout", "Dropout"),
        )
    ]
    assert list(nodes(definition)) == [
        ("features", "Input", [-1, 28]),
        ("standardize", "Normalization", [-1, 28]),
        *hidden,
        ("output", "Dense", [-1, 1]),
        ("probability", "Activation", [-1, 1]),
    ]
    for before, after in zip(definition.node[:-1], definition.node[1:], strict=True):
        assert after.input == [before.name]
    dense = next(node for node in definition.node if node.name == "hidden_1/dense")
    assert dense.attr["kernel"].s == b"28 x 16"
    assert dense.attr["l1"].f == pytest.approx(1e-4)
    assert "l2" not in dense.attr
    assert not dense.attr["use_bias"].b


def test_a_plain_network_has_a_plain_graph() -> None:
    definition = graph_of(recipe_of({"layers": 1, "units": 4}, epochs=1, patience=1), 3)
    names = [node.name for node in definition.node]
    hidden = ["hidden_1/dense", "hidden_1/elu"]
    assert names == ["features", "standardize", *hidden, "output", "probability"]


def test_members_stand_in_the_graph_with_the_mean_of_their_predictions() -> None:
    values = {"layers": 1, "units": 16, "members": 4, "dropout": 0.25}
    definition = graph_of(recipe_of(values, epochs=1, patience=1), 28)
    assert [(name, kind) for name, kind, _ in nodes(definition)] == [
        ("features", "Input"),
        ("standardize", "Normalization"),
        ("hidden_1/members", "RepeatVector"),
        ("hidden_1/member_scale", "EinsumDense"),
        ("hidden_1/dense", "Dense"),
        ("hidden_1/member_scale_2", "EinsumDense"),
        ("hidden_1/elu", "Activation"),
        ("hidden_1/dropout", "Dropout"),
        ("output", "EinsumDense"),
        ("member_predictions", "Activation"),
        ("probability", "GlobalAveragePooling1D"),
    ]
    heads = next(node for node in definition.node if node.name == "output")
    assert heads.attr["kernel"].s == b"4 x 16 x 1"


def test_a_graph_shows_what_each_layer_has_for_itself() -> None:
    values = {"layers": 2, "units": 4, "layers.0.l1": 0.1, "layers.1.dropout": 0.5}
    definition = graph_of(recipe_of(values, epochs=1, patience=1), 3)
    found = {node.name: node.attr for node in definition.node}
    assert found["hidden_1/dense"]["l1"].f == pytest.approx(0.1)
    assert "l1" not in found["hidden_2/dense"]
    assert "hidden_1/dropout" not in found
    assert found["hidden_2/dropout"]["rate"].f == 0.5
