"""Keras's own ``fit`` behind the ``Trainer`` contract: slow, and what others are held to."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from hpsearch.data.parts import Fold
from hpsearch.models.network import Knobs, Network
from hpsearch.tasks.binary import CURVE_METRICS
from hpsearch.training.curve import Ending
from hpsearch.training.initialization import DROPOUT, initial_weights
from hpsearch.training.keras.model import hidden_layers, set_weights, weights_of
from hpsearch.training.segment import (
    Arrays,
    Best,
    Progress,
    Segment,
    State,
    epoch_permutation,
    inspected,
)

#: Models kept ready in a process. A segment whose model is gone costs a second of tracing.
MODELS_KEPT = 8


class KerasTrainer:
    """Trains segments with ``keras.Model.fit``.

    Args:
        batch_size: Rows a step; the last batch of an epoch may be smaller.
        patience: Epochs without a better ``val_binary_crossentropy`` after which a trial stops.
    """

    def __init__(self, batch_size: int, patience: int) -> None:
        self._batch_size = batch_size
        self._patience = patience
        self._models: OrderedDict[tuple[Network, Knobs], _Model] = OrderedDict()

    def run(self, segment: Segment, fold: Fold) -> Progress:
        """Train a segment; see ``Trainer``."""
        rows = len(fold.train_labels)
        steps = -(-rows // self._batch_size)
        kept = self._model(segment.network, segment.knobs, fold.columns, steps)
        model = kept.keras
        state = segment.state or _fresh(kept, segment, fold.columns)
        _restore(model, state)
        watch = _Watch(model, state, self._patience)
        model.fit(
            self._batches(segment, fold, steps),
            initial_epoch=segment.first,
            epochs=segment.last,
            steps_per_epoch=steps,
            validation_data=(fold.validation_features, fold.validation_labels[:, None]),
            validation_batch_size=len(fold.validation_labels),
            shuffle=False,  # the dataset is in the order of ``epoch_permutation``
            callbacks=[watch],
            verbose=0,
        )
        slots = _values(model.optimizer.variables)
        end = State(watch.epoch, _values(model.variables), slots, watch.best)
        curve = np.array(watch.curve, np.float32)
        return inspected(segment.network, end, curve, watch.ending, weights_of(model), fold)

    def _model(self, network: Network, knobs: Knobs, columns: int, steps: int) -> "_Model":
        """A compiled model, its state unspecified; made anew unless one is kept."""
        key = (network, knobs)
        if key not in self._models:
            while len(self._models) >= MODELS_KEPT:
                self._models.popitem(last=False)
            layers = [keras.Input((columns,)), *hidden_layers(network, knobs)]
            model = keras.Sequential(layers)
            optimizer = _optimizer(knobs, steps)
            kernels = {layer.kernel.path for layer in model.layers if hasattr(layer, "kernel")}
            if knobs.optimizer == "adamw":
                others = [v for v in model.trainable_variables if v.path not in kernels]
                optimizer.exclude_from_weight_decay(var_list=others)
            crossentropy, accuracy = CURVE_METRICS
            model.compile(
                optimizer,
                keras.losses.BinaryCrossentropy(from_logits=True),
                metrics=[
                    keras.metrics.BinaryCrossentropy(from_logits=True, name=crossentropy),
                    keras.metrics.BinaryAccuracy(threshold=0.0, name=accuracy),
                ],
            )
            optimizer.build(model.trainable_variables)
            self._models[key] = _Model(model, _values(optimizer.variables))
        self._models.move_to_end(key)
        return self._models[key]

    def _batches(self, segment: Segment, fold: Fold, steps: int) -> Any:
        """The segment's batches in order, as ``(features, labels)`` with labels ``(rows, 1)``."""
        rows, size = len(fold.train_labels), self._batch_size
        features = tf.constant(fold.train_features)
        labels = tf.constant(fold.train_labels[:, None])
        epochs = range(segment.first + 1, segment.last + 1)
        order = tf.constant(
            np.stack([epoch_permutation(segment.seed, epoch, rows) for epoch in epochs])
        )

        def batch(index: Any) -> tuple[Any, Any]:
            begin = (index % steps) * size
            chosen = order[index // steps, begin : tf.minimum(begin + size, rows)]
            return tf.gather(features, chosen), tf.gather(labels, chosen)

        return tf.data.Dataset.range(len(epochs) * steps).map(batch)


@dataclass(frozen=True, slots=True)
class _Model:
    """A compiled Keras model and the values with which its optimizer's variables begin."""

    keras: Any
    optimizer: Arrays


class _Watch(keras.callbacks.Callback):  # type: ignore[misc]
    """Collects the curve, keeps the best weights, and stops on patience or divergence."""

    def __init__(self, model: Any, state: State, patience: int) -> None:
        super().__init__()
        self.epoch = state.epoch
        self.best = state.best
        self.curve: list[list[list[float]]] = []
        self.ending = Ending.RUNNING
        self._trained = model
        self._patience = patience

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        logs = logs or {}
        train = [logs[name] for name in CURVE_METRICS]
        validation = [logs[f"val_{name}"] for name in CURVE_METRICS]
        self.curve.append([train, validation])
        self.epoch = epoch + 1
        value = float(np.float32(validation[0]))
        if not (np.isfinite(train[0]) and np.isfinite(value)):
            self._end(Ending.DIVERGED)
        elif value < self.best.value:
            self.best = Best(self.epoch, value, weights_of(self._trained))
        elif self.epoch - self.best.epoch >= self._patience:
            self._end(Ending.STOPPED_EARLY)

    def _end(self, ending: Ending) -> None:
        self.ending = ending
        self._trained.stop_training = True


def _optimizer(knobs: Knobs, steps: int) -> Any:
    """Keras's optimizer; schedules count steps, as the tutorial's does."""
    horizon = knobs.schedule_epochs * steps
    schedules = keras.optimizers.schedules
    rate: Any = knobs.learning_rate
    match knobs.schedule:
        case "inverse_time":
            rate = schedules.InverseTimeDecay(rate, decay_steps=horizon, decay_rate=1.0)
        case "cosine":
            rate = schedules.CosineDecay(rate, decay_steps=horizon)
    clip = {"clipnorm": knobs.clip_norm or None}
    match knobs.optimizer:
        case "sgd":
            nesterov = knobs.nesterov
            return keras.optimizers.SGD(rate, momentum=knobs.momentum, nesterov=nesterov, **clip)
        case "rmsprop":
            return keras.optimizers.RMSprop(rate, momentum=knobs.momentum, **clip)
        case "adam":
            return keras.optimizers.Adam(rate, **clip)
        case "adamw":
            return keras.optimizers.AdamW(rate, weight_decay=knobs.weight_decay, **clip)
        case "nadam":
            return keras.optimizers.Nadam(rate, **clip)
    raise ValueError(f"unknown optimizer {knobs.optimizer!r}")


def _values(variables: Any) -> Arrays:
    return tuple(variable.value.numpy() for variable in variables)


def _fresh(kept: _Model, segment: Segment, columns: int) -> State:
    """The state before the first epoch, from the segment's seed alone."""
    model = kept.keras
    set_weights(model, initial_weights(segment.network, columns, segment.seed))
    sequence = np.random.SeedSequence(segment.seed, spawn_key=(DROPOUT,))
    seeds = iter(sequence.generate_state(2 * len(segment.network.widths)).reshape(-1, 2))
    weights = tuple(
        next(seeds).astype(array.dtype) if variable.path.endswith("seed_generator_state") else array
        for variable, array in zip(model.variables, _values(model.variables), strict=True)
    )
    return State(0, weights, kept.optimizer, Best(0, float("inf"), ()))


def _restore(model: Any, state: State) -> None:
    for variable, value in zip(model.variables, state.weights, strict=True):
        variable.assign(value)
    for variable, value in zip(model.optimizer.variables, state.optimizer, strict=True):
        variable.assign(value)
