"""The compiled trainer: segments through XLA programs, one a network shape.

Between calls the state is plain arrays. ``State.weights`` holds the flat weights and the moving
averages, and the average over steps of the flat weights if that is kept; ``State.optimizer`` the
flat slots ``m`` and ``v``; see ``shapes``.
"""

from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from hpsearch.data.parts import Fold
from hpsearch.data.target import Logarithm
from hpsearch.files import can_be_written
from hpsearch.models.network import Network
from hpsearch.training.compiled.program import Program
from hpsearch.training.compiled.rows import tensors_of
from hpsearch.training.compiled.shapes import Shape, flatten, shape_of, unflatten
from hpsearch.training.compiled.tracing import trace
from hpsearch.training.compiled.updates import coefficients
from hpsearch.training.curve import Ending
from hpsearch.training.initialization import dropout_seed, initial_weights
from hpsearch.training.segment import Best, Progress, Segment, State, epoch_permutation, inspected

#: Programs kept ready in a process, some 25 MB each.
PROGRAMS_KEPT = 32

#: Stands where a program has no use for one.
NO_LOGARITHM = Logarithm(1.0, 0.0, 1.0)

ENDINGS = (Ending.RUNNING, Ending.STOPPED_EARLY, Ending.DIVERGED)


class CompiledTrainer:
    """Trains segments with XLA programs.

    Args:
        kept: The folder in which XLA keeps compiled programs, if it does.
    """

    def __init__(self, kept: Path | None = None) -> None:
        self._kept = kept
        self._programs: OrderedDict[Shape, Callable[..., Any]] = OrderedDict()
        self._rows: tuple[Fold, tuple[Any, ...]] | None = None

    def run(self, segment: Segment, fold: Fold) -> Progress:
        """Train a segment; see ``Trainer``."""
        recipe = segment.recipe
        shape = shape_of(
            recipe,
            columns=fold.columns,
            rows=len(fold.train_labels),
            validation_rows=len(fold.validation_labels),
            features=fold.train_features.dtype.name,
            weighting=fold.weighting,
        )
        rows = self._on_device(fold)
        logarithm = tf.constant(astuple(fold.target.logarithm or NO_LOGARITHM), tf.float32)
        seed, patience = tf.constant(dropout_seed(segment.seed)), tf.constant(recipe.patience)
        latest = tf.constant(recipe.keep == "last")
        carried = _to_device(segment, fold, shape)
        curves: list[NDArray[np.float32]] = []
        ending = Ending.RUNNING
        for first in range(segment.first, segment.last, shape.chunk):
            epochs = min(shape.chunk, segment.last - first)
            orders = np.zeros((shape.chunk, shape.rows), np.int32)
            for index in range(epochs):
                orders[index] = epoch_permutation(segment.seed, first + index + 1, shape.rows)
            numbers = np.zeros((shape.chunk * shape.steps, len(shape.fields)), np.float32)
            wanted = coefficients(recipe.knobs, shape.fields, shape.steps, first, first + epochs)
            numbers[: len(wanted)] = wanted
            chunk = (tf.constant(values) for values in (orders, epochs, numbers))
            given = (rows, logarithm, *chunk, seed, patience, latest, carried)
            curve, flag, carried = self._call(shape, given)
            curves.append(curve.numpy()[: int(carried["epoch"]) - first])
            ending = ENDINGS[int(flag)]
            if ending != Ending.RUNNING:
                break
        state = _from_device(carried, recipe.network, shape)
        judged = carried["average" if shape.averaging else "weights"]
        flat = (judged.numpy(), carried["averages"].numpy())
        weights = unflatten(*flat, recipe.network, shape)
        return inspected(recipe, state, np.concatenate(curves), ending, weights, fold)

    def _call(self, shape: Shape, arguments: tuple[Any, ...]) -> Any:
        """Run the program of a shape, compiled now if it is not kept.

        XLA fails where the file of a kept program is damaged, and cannot say which: then all of
        them go, and it compiles; under another name, since it remembers what failed.

        Raises:
            OSError: If the folder of programs cannot be written any more; no fault of the segment.
        """
        if shape in self._programs:
            self._programs.move_to_end(shape)
            return self._programs[shape](*arguments)
        while len(self._programs) >= PROGRAMS_KEPT:
            self._programs.popitem(last=False)
        program = trace(Program(shape).run, shape.name, arguments)
        try:
            result = program(*arguments)
        except tf.errors.OpError as error:
            if self._kept is None:
                raise
            if not can_be_written(self._kept):  # a worker that starts now keeps none
                raise OSError(f"programs cannot be kept in {self._kept}: {error}") from None
            if isinstance(error, tf.errors.ResourceExhaustedError):
                raise
            for file in self._kept.iterdir():
                with suppress(OSError):
                    file.unlink()
            program = trace(Program(shape).run, f"{shape.name} again", arguments)
            result = program(*arguments)
        self._programs[shape] = program
        return result

    def _on_device(self, fold: Fold) -> tuple[Any, ...]:
        """The fold's arrays as tensors, made once."""
        if self._rows is None or self._rows[0] is not fold:
            self._rows = (fold, tensors_of(fold))
        return self._rows[1]


def _to_device(segment: Segment, fold: Fold, shape: Shape) -> dict[str, Any]:
    """The state that a program carries: that of the segment, or a fresh one from its seed."""
    state, network = segment.state, segment.recipe.network
    if state is None:
        fresh = initial_weights(network, fold.columns, segment.seed, fold.sections)
        weights, averages = flatten(fresh, network, shape)
        slots = (np.zeros_like(weights), np.zeros_like(weights))
        worst = segment.recipe.the_task().metric.worst
        average = (weights,) if shape.averaging else ()
        state = State(0, (weights, averages, *average), slots, Best(0, worst, ()))
    best = state.best
    best_flat = flatten(best.weights, network, shape) if best.weights else state.weights[:2]
    values = {
        "epoch": np.int32(state.epoch),
        **dict(zip(_names(shape), state.weights, strict=True)),
        **dict(zip(("m", "v"), state.optimizer, strict=True)),
        "best_epoch": np.int32(best.epoch),
        "best_value": np.float32(best.value),
        **dict(zip(("best_weights", "best_averages"), best_flat, strict=True)),
    }
    return {name: tf.constant(value) for name, value in values.items()}


def _from_device(carried: dict[str, Any], network: Network, shape: Shape) -> State:
    arrays = {name: tensor.numpy() for name, tensor in carried.items()}
    epoch = int(arrays["best_epoch"])
    flat = (arrays["best_weights"], arrays["best_averages"])
    return State(
        epoch=int(arrays["epoch"]),
        weights=tuple(arrays[name] for name in _names(shape)),
        optimizer=(arrays["m"], arrays["v"]),
        best=Best(
            epoch,
            float(arrays["best_value"]),
            unflatten(*flat, network, shape) if epoch else (),
        ),
    )


def _names(shape: Shape) -> tuple[str, ...]:
    """What a program calls the arrays of ``State.weights``."""
    return ("weights", "averages", *(["average"] if shape.averaging else []))
