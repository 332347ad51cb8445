"""Epochs of one network shape as a computation that XLA compiles whole.

A loop over epochs around one over steps; rows stay on the device. Everything that is a number comes
in at run time; early stopping, divergence and the best weights are decided inside.
"""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from hpsearch.training.compiled.dense import Dense, Weights
from hpsearch.training.compiled.dropout import draw_mask
from hpsearch.training.compiled.shapes import Shape
from hpsearch.training.compiled.updates import FIELDS, update

#: Validation rows that go through the network at once.
VALIDATION_ROWS = 4_096

#: Of the moving averages, as Keras has it by default.
MOMENTUM = 0.99

#: What changes from step to step: flat weights, slots and averages.
STEPPING = ("weights", "m", "v", "averages")

Carried = dict[str, Any]


class Program:
    """The computation of one shape; ``run`` is what ``tf.function`` traces."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._dense = Dense(shape.activation, shape.batch_normalization)

    def run(
        self,
        rows: tuple[Any, Any, Any, Any],
        orders: Any,
        epochs: Any,
        coefficients: Any,
        seed: Any,
        patience: Any,
        carried: Carried,
    ) -> tuple[Any, Any, Carried]:
        """Up to ``epochs`` epochs.

        Args:
            rows: Train features and labels, validation features and labels.
            orders: The epochs' orders of the train rows, int32 ``(chunk, rows)``.
            epochs: How many of them are wanted.
            coefficients: Of each step, ``(chunk * steps, fields)``, as ``updates`` makes them.
            seed: Of dropout, int32.
            patience: In epochs.
            carried: The state; see ``compiled``.

        Returns:
            The curve, float32 ``(chunk, 2, metrics)``; how it ended, 0 running, 1 stopped early,
            2 diverged; and the state.
        """
        curve = tf.zeros((self._shape.chunk, 2, 2))
        steps = self._shape.steps

        def goes_on(done: Any, flag: Any, curve: Any, carried: Carried) -> Any:
            return (done < epochs) & (flag == 0)

        def epoch(done: Any, flag: Any, curve: Any, carried: Carried) -> Any:
            here = tf.slice(coefficients, [done * steps, 0], [steps, len(FIELDS)])
            train, stepping = self._train(rows[0], rows[1], orders[done], here, seed, carried)
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
        self, features: Any, labels: Any, order: Any, coefficients: Any, seed: Any, carried: Carried
    ) -> tuple[Any, Carried]:
        """All steps of an epoch: its mean metrics ``(2,)`` and what it changed."""
        shape, size = self._shape, self._shape.batch_size
        if shape.steps * size > shape.rows:
            order = tf.pad(order, [[0, shape.steps * size - shape.rows]])
        before = carried["epoch"] * shape.steps

        def step(index: Any, sums: Any, state: Carried) -> Any:
            chosen = tf.slice(order, [index * size], [size])
            x, y = tf.gather(features, chosen), tf.gather(labels, chosen)
            at = dict(zip(FIELDS, tf.unstack(coefficients[index]), strict=True))
            masks = self._masks(at["dropout"], seed, before + index)
            weights = self._arrays(state["weights"])
            share = self._shares(index)
            passage = self._dense.forward(weights, x, share, masks)
            slope = share * (tf.sigmoid(passage.logits) - y)
            gradient = self._dense.backward(weights, passage, slope, share)
            sums += _metrics(passage.logits, y, self._counts(index))
            return index + 1, sums, self._step(at, state, gradient, passage.moments)

        begin = (0, tf.zeros(2), _only(carried, STEPPING))
        _, sums, state = tf.while_loop(lambda index, *_: index < shape.steps, step, begin)
        return sums / shape.rows, state

    def _counts(self, index: Any) -> Any:
        """1 for the rows of a batch and 0 for those that pad the last one, ``(batch,)``; or 1.0."""
        size, rows = self._shape.batch_size, self._shape.rows
        if rows % size == 0:
            return 1.0
        return tf.where(tf.range(size) < rows - index * size, 1.0, 0.0)

    def _shares(self, index: Any) -> Any:
        """What each row counts in the mean of its batch, ``(batch,)``, or a float for all."""
        size, rows = self._shape.batch_size, self._shape.rows
        if rows % size == 0:
            return 1.0 / size
        return self._counts(index) / tf.cast(tf.minimum(size, rows - index * size), tf.float32)

    def _masks(self, rate: Any, seed: Any, step: Any) -> list[Any]:
        """What dropout multiplies each layer's units with, ``(batch, width)``."""
        size, widths = self._shape.batch_size, self._shape.widths
        sizes = [size * width for width in widths]
        pieces = tf.split(draw_mask(rate, seed, step, sum(sizes)), sizes)
        return [
            tf.reshape(piece, (size, width)) for piece, width in zip(pieces, widths, strict=True)
        ]

    def _arrays(self, flat: Any) -> Weights:
        """The arrays in a flat vector."""
        kernels, vectors = self._shape.kernels, self._shape.vectors
        sizes = [*(inputs * units for inputs, units in kernels), *vectors]
        pieces = tf.split(flat, sizes)
        each = 2 if self._shape.batch_normalization else 1
        of_layers = pieces[len(kernels) : -1]
        return Weights(
            [tf.reshape(piece, form) for piece, form in zip(pieces, kernels, strict=False)],
            [tuple(of_layers[at : at + each]) for at in range(0, len(of_layers), each)],
            pieces[-1],
        )

    def _step(
        self, at: Carried, state: Carried, gradient: Weights, moments: Sequence[Any]
    ) -> Carried:
        """Weights, slots and averages after one step."""
        w, averages = state["weights"], state["averages"]
        penalty = at["l1"] * tf.sign(w) + 2.0 * at["l2"] * w
        hidden = tf.range(w.shape[0]) < self._shape.penalised
        flat = gradient.flat() + tf.where(hidden, penalty, 0.0)
        if self._shape.clipped:
            flat = self._arrays(flat).clipped(at["clip_norm"]).flat()
        w, m, v = update(at, w, flat, state["m"], state["v"], self._shape.decayed)
        if moments:
            new = tf.concat(moments, axis=1)
            averages = averages * MOMENTUM + new * (1.0 - MOMENTUM)
        return dict(zip(STEPPING, (w, m, v, averages), strict=True))

    def _validate(self, features: Any, labels: Any, carried: Carried) -> Any:
        """Mean cross-entropy and accuracy over all validation rows, ``(2,)``."""
        rows = self._shape.validation_rows
        size = min(rows, VALIDATION_ROWS)
        weights = self._arrays(carried["weights"])
        averages = tf.split(carried["averages"], self._averaged(), axis=1)

        def block(index: Any, sums: Any) -> Any:
            begin = tf.minimum(index * size, rows - size)  # the last block overlaps the one before
            x, y = tf.slice(features, [begin, 0], [size, -1]), tf.slice(labels, [begin], [size])
            new = tf.cast(begin + tf.range(size) >= index * size, tf.float32)
            return index + 1, sums + _metrics(self._dense.predict(weights, x, averages), y, new)

        blocks = -(-rows // size)
        if blocks == 1:
            return _metrics(self._dense.predict(weights, features, averages), labels, 1.0) / rows
        _, sums = tf.while_loop(lambda index, sums: index < blocks, block, (0, tf.zeros(2)))
        return sums / rows

    def _averaged(self) -> list[int]:
        """How many units of each layer have moving averages."""
        return [width if self._shape.batch_normalization else 0 for width in self._shape.widths]


def _metrics(logits: Any, labels: Any, counts: Any) -> Any:
    """Summed cross-entropy and accuracy over rows that count ``counts`` each, ``(2,)``."""
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
    right = tf.cast(tf.equal(logits > 0, labels > 0.5), tf.float32)
    return tf.stack([tf.reduce_sum(counts * losses), tf.reduce_sum(counts * right)])


def _only(carried: Carried, names: tuple[str, ...]) -> Carried:
    return {name: carried[name] for name in names}
