"""Keras's own ``fit`` behind the ``Trainer`` contract: slow, and the others' reference."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from hpsearch.data.parts import Fold
from hpsearch.data.table import Features
from hpsearch.models.arrays import Arrays
from hpsearch.models.knobs import Knobs
from hpsearch.models.recipe import Recipe
from hpsearch.tasks.task import Outputs
from hpsearch.training.blocks import block_rows
from hpsearch.training.curve import Ending
from hpsearch.training.device import tensor_of
from hpsearch.training.initialization import DROPOUT, initial_weights
from hpsearch.training.keras.averaging import WeightsAverage
from hpsearch.training.keras.logarithm import learned_loss, measured
from hpsearch.training.keras.members import MembersLoss, PooledMetric
from hpsearch.training.keras.model import layers_of, make, set_weights, weights_of
from hpsearch.training.keras.weights import WeightedLoss, WeightedMetric, labels_and_weights
from hpsearch.training.segment import (
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
    """Trains segments with ``keras.Model.fit``."""

    def __init__(self) -> None:
        self._models: OrderedDict[tuple[Any, ...], _Model] = OrderedDict()

    def run(self, segment: Segment, fold: Fold) -> Progress:
        """Train a segment; see ``Trainer``."""
        recipe = segment.recipe
        steps = -(-len(fold.train_labels) // recipe.batch_size)
        kept = self._model(recipe, fold, steps)
        model = kept.keras
        state = segment.state or _fresh(kept, segment, fold)
        _restore(model, state)
        average = WeightsAverage(model, state.weights[len(model.variables) :])
        watch = _Watch(model, average, state, recipe, fold)
        model.fit(
            self._batches(segment, fold, steps),
            initial_epoch=segment.first,
            epochs=segment.last,
            steps_per_epoch=steps,
            validation_data=_validation(fold),
            validation_batch_size=block_rows(fold.columns, len(fold.validation_labels)),
            shuffle=False,  # the dataset is in the order of ``epoch_permutation``
            callbacks=[average, watch],
            verbose=0,
        )
        slots = _values(model.optimizer.variables)
        weights = (*_values(model.variables), *average.values())
        end = State(watch.epoch, weights, slots, watch.best)
        curve = np.array(watch.curve, np.float32)
        with average.lent():
            return inspected(recipe, end, curve, watch.ending, weights_of(model), fold)

    def _model(self, recipe: Recipe, fold: Fold, steps: int) -> "_Model":
        """A compiled model, its state unspecified; made anew unless one is kept."""
        columns, logarithm, weighted = fold.columns, fold.target.logarithm, bool(fold.weighting)
        key = (recipe, logarithm, weighted, columns, steps)
        if key not in self._models:
            while len(self._models) >= MODELS_KEPT:
                self._models.popitem(last=False)
            layers = layers_of(recipe.network, recipe.knobs, columns)
            model = keras.Sequential([keras.Input((columns,)), *layers])
            optimizer = _optimizer(recipe.knobs, steps)
            if recipe.knobs.optimizer == "adamw":
                optimizer.exclude_from_weight_decay(var_list=_undecayed(model, recipe, columns))
            task = recipe.the_task()
            loss = make(task.loss, keras.losses)
            metrics = [
                measured(make(metric.stock, keras.metrics, name=metric.name), logarithm)
                for metric in task.curve_metrics
                if metric.stock is not None
            ]
            members = recipe.network.members
            if members > 1:
                metrics = [PooledMetric(metric, task.name) for metric in metrics]
            if weighted:
                loss, metrics = WeightedLoss(loss, logarithm), [*map(WeightedMetric, metrics)]
            elif members == 1:
                loss = learned_loss(loss, logarithm)
            if members > 1:
                of_rows = loss.call if weighted else learned_loss(loss.call, logarithm)
                loss = MembersLoss(of_rows, members)
            model.compile(optimizer, loss, metrics=metrics)
            optimizer.build(model.trainable_variables)
            self._models[key] = _Model(model, _values(optimizer.variables))
        self._models.move_to_end(key)
        return self._models[key]

    def _batches(self, segment: Segment, fold: Fold, steps: int) -> Any:
        """The segment's batches in order, as ``fit`` takes them: features first."""
        rows, size = len(fold.train_labels), segment.recipe.batch_size
        features, *others = tensor_of(fold.train_features), *map(tf.constant, _train_targets(fold))
        epochs = range(segment.first + 1, segment.last + 1)
        order = tf.constant(
            np.stack([epoch_permutation(segment.seed, epoch, rows) for epoch in epochs])
        )

        def batch(index: Any) -> tuple[Any, ...]:
            begin = (index % steps) * size
            chosen = order[index // steps, begin : tf.minimum(begin + size, rows)]
            x = tf.cast(tf.gather(features, chosen), tf.float32)
            return x, *(tf.gather(part, chosen) for part in others)

        return tf.data.Dataset.range(len(epochs) * steps).map(batch)


def _train_targets(fold: Fold) -> tuple[NDArray[np.float32], ...]:
    """Labels ``(rows, 1)``; where rows have weights, labels with these, and the loss's weights."""
    if fold.loss_weights is None:
        return (fold.train_labels[:, None],)
    return labels_and_weights(fold.train_labels, fold.train_weights), fold.loss_weights


def _validation(fold: Fold) -> tuple[NDArray[np.float32], ...]:
    """Features, and labels as in ``_train_targets``."""
    features, labels = fold.validation_features, fold.validation_labels
    if not fold.weighting:
        return features, labels[:, None]
    return features, labels_and_weights(labels, fold.validation_weights)


@dataclass(frozen=True, slots=True)
class _Model:
    """A compiled Keras model and the values with which its optimizer's variables begin."""

    keras: Any
    optimizer: Arrays


class _Watch(keras.callbacks.Callback):  # type: ignore[misc]
    """Collects the curve, keeps the best weights, and stops on patience or divergence."""

    def __init__(
        self, model: Any, average: WeightsAverage, state: State, recipe: Recipe, fold: Fold
    ) -> None:
        super().__init__()
        self.epoch = state.epoch
        self.best = state.best
        self.curve: list[list[list[float]]] = []
        self.ending = Ending.RUNNING
        self._trained = model
        self._average = average
        self._latest = recipe.keep == "last"
        self._patience = recipe.patience
        self._task = recipe.the_task()
        self._fold = fold

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        logs = logs or {}
        if self._task.metric.stock is None:
            logs = {**logs, **self._measured()}
        names, sign = self._task.curve_names, self._task.metric.sign
        train, validation = ([logs[part + name] for name in names] for part in ("", "val_"))
        self.curve.append([train, validation])
        self.epoch = epoch + 1
        value = float(np.float32(validation[0]))
        if not np.isfinite([train, validation]).all():
            self._end(Ending.DIVERGED)
        elif self._latest or sign * value < sign * self.best.value:
            with self._average.lent():
                self.best = Best(self.epoch, value, weights_of(self._trained))
        elif self.epoch - self.best.epoch >= self._patience:
            self._end(Ending.STOPPED_EARLY)

    def _measured(self) -> dict[str, float]:
        """The objective where it is no mean over rows, of the network as it is after the epoch."""
        fold, metric = self._fold, self._task.metric
        train = (fold.train_features, fold.train_labels, fold.train_weights)
        validation = (fold.validation_features, fold.validation_labels, fold.validation_weights)
        with self._average.lent():
            validated = self._value(*validation)
        return {metric.name: self._value(*train), f"val_{metric.name}": validated}

    def _value(
        self,
        features: Features,
        labels: NDArray[np.float32],
        weights: NDArray[np.float32] | None,
    ) -> float:
        return self._task.metric.value(
            labels, self._task.predictions(self._outputs(features)), weights
        )

    def _outputs(self, features: Features) -> Outputs:
        size = block_rows(features.shape[1])
        blocks = (features[begin : begin + size] for begin in range(0, len(features), size))
        outputs = [
            self._trained(block.astype(np.float32, copy=False), training=False) for block in blocks
        ]
        joined = np.concatenate([output.numpy() for output in outputs])
        return joined if joined.ndim == 2 else self._task.pooled(joined)

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


def _undecayed(model: Any, recipe: Recipe, columns: int) -> list[Any]:
    """The trained variables that weight decay leaves alone."""
    arrays = [array for arrays in recipe.network.arrays(columns) for array in arrays]
    trained = [array for array in arrays if array.trained]
    return [
        variable
        for variable, array in zip(model.trainable_variables, trained, strict=True)
        if not array.decayed
    ]


def _values(variables: Any) -> Arrays:
    return tuple(variable.value.numpy() for variable in variables)


def _fresh(kept: _Model, segment: Segment, fold: Fold) -> State:
    """The state before the first epoch, from the segment's seed alone."""
    model = kept.keras
    network = segment.recipe.network
    set_weights(model, initial_weights(network, fold.columns, segment.seed, fold.sections))
    sequence = np.random.SeedSequence(segment.seed, spawn_key=(DROPOUT,))
    seeds = iter(sequence.generate_state(2 * len(network.widths)).reshape(-1, 2))
    weights = tuple(
        next(seeds).astype(array.dtype) if variable.path.endswith("seed_generator_state") else array
        for variable, array in zip(model.variables, _values(model.variables), strict=True)
    )
    if segment.recipe.keep == "average":
        weights = (*weights, *_values(model.trainable_variables))
    worst = segment.recipe.the_task().metric.worst
    return State(0, weights, kept.optimizer, Best(0, worst, ()))


def _restore(model: Any, state: State) -> None:
    weights = state.weights[: len(model.variables)]
    for variable, value in zip(model.variables, weights, strict=True):
        variable.assign(value)
    for variable, value in zip(model.optimizer.variables, state.optimizer, strict=True):
        variable.assign(value)
