"""What varies between trainings of one network without changing what is compiled."""

from dataclasses import dataclass, replace
from typing import Any

#: A number for all hidden layers, or where they differ one for each, the first layer's first.
OfLayers = float | tuple[float, ...]

#: The knobs of which hidden layers may have values of their own.
LAYERED = ("l1", "l2", "dropout")


@dataclass(frozen=True, slots=True)
class Knobs:
    """Numbers, and the names of update rules, that are passed at run time.

    ``l1`` and ``l2`` add ``l1 * sum(abs(w))`` and ``l2 * sum(w * w)`` of every hidden kernel to the
    loss, never of the output layer's, unless it is the only one; ``dropout`` is the share of units
    dropped after every hidden layer; ``clip_norm`` bounds the Euclidean norm of each array's
    gradient; 0 switches each of them off. ``weight_decay`` is decoupled and belongs to adamw.
    ``schedule_epochs`` is the epoch at which inverse time decay has halved the rate, and the epoch
    at which the cosine reaches 0.
    """

    optimizer: str
    learning_rate: float
    schedule: str
    schedule_epochs: int
    momentum: float
    nesterov: bool
    weight_decay: float
    l1: OfLayers
    l2: OfLayers
    dropout: OfLayers
    clip_norm: float

    @property
    def layered(self) -> bool:
        """Whether hidden layers differ in any of them."""
        return any(isinstance(getattr(self, name), tuple) for name in LAYERED)

    @property
    def penalty(self) -> dict[str, Any] | None:
        """Keras's regularizer of a kernel, as ``StockObject`` has it; None for no penalty."""
        if not (self.l1 or self.l2):
            return None
        return {"class_name": "L1L2", "config": {"l1": self.l1, "l2": self.l2}}

    def of_layer(self, layer: int) -> "Knobs":
        """The knobs as a layer has them, a number each; the first hidden layer is 0.

        The output layer comes after the hidden ones and has none where these differ.
        """
        own: dict[str, Any] = {
            name: values[layer] if layer < len(values) else 0.0
            for name in LAYERED
            if isinstance(values := getattr(self, name), tuple)
        }
        return replace(self, **own)
