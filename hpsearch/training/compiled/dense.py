"""A dense network's forward and backward passes, written out.

XLA makes half as many loops of these as of the gradient that TensorFlow's tape derives, so they
compile in half the time; and each sum over rows stands in a form that it runs fast.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from hpsearch.training.inspection import SELU_ALPHA, SELU_SCALE, VARIANCE_EPSILON


@dataclass(frozen=True, slots=True)
class Activation:
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


ACTIVATIONS = {
    "elu": Activation(_elu, lambda h, a: tf.where(h > 0, 1.0, a + 1.0)),
    "relu": Activation(tf.nn.relu, lambda h, a: tf.where(h > 0, 1.0, 0.0)),
    "tanh": Activation(tf.tanh, lambda h, a: 1.0 - a * a),
    "selu": Activation(
        lambda h: SELU_SCALE * tf.where(h > 0, h, SELU_ALPHA * _elu(h)),
        lambda h, a: tf.where(h > 0, SELU_SCALE, a + SELU_SCALE * SELU_ALPHA),
    ),
    "gelu": Activation(
        lambda h: h * _normal_distribution(h),
        lambda h, a: _normal_distribution(h) + h * tf.exp(-0.5 * h * h) * 0.3989422804014327,
    ),
    "silu": Activation(lambda h: h * tf.sigmoid(h), _silu_slope),
}


@dataclass(frozen=True, slots=True)
class Passed:
    """What the backward pass of a hidden layer needs of its forward pass."""

    inputs: Any
    normalised: Any  # (rows, width), before gamma and beta; None without batch normalisation
    deviation: Any  # 1 / standard deviation, (width,)
    before: Any  # the activation
    after: Any
    mask: Any


@dataclass(frozen=True, slots=True)
class Passage:
    """A forward pass: logits ``(rows,)``, and what the backward pass needs.

    ``moments`` holds mean and variance ``(2, width)`` of each layer; ``top`` is what the output
    layer got.
    """

    logits: Any
    moments: Sequence[Any]
    hidden: Sequence[Passed]
    top: Any


@dataclass(frozen=True, slots=True)
class Weights:
    """A network's arrays; ``vectors`` holds of each layer its bias, or gamma and beta."""

    kernels: Sequence[Any]
    vectors: Sequence[tuple[Any, ...]]
    output_bias: Any

    def flat(self) -> Any:
        """All of them in one vector, kernels first."""
        vectors = [one for layer in self.vectors for one in layer]
        arrays = (*self.kernels, *vectors, self.output_bias)
        return tf.concat([tf.reshape(one, [-1]) for one in arrays], 0)

    def clipped(self, limit: Any) -> "Weights":
        """Each array scaled down so that its norm is at most ``limit``."""

        def clip(array: Any) -> Any:
            return array * (limit / tf.maximum(tf.norm(array), limit))

        return Weights(
            [clip(kernel) for kernel in self.kernels],
            [tuple(clip(one) for one in vectors) for vectors in self.vectors],
            clip(self.output_bias),
        )


class Dense:
    """The passes of networks of one activation, with batch normalisation or without."""

    def __init__(self, activation: str, batch_normalization: bool) -> None:
        self._activation = ACTIVATIONS[activation]
        self._batch_normalization = batch_normalization

    def predict(self, weights: Weights, x: Any, averages: Sequence[Any]) -> Any:
        """Logits ``(rows,)`` by the moving averages ``(2, width)`` of each layer."""
        for layer, vectors in enumerate(weights.vectors):
            x = tf.matmul(x, weights.kernels[layer])
            if self._batch_normalization:
                gamma, beta = vectors
                mean, variance = tf.unstack(averages[layer])
                scale = gamma * tf.math.rsqrt(variance + VARIANCE_EPSILON)
                x = x * scale + (beta - mean * scale)
            else:
                x = x + vectors[0]
            x = self._activation.value(x)
        return (tf.matmul(x, weights.kernels[-1]) + weights.output_bias)[:, 0]

    def forward(self, weights: Weights, x: Any, share: Any, masks: Sequence[Any]) -> Passage:
        """Logits by the batch's own moments, with dropout.

        Args:
            weights: The network.
            x: Features, ``(rows, columns)``.
            share: What each row counts in the batch's mean, ``(rows,)``, or a float for all.
            masks: Of each layer, what dropout multiplies its units with.
        """
        hidden, moments = [], []
        for layer, vectors in enumerate(weights.vectors):
            z = tf.matmul(x, weights.kernels[layer])
            normalised = deviation = None
            if self._batch_normalization:
                gamma, beta = vectors
                mean = _mean(z, share)
                variance = _mean(tf.math.squared_difference(z, mean), share)
                deviation = tf.math.rsqrt(variance + VARIANCE_EPSILON)
                normalised = (z - mean) * deviation
                moments.append(tf.stack([mean, variance]))
                scale = gamma * deviation
                before = z * scale + (beta - mean * scale)  # as Keras has it, to the rounding
            else:
                before = z + vectors[0]
            after = self._activation.value(before)
            hidden.append(Passed(x, normalised, deviation, before, after, masks[layer]))
            x = after * masks[layer]
        logits = (tf.matmul(x, weights.kernels[-1]) + weights.output_bias)[:, 0]
        return Passage(logits, moments, hidden, x)

    def backward(self, weights: Weights, passage: Passage, slope: Any, share: Any) -> Weights:
        """The loss's gradient, from its slope in each logit ``(rows,)``."""
        kernels = [tf.matmul(passage.top, slope[:, None], transpose_a=True)]
        vectors: list[tuple[Any, ...]] = []
        slopes = slope[:, None] * weights.kernels[-1][:, 0]
        for layer, of in reversed(list(enumerate(passage.hidden))):
            slopes = slopes * of.mask * self._activation.slope(of.before, of.after)
            beta = tf.reduce_sum(slopes, axis=0)
            if self._batch_normalization:
                gamma = tf.reduce_sum(slopes * of.normalised, axis=0)
                vectors.insert(0, (gamma, beta))
                centred = slopes - _column(share) * (beta + of.normalised * gamma)
                slopes = centred * (weights.vectors[layer][0] * of.deviation)
            else:
                vectors.insert(0, (beta,))
            kernels.insert(0, tf.matmul(of.inputs, slopes, transpose_a=True))
            if layer:
                slopes = tf.matmul(slopes, weights.kernels[layer], transpose_b=True)
        return Weights(kernels, vectors, tf.reduce_sum(slope)[None])


def _mean(values: Any, share: Any) -> Any:
    """Mean over rows that count ``share`` each."""
    if isinstance(share, float):
        return share * tf.reduce_sum(values, axis=0)
    return tf.reduce_sum(share[:, None] * values, axis=0)


def _column(share: Any) -> Any:
    return share if isinstance(share, float) else share[:, None]
