"""A network as a graph for TensorBoard's Graphs: a node for each layer, grouped by hidden layer."""

from collections.abc import Iterator, Mapping
from typing import Any

from tensorboard.compat.proto import attr_value_pb2, graph_pb2, tensor_shape_pb2, types_pb2

from hpsearch.models.recipe import Recipe
from hpsearch.space.space import Scalar


def graph_of(recipe: Recipe, columns: int) -> graph_pb2.GraphDef:
    """A network from raw features to predictions, made of its Keras layers.

    Shapes stand on the edges, sizes and regularizers among a node's attributes.
    """
    graph = graph_pb2.GraphDef()
    _add(graph, "features", "Input", columns, {})
    _add(graph, "standardize", "Normalization", columns, {})
    network, task = recipe.network, recipe.the_task()
    layers = zip(network.layers, network.depths, network.inputs(columns), strict=True)
    for layer, depth, inputs in layers:
        scope = "output" if layer is network.layers[-1] else f"hidden_{depth + 1}"
        stock = layer.stock(recipe.knobs.of_layer(depth), inputs, 0)
        if stock is None:
            continue
        attributes = dict(_settings(stock.arguments))
        attributes |= {
            array.name: " x ".join(map(str, array.shape))
            for array in layer.arrays(inputs)
            if len(array.shape) > 1
        }
        name = scope if scope == "output" else f"{scope}/{layer.label}"
        before = sum(node.name.startswith(name) for node in graph.node)
        name = f"{name}_{before + 1}" if before else name
        _add(graph, name, stock.class_name, layer.outputs(inputs), attributes)
    function: dict[str, Scalar] = {"activation": task.output_activation}
    if network.members > 1:
        _add(graph, "member_predictions", "Activation", network.units, function)
        _add(graph, task.output_name, "GlobalAveragePooling1D", network.units, {})
    else:
        _add(graph, task.output_name, "Activation", network.units, function)
    return graph


def _settings(arguments: Mapping[str, Any]) -> Iterator[tuple[str, Scalar]]:
    """Arguments as plain values: those of a regularizer each by itself; no seeds, nothing off."""
    for name, value in arguments.items():
        match value:
            case {"config": dict() as nested}:
                yield from ((key, factor) for key, factor in nested.items() if factor)
            case bool() | int() | float() | str() if name != "seed":
                yield name, value


def _add(
    graph: graph_pb2.GraphDef, name: str, kind: str, units: int, attributes: Mapping[str, Scalar]
) -> None:
    """A node behind the last one; its output has a row for each example."""
    inputs = [graph.node[-1].name] if graph.node else []
    node = graph.node.add(name=name, op=kind, input=inputs)
    node.attr["dtype"].type = types_pb2.DT_FLOAT
    shape = tensor_shape_pb2.TensorShapeProto()
    for size in (-1, units):
        shape.dim.add(size=size)
    node.attr["_output_shapes"].list.shape.append(shape)
    for key, value in attributes.items():
        node.attr[key].CopyFrom(_attribute(value))


def _attribute(value: Scalar) -> attr_value_pb2.AttrValue:
    match value:
        case bool():
            return attr_value_pb2.AttrValue(b=value)
        case int():
            return attr_value_pb2.AttrValue(i=value)
        case float():
            return attr_value_pb2.AttrValue(f=value)
    return attr_value_pb2.AttrValue(s=value.encode())
