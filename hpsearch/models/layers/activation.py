"""The functions between layers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import erf, expit

from hpsearch.models.arrays import Array, ArraySpec
from hpsearch.models.knobs import Knobs
from hpsearch.stock import StockObject

#: Source: Klambauer et al. (2017), Self-Normalizing Neural Networks, section 2.
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def _elu(h: Array) -> Array:
    return np.where(h > 0, h, np.expm1(np.minimum(h, 0)))


_FUNCTIONS: Mapping[str, Callable[[Array], Any]] = {
    "elu": _elu,
    "relu": lambda h: np.maximum(h, 0),
    "tanh": np.tanh,
    "selu": lambda h: SELU_SCALE * np.where(h > 0, h, SELU_ALPHA * _elu(h)),
    "gelu": lambda h: 0.5 * h * (1 + erf(h * 2**-0.5)),
    "silu": lambda h: h * expit(h),
}


@dataclass(frozen=True, slots=True)
class Activation:
    """A function of each value; ``function`` is one of ``space.hyperparameter.ACTIVATIONS``."""

    function: str

    @property
    def label(self) -> str:
        return self.function

    def outputs(self, inputs: int) -> int:
        return inputs

    def arrays(self, inputs: int) -> tuple[ArraySpec, ...]:
        return ()

    def apply(self, arrays: Sequence[Array], x: Array) -> Array:
        values: Array = _FUNCTIONS[self.function](x).astype(np.float32, copy=False)
        return values

    def stock(self, knobs: Knobs, inputs: int, place: int) -> StockObject:
        return StockObject("Activation", {"activation": self.function})
