"""Passes of ``Activation``: each function and its slope."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from hpsearch.models.layers.activation import SELU_ALPHA, SELU_SCALE, Activation
from hpsearch.training.compiled.passes.passes import Batch, Passed


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a layer's inputs, and its slope at input ``h`` with value ``a``."""

    value: Callable[[Any], Any]
    slope: Callable[[Any, Any], Any]


def _elu(h: Any) -> Any:
    """``exp - 1`` as TensorFlow's own kernel has it; XLA's ``expm1`` takes six times as long."""
    return tf.where(h > 0, h, tf.exp(tf.minimum(h, 0.0)) - 1.0)


def _normal_distribution(h: Any) -> Any:
    return 0.5 * (1.0 + tf.math.erf(h * 2**-0.5))


def _silu_slope(h: Any, a: Any) -> Any:
    share = tf.sigmoid(h)
    return share + a * (1.0 - share)


FUNCTIONS = {
    "elu": Function(_elu, lambda h, a: tf.where(h > 0, 1.0, a + 1.0)),
    "relu": Function(tf.nn.relu, lambda h, a: tf.where(h > 0, 1.0, 0.0)),
    "tanh": Function(tf.tanh, lambda h, a: 1.0 - a * a),
    "selu": Function(
        lambda h: SELU_SCALE * tf.where(h > 0, h, SELU_ALPHA * _elu(h)),
        lambda h, a: tf.where(h > 0, SELU_SCALE, a + SELU_SCALE * SELU_ALPHA),
    ),
    "gelu": Function(
        lambda h: h * _normal_distribution(h),
        lambda h, a: _normal_distribution(h) + h * tf.exp(-0.5 * h * h) * 0.3989422804014327,
    ),
    "silu": Function(lambda h: h * tf.sigmoid(h), _silu_slope),
}


class ActivationPasses:
    """A function of each value."""

    def __init__(self, layer: Activation) -> None:
        self._function = FUNCTIONS[layer.function]

    def predict(self, arrays: Sequence[Any], x: Any, averages: Any) -> Any:
        return self._function.value(x)

    def forward(self, arrays: Sequence[Any], x: Any, batch: Batch) -> Passed:
        values = self._function.value(x)
        return Passed(values, (x, values))

    def backward(
        self, arrays: Sequence[Any], kept: Any, slopes: Any, batch: Batch
    ) -> tuple[Any, tuple[Any, ...]]:
        return slopes * self._function.slope(*kept), ()
