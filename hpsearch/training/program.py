"""Epochs of one network shape as a computation that XLA compiles whole.

A loop over epochs around one over steps; rows stay on the device. Everything that is a number comes
in at run time; early stopping, divergence and the best weights are decided inside.
"""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from hpsearch.training.shapes import Shape
from hpsearch.training.updates import Step, begin_step, update

#: Validation rows that go through the network at once.
VALIDATION_ROWS = 4_096

#: Batch normalisation as Keras has it by default.
MOMENTUM, VARIANCE_EPSILON = 0.99, 1e-3

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "elu": tf.nn.elu,
    "relu": tf.nn.relu,
    "tanh": tf.tanh,
    "selu": tf.nn.selu,
    "gelu": lambda x: tf.nn.gelu(x, approximate=False),
    "silu": tf.nn.silu,
}

#: What changes from step to step: flat weights and slots, averages, nadam's product.
STEPPING = ("weights", "m", "v", "averages", "u_product")

Carried = dict[str, Any]


class Program:
    """The computation of one shape; ``run`` is what ``tf.function`` traces."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    def run(
        self,
        rows: tuple[Any, Any, Any, Any],
        orders: Any,
        epochs: Any,
        numbers: Any,
        seed: Any,
        patience: Any,
        carried: Carried,
    ) -> tuple[Any, Any, Carried]:
        """Up to ``epochs`` epochs.

        Args:
            rows: Train features and labels, validation features and labels.
            orders: The epochs' orders of the train rows, int32 ``(chunk, rows)``.
            epochs: How many of them are wanted.
            numbers: As ``updates.coefficients`` makes them.
            seed: Of dropout, int32.
            patience: In epochs.
            carried: The state; see ``compiled``.

        Returns:
            The curve, float32 ``(chunk, 2, metrics)``; how it ended, 0 running, 1 stopped early,
            2 diverged; and the state.
        """
        curve = tf.zeros((self._shape.chunk, 2, 2))

        def goes_on(done: Any, flag: Any, curve: Any, carried: Carried) -> Any:
            return (done < epochs) & (flag == 0)

        def epoch(done: Any, flag: Any, curve: Any, carried: Carried) -> Any:
            train, stepping = self._train(rows[0], rows[1], orders[done], numbers, seed, carried)
            carried = {**carried, **stepping}
            validation = self._validate(rows[2], rows[3], carried)
            curve = tf.tensor_scatter_nd_update(curve, [[done]], [tf.stack([train, validation])])
            number, value = carried["epoch"] + 1, validation[0]
            finite = tf.math.is_finite(train[0]) & tf.math.is_finite(value)
            better = finite & (value < carried["best_value"])
            best = {"value": value, "epoch": number, **_only(carried, ("weights", "averages"))}
            for name, new in best.items():
                carried[f"best_{name}"] = tf.where(better, new, carried[f"best_{name}"])
            carried["epoch"] = number
            stopped = number - carried["best_epoch"] >= patience
            flag = tf.where(finite, tf.where(stopped, 1, 0), 2)
            return done + 1, flag, curve, carried

        _, flag, curve, carried = tf.while_loop(goes_on, epoch, (0, 0, curve, carried))
        return curve, flag, carried

    def _train(
        self, features: Any, labels: Any, order: Any, numbers: Any, seed: Any, carried: Carried
    ) -> tuple[Any, Carried]:
        """All steps of an epoch: its mean metrics ``(2,)`` and what it changed."""
        shape, size = self._shape, self._shape.batch_size
        if shape.steps * size > shape.rows:
            order = tf.pad(order, [[0, shape.steps * size - shape.rows]])
        before = carried["epoch"] * shape.steps

        def step(index: Any, sums: Any, state: Carried) -> Any:
            chosen = tf.slice(order, [index * size], [size])
            x, y = tf.gather(features, chosen), tf.gather(labels, chosen)
            at = begin_step(numbers, tf.cast(before + index, tf.float32), state["u_product"])
            masks = self._masks(at.numbers["dropout"], tf.stack([seed, before + index]))
            share = self._shares(index)
            metrics, gradient, moments = self._gradient(state["weights"], x, y, share, masks)
            return index + 1, sums + metrics, self._step(at, state, gradient, moments)

        begin = (0, tf.zeros(2), _only(carried, STEPPING))
        _, sums, state = tf.while_loop(lambda index, *_: index < shape.steps, step, begin)
        return sums / shape.rows, state

    def _shares(self, index: Any) -> Any:
        """Each row's share of its batch, ``(batch,)``; 0 for those that pad the last batch."""
        size, rows = self._shape.batch_size, self._shape.rows
        if rows % size == 0:
            return tf.fill([size], 1.0 / size)
        count = tf.minimum(size, rows - index * size)
        return tf.where(tf.range(size) < count, 1.0 / tf.cast(count, tf.float32), 0.0)

    def _masks(self, rate: Any, key: Any) -> list[Any]:
        """For each layer 0 where a unit is dropped and ``1 / (1 - rate)`` elsewhere.

        Sixteen bits decide on a unit, so ``rate`` is kept to 1 in 65,536. Threefry, because XLA's
        default on a CPU is some 50 times slower.
        """
        sizes = [self._shape.batch_size * width for width in self._shape.widths]

        def draw() -> Any:
            bits = tf.random.stateless_uniform(
                (sum(sizes) // 2,), key, None, None, tf.uint32, alg="threefry"
            )
            halves = tf.cast(tf.reshape(tf.bitcast(bits, tf.uint16), [-1]), tf.int32)
            limit = tf.cast(tf.round(rate * 65_536.0), tf.int32)
            return tf.where(halves >= limit, 65_536.0 / tf.cast(65_536 - limit, tf.float32), 0.0)

        flat = tf.cond(rate > 0, draw, lambda: tf.ones(sum(sizes)))
        return [
            tf.reshape(piece, (self._shape.batch_size, width))
            for piece, width in zip(tf.split(flat, sizes), self._shape.widths, strict=True)
        ]

    def _gradient(
        self, weights: Any, x: Any, y: Any, share: Any, masks: list[Any]
    ) -> tuple[Any, Any, Any]:
        """Summed metrics ``(2,)``, the loss's flat gradient, and the batch's moments."""
        pieces = self._pieces(weights)
        with tf.GradientTape() as tape:
            tape.watch(pieces)
            logits, moments = self._forward(pieces, x, None, share, masks)
            losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=logits)
            loss = tf.reduce_sum(share * losses)
        gradients = tape.gradient(loss, pieces)
        right = tf.cast(tf.equal(logits > 0, y > 0.5), tf.float32)
        count = tf.reduce_sum(tf.cast(share > 0, tf.float32))
        metrics = tf.stack([loss, tf.reduce_sum(share * right)]) * count
        return metrics, tf.concat([tf.reshape(one, [-1]) for one in gradients], 0), moments

    def _pieces(self, weights: Any) -> list[Any]:
        """The arrays in a flat vector, in its order."""
        forms = [*self._shape.kernels, *((length,) for length in self._shape.vectors)]
        sizes = [inputs * units for inputs, units in self._shape.kernels]
        pieces = tf.split(weights, [*sizes, *self._shape.vectors])
        return [tf.reshape(piece, form) for piece, form in zip(pieces, forms, strict=True)]

    def _forward(
        self,
        pieces: list[Any],
        x: Any,
        averages: Any,
        share: Any = None,
        masks: list[Any] | None = None,
    ) -> tuple[Any, Any]:
        """Logits ``(rows,)``; without ``averages`` by the batch's own moments, also returned."""
        count = len(self._shape.kernels)
        kernels, vectors = pieces[:count], list(pieces[count:])
        known = None if averages is None else tf.split(averages, self._shape.widths, axis=1)
        moments = []
        for layer, kernel in enumerate(kernels[:-1]):
            x = tf.matmul(x, kernel)
            if self._shape.batch_normalization:
                gamma, beta = vectors.pop(0), vectors.pop(0)
                if known is None:
                    mean = tf.linalg.matvec(x, share, transpose_a=True)
                    spread = tf.math.squared_difference(x, mean)
                    variance = tf.linalg.matvec(spread, share, transpose_a=True)
                    moments.append(tf.stack([mean, variance]))
                else:
                    mean, variance = tf.unstack(known[layer])
                scale = gamma * tf.math.rsqrt(variance + VARIANCE_EPSILON)
                x = x * scale + (beta - mean * scale)
            else:
                x = x + vectors.pop(0)
            x = ACTIVATIONS[self._shape.activation](x)
            if masks is not None:
                x = x * masks[layer]
        logits = (tf.matmul(x, kernels[-1]) + vectors.pop(0))[:, 0]
        return logits, tf.concat(moments, axis=1) if moments else None

    def _step(self, at: Step, state: Carried, gradient: Any, moments: Any) -> Carried:
        """Weights, slots and averages after one step."""
        w, averages = state["weights"], state["averages"]
        penalty = at.numbers["l1"] * tf.sign(w) + 2.0 * at.numbers["l2"] * w
        hidden = tf.range(w.shape[0]) < self._shape.penalised
        gradient = self._clipped(at.numbers["clip_norm"], gradient + tf.where(hidden, penalty, 0.0))
        w, m, v = update(at, w, gradient, state["m"], state["v"], self._shape.decayed)
        if moments is not None:
            averages = averages * MOMENTUM + moments * (1.0 - MOMENTUM)
        values = (w, m, v, averages, at.u_product)
        return dict(zip(STEPPING, values, strict=True))

    def _clipped(self, limit: Any, gradient: Any) -> Any:
        """Each array's part of the gradient, its norm at most ``limit``; as it is if that is 0."""

        def clip() -> Any:
            pieces = self._pieces(gradient)
            norms = [tf.maximum(tf.norm(piece), limit) for piece in pieces]
            scaled = [piece * (limit / norm) for piece, norm in zip(pieces, norms, strict=True)]
            return tf.concat([tf.reshape(piece, [-1]) for piece in scaled], 0)

        return tf.cond(limit > 0, clip, lambda: gradient)

    def _validate(self, features: Any, labels: Any, carried: Carried) -> Any:
        """Mean cross-entropy and accuracy over all validation rows, ``(2,)``."""
        rows = self._shape.validation_rows
        size = min(rows, VALIDATION_ROWS)
        pieces = self._pieces(carried["weights"])
        averages = carried["averages"] if self._shape.batch_normalization else None

        def block(index: Any, sums: Any) -> Any:
            begin = tf.minimum(index * size, rows - size)  # the last block overlaps the one before
            x, y = tf.slice(features, [begin, 0], [size, -1]), tf.slice(labels, [begin], [size])
            new = tf.cast(begin + tf.range(size) >= index * size, tf.float32)
            logits, _ = self._forward(pieces, x, averages)
            losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=logits)
            right = tf.cast(tf.equal(logits > 0, y > 0.5), tf.float32)
            return index + 1, sums + tf.stack(
                [tf.reduce_sum(new * losses), tf.reduce_sum(new * right)]
            )

        blocks = -(-rows // size)
        if blocks == 1:
            return block(0, tf.zeros(2))[1] / rows
        _, sums = tf.while_loop(lambda index, sums: index < blocks, block, (0, tf.zeros(2)))
        return sums / rows


def _only(carried: Carried, names: tuple[str, ...]) -> Carried:
    return {name: carried[name] for name in names}
