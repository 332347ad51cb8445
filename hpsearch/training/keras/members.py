"""Networks with members in Keras: the mean loss of the members, and metrics of their mean."""

from collections.abc import Callable
from typing import Any

import keras

from hpsearch.training.pooling import POOLED


class MembersLoss(keras.losses.Loss):  # type: ignore[misc]
    """The mean over members of a loss of outputs ``(rows, members, outputs)``.

    Args:
        loss: Losses of rows, ``(rows,)``, of labels ``(rows, …)`` and outputs ``(rows, outputs)``.
    """

    def __init__(self, loss: Callable[[Any, Any], Any], members: int) -> None:
        super().__init__(name="loss")
        self._loss, self._members = loss, members

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Losses of the rows, ``(rows,)``."""
        flat = keras.ops.reshape(y_pred, (-1, y_pred.shape[-1]))
        losses = self._loss(keras.ops.repeat(y_true, self._members, axis=0), flat)
        return keras.ops.mean(keras.ops.reshape(losses, (-1, self._members)), axis=1)


class PooledMetric(keras.metrics.Metric):  # type: ignore[misc]
    """A metric of the members' mean prediction."""

    def __init__(self, metric: Any, task: str) -> None:
        super().__init__(name=metric.name)
        self._metric, self._task = metric, task

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Pool the outputs and count the rows."""
        pooled = POOLED[self._task](y_pred)
        self._metric.update_state(y_true, pooled, sample_weight=sample_weight)

    def result(self) -> Any:
        return self._metric.result()

    def reset_state(self) -> None:
        self._metric.reset_state()
