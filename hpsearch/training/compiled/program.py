"""Epochs of one network shape as a computation that XLA compiles whole.

A loop over epochs around one over steps; rows stay on the device. Everything that is a number comes
in at run time; early stopping, divergence and the best weights are decided inside.
"""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from hpsearch.data.target import Logarithm
from hpsearch.models.layers.batch_normalization import MOMENTUM
from hpsearch.tasks.registry import TASKS
from hpsearch.training.averaging import averaged
from hpsearch.training.compiled.dropout import draw_mask
from hpsearch.training.compiled.fields import layer_field
from hpsearch.training.compiled.judging import Judging, Value
from hpsearch.training.compiled.objectives import (
    OBJECTIVES,
    Objective,
    of_logarithm,
    of_members,
)
from hpsearch.training.compiled.rows import Part, Rows, rows_of, times
from hpsearch.training.compiled.shapes import Shape
from hpsearch.training.compiled.stack import Stack, clipped
from hpsearch.training.compiled.updates import update
from hpsearch.training.pooling import POOLED

#: Rows that go through the network at once to be judged.
VALIDATION_ROWS = 4_096

#: What changes from step to step: flat weights, slots and averages.
STEPPING = ("weights", "m", "v", "averages")

Carried = dict[str, Any]


class Program:
    """The computation of one shape; ``run`` is what ``tf.function`` traces."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._stack = Stack(shape)
        self._objective = OBJECTIVES[shape.task]
        self._metrics = len(TASKS[shape.task].curve_metrics)
        self._judging = Judging(shape.task, shape.objective)

    def run(
        self,
        tensors: tuple[Any, ...],
        logarithm: Any,
        orders: Any,
        epochs: Any,
        coefficients: Any,
        seed: Any,
        patience: Any,
        latest: Any,
        carried: Carried,
    ) -> tuple[Any, Any, Carried]:
        """Up to ``epochs`` epochs.

        Args:
            tensors: The rows, as ``rows.tensors_of`` gives them.
            logarithm: The numbers of a ``Logarithm``, float32 ``(3,)``; not used where
                ``target_transform`` is none.
            orders: The epochs' orders of the train rows, int32 ``(chunk, rows)``.
            epochs: How many of them are wanted.
            coefficients: Of each step, ``(chunk * steps, fields)``, as ``updates`` makes them.
            seed: Of dropout, int32.
            patience: In epochs.
            latest: Whether the latest finite epoch is the best, bool.
            carried: The state; see ``compiled``.

        Returns:
            The curve, float32 ``(chunk, 2, metrics)``; how it ended, 0 running, 1 stopped early,
            2 diverged; and the state.
        """
        judging, objective = self._judging, self._objective
        rows = rows_of(tensors, self._shape.weighting)
        if self._shape.target_transform == "log":
            objective = of_logarithm(objective, Logarithm(*tf.unstack(logarithm)))
        if (members := self._shape.network.members) > 1:
            objective = of_members(objective, members, POOLED[self._shape.task])
        curve = tf.zeros((self._shape.chunk, 2, judging.metrics))
        steps = self._shape.steps

        def goes_on(done: Any, flag: Any, curve: Any, carried: Carried) -> Any:
            return (done < epochs) & (flag == 0)

        def epoch(done: Any, flag: Any, curve: Any, carried: Carried) -> Any:
            here = tf.slice(coefficients, [done * steps, 0], [steps, len(self._shape.fields)])
            train, stepping = self._train(objective, rows, orders[done], here, seed, carried)
            carried = {**carried, **stepping}
            judged = self._judged(carried)
            validation = self._validate(objective, rows.validation, judged)
            if (value_of := judging.of_all_rows) is not None:
                train, validation = (
                    tf.concat([[self._of_all(value_of, part, network)], means], 0)
                    for part, network, means in (
                        (rows.train, carried, train),
                        (rows.validation, judged, validation),
                    )
                )
            elif judging.first:
                train, validation = (judging.ordered(means) for means in (train, validation))
            curve = tf.tensor_scatter_nd_update(curve, [[done]], [tf.stack([train, validation])])
            number, value = carried["epoch"] + 1, validation[0]
            finite = judging.finite(train, validation)
            better = finite & (judging.better(value, carried["best_value"]) | latest)
            best = {"value": value, "epoch": number, **_only(judged, ("weights", "averages"))}
            for name, new in best.items():
                carried[f"best_{name}"] = tf.where(better, new, carried[f"best_{name}"])
            carried["epoch"] = number
            stopped = number - carried["best_epoch"] >= patience
            flag = tf.where(finite, tf.where(stopped, 1, 0), 2)
            return done + 1, flag, curve, carried

        _, flag, curve, carried = tf.while_loop(goes_on, epoch, (0, 0, curve, carried))
        return curve, flag, carried

    def _train(
        self,
        objective: Objective,
        rows: Rows,
        order: Any,
        coefficients: Any,
        seed: Any,
        carried: Carried,
    ) -> tuple[Any, Carried]:
        """All steps of an epoch: its mean metrics ``(metrics,)`` and what it changed."""
        features, labels = rows.train.features, rows.train.targets
        shape, size = self._shape, self._shape.batch_size
        if shape.steps * size > shape.rows:
            order = tf.pad(order, [[0, shape.steps * size - shape.rows]])
        before = carried["epoch"] * shape.steps

        def step(index: Any, sums: Any, state: Carried) -> Any:
            chosen = tf.slice(order, [index * size], [size])
            x, y = tf.gather(features, chosen), tf.gather(labels, chosen)
            own = rows.train.weights_at(lambda weights: tf.gather(weights, chosen))
            at = dict(zip(shape.fields, tf.unstack(coefficients[index]), strict=True))
            masks = self._masks(at, seed, before + index)
            weights = self._stack.arrays(state["weights"])
            share = self._shares(index)
            passage = self._stack.forward(weights, x, share, masks)
            counted = times(share, rows.loss_weights(y, own))
            slopes = objective.slopes(passage.outputs, y, counted)
            gradient = self._stack.backward(weights, passage, slopes)
            sums += objective.sums(passage.outputs, y, times(self._counts(index), own))
            stepped = self._step(at, state, self._stack.flat(gradient), passage.moments)
            if shape.averaging:
                steps = tf.cast(before + index, tf.float32)
                stepped["average"] = averaged(state["average"], stepped["weights"], steps)
            return index + 1, sums, stepped

        names = (*STEPPING, "average") if shape.averaging else STEPPING
        begin = (0, tf.zeros(self._metrics), _only(carried, names))
        _, sums, state = tf.while_loop(lambda index, *_: index < shape.steps, step, begin)
        return sums / shape.rows, state

    def _judged(self, carried: Carried) -> Carried:
        """The network that is validated, and kept if it is the best."""
        return {**carried, "weights": carried["average"]} if self._shape.averaging else carried

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

    def _masks(self, at: Carried, seed: Any, step: Any) -> list[Any]:
        """What dropout multiplies each layer's values with, ``(batch, columns)``."""
        size, columns = self._shape.batch_size, self._stack.dropped()
        sizes = [size * count for count in columns if count]
        if not sizes:
            return [None] * len(columns)
        layers = [index for index, count in enumerate(columns) if count]
        rate = self._of_layers(at, "dropout", layers, sizes)
        pieces = iter(tf.split(draw_mask(rate, seed, step, sum(sizes)), sizes))
        return [tf.reshape(next(pieces), (size, count)) if count else None for count in columns]

    def _of_layers(
        self, at: Carried, name: str, layers: Sequence[int], sizes: Sequence[int]
    ) -> Any:
        """A number of the knobs; where hidden layers differ, that of each of so many elements.

        Args:
            layers: To which of the network's layers the elements belong, piece by piece.
            sizes: How many elements each piece has.
        """
        if not self._shape.layered:
            return at[name]
        depths = self._shape.network.depths
        fields = [layer_field(name, depths[layer]) for layer in layers]
        pieces = zip(fields, sizes, strict=True)
        return tf.concat([tf.fill([size], at.get(field, 0.0)) for field, size in pieces], 0)

    def _step(self, at: Carried, state: Carried, gradient: Any, moments: list[Any]) -> Carried:
        """Weights, slots and averages after one step; ``gradient`` is flat."""
        w, averages = state["weights"], state["averages"]
        slots = self._shape.trained
        layers, sizes = [slot.layer for slot in slots], [slot.array.size for slot in slots]
        l1, l2 = (self._of_layers(at, name, layers, sizes) for name in ("l1", "l2"))
        penalty = l1 * tf.sign(w) + 2.0 * l2 * w
        penalized = tf.range(w.shape[0]) < self._shape.penalized
        gradient = gradient + tf.where(penalized, penalty, 0.0)
        if self._shape.clipped:
            arrays = clipped(self._stack.arrays(gradient), at["clip_norm"])
            gradient = self._stack.flat(arrays)
        w, m, v = update(at, w, gradient, state["m"], state["v"], self._shape.decayed)
        if moments:
            new = tf.concat(moments, axis=1)
            averages = averages * MOMENTUM + new * (1.0 - MOMENTUM)
        return dict(zip(STEPPING, (w, m, v, averages), strict=True))

    def _validate(self, objective: Objective, part: Part, carried: Carried) -> Any:
        """Mean metrics over all validation rows, ``(metrics,)``."""
        features, targets = part.features, part.targets
        rows = self._shape.validation_rows
        size = min(rows, VALIDATION_ROWS)
        weights, averages = self._stack.arrays(carried["weights"]), carried["averages"]

        def sums_of(x: Any, y: Any, counts: Any) -> Any:
            return objective.sums(self._stack.predict(weights, x, averages), y, counts)

        def block(index: Any, sums: Any) -> Any:
            begin = tf.minimum(index * size, rows - size)  # the last block overlaps the one before
            x, y = tf.slice(features, [begin, 0], [size, -1]), tf.slice(targets, [begin], [size])
            new = tf.cast(begin + tf.range(size) >= index * size, tf.float32)
            own = part.weights_at(lambda weights: tf.slice(weights, [begin], [size]))
            return index + 1, sums + sums_of(x, y, times(new, own))

        blocks = -(-rows // size)
        if blocks == 1:
            return sums_of(features, targets, times(1.0, part.weights)) / rows
        begin = (0, tf.zeros(self._metrics))
        _, sums = tf.while_loop(lambda index, sums: index < blocks, block, begin)
        return sums / rows

    def _of_all(self, value_of: Value, part: Part, carried: Carried) -> Any:
        """A value of all rows that is no mean over them."""
        return value_of(self._outputs(part.features, carried), part.targets, part.weights)

    def _outputs(self, features: Any, carried: Carried) -> Any:
        """Outputs for all rows, ``(rows, outputs)``."""
        weights, averages = self._stack.arrays(carried["weights"]), carried["averages"]
        shape = self._shape
        rows, units = features.shape[0], shape.network.units
        size = min(rows, VALIDATION_ROWS)
        blocks = -(-rows // size)

        def outputs_of(index: Any) -> Any:
            there = tf.minimum(index * size + tf.range(size), rows - 1)  # padding repeats the last
            outputs = self._stack.predict(weights, tf.gather(features, there), averages)
            return POOLED[shape.task](outputs) if shape.network.members > 1 else outputs

        outputs = tf.map_fn(
            outputs_of, tf.range(blocks), fn_output_signature=tf.TensorSpec([size, units])
        )
        return tf.reshape(outputs, [blocks * size, units])[:rows]


def _only(carried: Carried, names: tuple[str, ...]) -> Carried:
    return {name: carried[name] for name in names}
