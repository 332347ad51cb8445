"""Keras's own objects, named by rooms that do not import Keras."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class StockObject:
    """A layer, loss or metric of Keras's own, by its class and the arguments that make it.

    What is nested in the arguments stands there as Keras's own configurations have it, as plain
    values: ``{"class_name": "L1L2", "config": {…}}``.
    """

    class_name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StockNode:
    """A layer, or a function of ``keras.ops``, at its place in a graph.

    Attributes:
        name: The name by which other nodes take what it gives; no two of a graph have the same.
        stock: A layer by its class and the arguments besides its name, or a function of
            ``keras.ops`` by its name and its keyword arguments.
        inputs: What it is called with, in order: names of other nodes, and constants, which are
            numbers or nested lists of them. A layer gets several as one list.
    """

    name: str
    stock: StockObject
    inputs: tuple[Any, ...]

    @property
    def is_function(self) -> bool:
        """Whether it is a function of ``keras.ops``; classes of layers begin with a capital."""
        return self.stock.class_name.islower()


def layer_node(name: str, class_name: str, *inputs: str, **arguments: Any) -> StockNode:
    """A layer at its place."""
    return StockNode(name, StockObject(class_name, arguments), inputs)


def function_node(name: str, function: str, *inputs: Any, **arguments: Any) -> StockNode:
    """A function of ``keras.ops`` at its place."""
    return StockNode(name, StockObject(function, arguments), inputs)
