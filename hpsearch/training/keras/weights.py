"""Rows that count differently, in Keras: labels that carry their weights.

``fit`` takes one weight a row, and that is the loss's, in which classes may count differently, too.
Metrics count rows by their own weights alone, which stand in a column beside the labels.
"""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from hpsearch.data.parts import Weights
from hpsearch.data.table import Labels
from hpsearch.data.target import Logarithm
from hpsearch.training.keras.logarithm import learned_loss


def labels_and_weights(labels: Labels, weights: Weights | None) -> NDArray[np.float32]:
    """Labels, and what their rows count in metrics: 1 without weights; float32 ``(rows, 2)``."""
    return np.stack([labels, np.ones_like(labels) if weights is None else weights], axis=1)


class WeightedLoss(keras.losses.Loss):  # type: ignore[misc]
    """A loss of labels with weights, of which it sees the labels alone.

    Keras multiplies the rows' losses by the weights that ``fit`` was given, and divides their sum
    by the rows of the batch, not by the sum of the weights.
    """

    def __init__(self, loss: Any, logarithm: Logarithm | None) -> None:
        super().__init__(name=loss.name)
        self._loss = learned_loss(loss.call, logarithm)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Losses of the rows, ``(rows,)``."""
        return self._loss(y_true[:, :1], y_pred)


class WeightedMetric(keras.metrics.Metric):  # type: ignore[misc]
    """A metric of labels with weights: the mean by these."""

    def __init__(self, metric: Any) -> None:
        super().__init__(name=metric.name)
        self._metric = metric

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count rows by the weights beside their labels, whatever the loss counts."""
        self._metric.update_state(y_true[:, :1], y_pred, sample_weight=y_true[:, 1])

    def result(self) -> Any:
        return self._metric.result()

    def reset_state(self) -> None:
        self._metric.reset_state()
