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
