"""Passes of ``Dropout``; the masks are drawn for all layers at once, see ``program``."""

from collections.abc import Sequence
from typing import Any

from hpsearch.models.layers.dropout import Dropout
from hpsearch.training.compiled.passes.passes import Batch, Passed


class DropoutPasses:
    """Multiplication with the batch's mask while it trains."""

    def __init__(self, layer: Dropout) -> None:
        pass

    def predict(self, arrays: Sequence[Any], x: Any, averages: Any) -> Any:
        return x

    def forward(self, arrays: Sequence[Any], x: Any, batch: Batch) -> Passed:
        return Passed(x * batch.mask, None)

    def backward(
        self, arrays: Sequence[Any], kept: Any, slopes: Any, batch: Batch
    ) -> tuple[Any, tuple[Any, ...]]:
        return slopes * batch.mask, ()
