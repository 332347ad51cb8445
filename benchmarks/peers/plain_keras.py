"""A network of the study's space and its callbacks, as a user of Keras writes them down."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

OBJECTIVE = "val_binary_crossentropy"


def build_model(
    values: Mapping[str, Any], *, columns: int, steps: int, epochs: int, decay_epochs: int
) -> Any:
    """A compiled model for a trial's values; ``steps`` are the batches of an epoch."""
    l1, l2 = values.get("l1", 0.0), values.get("l2", 0.0)
    normalize = values.get("batch_normalization", False)
    model = keras.Sequential([keras.Input((columns,))])
    for _ in range(values["layers"]):
        penalty = keras.regularizers.L1L2(l1, l2) if l1 or l2 else None
        dense = keras.layers.Dense(
            values["units"], use_bias=not normalize, kernel_regularizer=penalty
        )
        model.add(dense)
        if normalize:
            model.add(keras.layers.BatchNormalization())
        model.add(keras.layers.Activation(values["activation"]))
        if values.get("dropout"):
            model.add(keras.layers.Dropout(values["dropout"]))
    model.add(keras.layers.Dense(1))
    model.compile(
        _optimizer(values, steps * epochs, steps * decay_epochs),
        keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[
            keras.metrics.BinaryCrossentropy(from_logits=True, name="binary_crossentropy"),
            keras.metrics.BinaryAccuracy(threshold=0.0, name="accuracy"),
        ],
    )
    return model


def _optimizer(values: Mapping[str, Any], steps: int, decay_steps: int) -> Any:
    rate = values["learning_rate"]
    match values["schedule"]:
        case "inverse_time":
            rate = keras.optimizers.schedules.InverseTimeDecay(rate, decay_steps, 1.0)
        case "cosine":
            rate = keras.optimizers.schedules.CosineDecay(rate, steps)
    match values["optimizer"]:
        case "sgd":
            return keras.optimizers.SGD(rate, momentum=values["momentum"])
        case "rmsprop":
            return keras.optimizers.RMSprop(rate)
        case "adamw":
            return keras.optimizers.AdamW(rate, weight_decay=values["weight_decay"])
    return keras.optimizers.Adam(rate)


def stopping(patience: int) -> list[Any]:
    """What ends a fit that gets no better, or that has diverged."""
    early = keras.callbacks.EarlyStopping(
        monitor=OBJECTIVE, mode="min", patience=patience, restore_best_weights=True
    )
    return [early, keras.callbacks.TerminateOnNaN()]


class TraceEpochs(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes a line an epoch: seconds since ``began`` on the machine's clock, trial and loss."""

    def __init__(self, file: Path, began: float, trial: int) -> None:
        super().__init__()
        self._file, self._began, self._trial = file, began, trial

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Append the line."""
        line = {
            "seconds": time.monotonic() - self._began,
            "trial": self._trial,
            "loss": (logs or {}).get(OBJECTIVE, float("nan")),
        }
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
