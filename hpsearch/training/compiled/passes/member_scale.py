"""Passes of ``MemberScale``."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from hpsearch.models.layers.member_scale import MemberScale
from hpsearch.training.compiled.passes.passes import Batch, Passed


class MemberScalePasses:
    """Products and sums of each element."""

    def __init__(self, layer: MemberScale) -> None:
        pass

    def predict(self, arrays: Sequence[Any], x: Any, averages: Any) -> Any:
        kernel, *bias = arrays
        scaled = x * kernel
        return scaled + bias[0] if bias else scaled

    def forward(self, arrays: Sequence[Any], x: Any, batch: Batch) -> Passed:
        return Passed(self.predict(arrays, x, None), x)

    def backward(
        self, arrays: Sequence[Any], kept: Any, slopes: Any, batch: Batch
    ) -> tuple[Any, tuple[Any, ...]]:
        kernel, *bias = arrays
        gradients = [tf.reduce_sum(slopes * kept, axis=0)]
        if bias:
            gradients.append(tf.reduce_sum(slopes, axis=0))
        return slopes * kernel, tuple(gradients)
