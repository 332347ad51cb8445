"""Batch normalization with Keras's defaults."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hpsearch.models.arrays import Array, ArraySpec
from hpsearch.models.knobs import Knobs
from hpsearch.stock import StockObject

#: Added to a variance, and what moving averages keep of themselves a step; Keras's defaults.
EPSILON, MOMENTUM = 1e-3, 0.99


@dataclass(frozen=True, slots=True)
class BatchNormalization:
    """``gamma * (x - mean) / sqrt(variance + EPSILON) + beta`` of each column.

    Moments are those of the batch while it trains, and moving averages of them at prediction.

    Source: Ioffe and Szegedy, Batch Normalization (2015).
    """

    @property
    def label(self) -> str:
        return "batch_normalization"

    def outputs(self, inputs: int) -> int:
        return inputs

    def arrays(self, inputs: int) -> tuple[ArraySpec, ...]:
        shape = (inputs,)
        return (
            ArraySpec("gamma", shape, "ones"),
            ArraySpec("beta", shape, "zeros"),
            ArraySpec("moving_mean", shape, "zeros", trained=False),
            ArraySpec("moving_variance", shape, "ones", trained=False),
        )

    def apply(self, arrays: Sequence[Array], x: Array) -> Array:
        gamma, beta, mean, variance = arrays
        return np.asarray((x - mean) * (gamma / np.sqrt(variance + EPSILON)) + beta)

    def stock(self, knobs: Knobs, inputs: int, place: int) -> StockObject:
        return StockObject("BatchNormalization", {})
