"""A network as a graph for TensorBoard's Graphs: a node for each layer, grouped by hidden layer."""

from collections.abc import Mapping

from tensorboard.compat.proto import attr_value_pb2, graph_pb2, tensor_shape_pb2, types_pb2

from hpsearch.models.network import Knobs, Network
from hpsearch.space.space import Scalar


def graph_of(network: Network, knobs: Knobs, columns: int) -> graph_pb2.GraphDef:
    """The exported model from raw features to a probability, named as its Keras layers are.

    Shapes stand on the edges, sizes and regularisers among a node's attributes.
    """
    graph = graph_pb2.GraphDef()
    _add(graph, "features", "Input", columns, {})
    _add(graph, "standardise", "Normalization", columns, {})
    inputs = columns
    for layer, units in enumerate(network.widths, start=1):
        scope = f"hidden_{layer}"
        dense: dict[str, Scalar] = {
            "units": units,
            "use_bias": not network.batch_normalization,
            "kernel": f"{inputs} x {units}",
        }
        penalties = {"l1": knobs.l1, "l2": knobs.l2}
        dense |= {name: factor for name, factor in penalties.items() if factor}
        _add(graph, f"{scope}/dense", "Dense", units, dense)
        if network.batch_normalization:
            _add(graph, f"{scope}/batch_normalization", "BatchNormalization", units, {})
        function = {"function": network.activation}
        _add(graph, f"{scope}/{network.activation}", "Activation", units, function)
        if knobs.dropout:
            _add(graph, f"{scope}/dropout", "Dropout", units, {"rate": knobs.dropout})
        inputs = units
    logit: dict[str, Scalar] = {"units": 1, "use_bias": True, "kernel": f"{inputs} x 1"}
    _add(graph, "output", "Dense", 1, logit)
    _add(graph, "probability", "Activation", 1, {"function": "sigmoid"})
    return graph


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
