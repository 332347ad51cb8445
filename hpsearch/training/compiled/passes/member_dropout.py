"""Passes of ``MemberDropout``; the masks are drawn for all layers at once, see ``program``."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from hpsearch.models.layers.member_dropout import MemberDropout
from hpsearch.training.compiled.passes.passes import Batch, Passed


class MemberDropoutPasses:
    """Multiplication with the batch's mask, one for all members or one for each."""

    def __init__(self, layer: MemberDropout) -> None:
        self._masks = 1 if layer.shared else layer.members

    def predict(self, arrays: Sequence[Any], x: Any, averages: Any) -> Any:
        return x

    def forward(self, arrays: Sequence[Any], x: Any, batch: Batch) -> Passed:
        return Passed(x * self._mask(x, batch), None)

    def backward(
        self, arrays: Sequence[Any], kept: Any, slopes: Any, batch: Batch
    ) -> tuple[Any, tuple[Any, ...]]:
        return slopes * self._mask(slopes, batch), ()

    def _mask(self, values: Any, batch: Batch) -> Any:
        rows, _, columns = values.shape
        return tf.reshape(batch.mask, (rows, self._masks, columns))
