"""Preprocessing as a Keras graph: from the raw columns of a table to a network's features."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from hpsearch.data.columns import Column, RawRows
from hpsearch.data.preprocessing import Preprocessing
from hpsearch.stock import StockNode

#: The model's inputs by name, in their order, and what each holds.
INPUTS = {"numbers": "float64", "texts": "string"}


def raw_inputs(columns: Sequence[Column]) -> dict[str, Any]:
    """Symbolic inputs for raw rows, ``(rows, columns)`` each; one that has no columns is not there.

    ``numbers`` are float64, so that a Unix time keeps its digits until it is centered.
    """
    texts = sum(column.is_text for column in columns)
    widths = {"numbers": len(columns) - texts, "texts": texts}
    return {
        name: keras.Input((widths[name],), name=name, dtype=dtype)
        for name, dtype in INPUTS.items()
        if widths[name]
    }


def features_of(preprocessing: Preprocessing, inputs: dict[str, Any]) -> Any:
    """What a preprocessing gives for tensors by the names of ``raw_inputs``."""
    return apply_nodes(preprocessing.keras_layers(), inputs)


def apply_nodes(nodes: Sequence[StockNode], inputs: dict[str, Any]) -> Any:
    """What the last of some nodes gives for tensors by their names."""
    tensors = dict(inputs)
    for node in nodes:
        tensors[node.name] = _call(node, tensors)
    return tensors[nodes[-1].name]


def raw_tensors(columns: Sequence[Column], raw: RawRows) -> Any:
    """Raw rows as a model takes them: one tensor, or tensors by the names of its inputs."""
    texts = sum(column.is_text for column in columns)
    tensors = {}
    if texts < len(columns):
        tensors["numbers"] = keras.ops.convert_to_tensor(raw.numbers, dtype="float64")
    if texts:
        tensors["texts"] = keras.ops.convert_to_tensor(raw.texts(), dtype="string")
    return tensors if len(tensors) > 1 else next(iter(tensors.values()))


def _call(node: StockNode, tensors: dict[str, Any]) -> Any:
    """What a node gives; it gets the node's name, as Keras would number what a process makes.

    So do the layers in a layer, such as the lookup in a ``TextVectorization``.
    """
    inputs = [
        tensors[given] if isinstance(given, str) else _constant(given) for given in node.inputs
    ]
    if node.is_function:
        output = getattr(keras.ops, node.stock.class_name)(*inputs, **node.stock.arguments)
        if keras.backend.is_keras_tensor(output):
            output._keras_history.operation.name = node.name
        return output
    layer = getattr(keras.layers, node.stock.class_name)(name=node.name, **node.stock.arguments)
    for place, nested in enumerate(layer._flatten_layers(include_self=False)):
        nested.name = f"{node.name}_{place}"
    return layer(inputs if len(inputs) > 1 else inputs[0])


def _constant(given: Any) -> NDArray[Any] | float | int:
    return np.array(given) if isinstance(given, list) else given
