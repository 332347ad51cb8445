"""The average of the weights in Keras's ``fit``, which validates and keeps it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from hpsearch.models.arrays import Arrays
from hpsearch.training.averaging import averaged


class WeightsAverage(keras.callbacks.Callback):  # type: ignore[misc]
    """Averages trained weights after each step, and lends the average to what is validated.

    Args:
        model: Whose optimizer counts the steps.
        average: Of each trained variable before the first step; empty where none is wanted.
    """

    def __init__(self, model: Any, average: Arrays) -> None:
        super().__init__()
        self._trained = model
        self._average = [keras.Variable(array, trainable=False) for array in average]
        self._running: list[NDArray[Any]] = []

    def values(self) -> Arrays:
        """The average of each trained variable."""
        return tuple(average.value.numpy() for average in self._average)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if self._average:
            before = np.float32(int(self._trained.optimizer.iterations) - 1)
            for average, variable in self._pairs():
                average.assign(averaged(average.value, variable.value, before))

    def on_test_begin(self, logs: dict[str, float] | None = None) -> None:
        self._running = [variable.value.numpy() for _, variable in self._pairs()]
        for average, variable in self._pairs():
            variable.assign(average.value)

    def on_test_end(self, logs: dict[str, float] | None = None) -> None:
        for (_, variable), running in zip(self._pairs(), self._running, strict=True):
            variable.assign(running)

    @contextmanager
    def lent(self) -> Iterator[None]:
        """The model with the average for its weights."""
        self.on_test_begin()
        yield
        self.on_test_end()

    def _pairs(self) -> list[tuple[Any, Any]]:
        variables = self._trained.trainable_variables if self._average else []
        return list(zip(self._average, variables, strict=True))
