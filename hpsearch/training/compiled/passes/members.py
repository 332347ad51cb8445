"""Passes of ``Members``."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from hpsearch.models.layers.members import Members
from hpsearch.training.compiled.passes.passes import Batch, Passed


class MembersPasses:
    """Rows once for each member; XLA repeats them where they are used, not in memory."""

    def __init__(self, layer: Members) -> None:
        self._members = layer.members

    def predict(self, arrays: Sequence[Any], x: Any, averages: Any) -> Any:
        rows, columns = x.shape
        return tf.broadcast_to(x[:, None], (rows, self._members, columns))

    def forward(self, arrays: Sequence[Any], x: Any, batch: Batch) -> Passed:
        return Passed(self.predict(arrays, x, None), None)

    def backward(
        self, arrays: Sequence[Any], kept: Any, slopes: Any, batch: Batch
    ) -> tuple[Any, tuple[Any, ...]]:
        return tf.reduce_sum(slopes, axis=1), ()
