"""Networks that learn the logarithm of a target, in Keras: losses, metrics, and the way back."""

from typing import Any

import keras

from hpsearch.data.target import LARGEST_EXPONENT, Logarithm
from hpsearch.stock import function_node, layer_node
from hpsearch.training.keras.graph import apply_nodes


def learned_loss(loss: Any, logarithm: Logarithm | None) -> Any:
    """A loss of what a network learns, to be called with targets; the loss itself without one."""
    if logarithm is None:
        return loss
    return lambda targets, outputs: loss(logarithm.learned(targets, keras.ops), outputs)


def measured(metric: Any, logarithm: Logarithm | None) -> Any:
    """A metric of targets, to be called with a network's outputs; the metric itself without one."""
    return metric if logarithm is None else _OfTargets(metric, logarithm)


def standardized_targets(outputs: Any, logarithm: Logarithm | None) -> Any:
    """``Logarithm.targets`` in a saved model, float64; the outputs themselves without one."""
    if logarithm is None:
        return outputs
    scale = {"scale": logarithm.deviation, "offset": logarithm.mean}
    nodes = (
        layer_node("logarithms", "Rescaling", "outputs", **scale, dtype="float64"),
        function_node("exponents", "minimum", "logarithms", LARGEST_EXPONENT),
        function_node("powers", "exp", "exponents"),
        function_node("above_least", "subtract", "powers", 2.0),
        function_node("standardized", "multiply", "above_least", logarithm.reach),
    )
    return apply_nodes(nodes, {"outputs": outputs})


class _OfTargets(keras.metrics.Metric):  # type: ignore[misc]
    """A metric that sees outputs on the scale of the targets."""

    def __init__(self, metric: Any, logarithm: Logarithm) -> None:
        super().__init__(name=metric.name)
        self._metric, self._logarithm = metric, logarithm

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        outputs = self._logarithm.targets(y_pred, keras.ops)
        self._metric.update_state(y_true, outputs, sample_weight=sample_weight)

    def result(self) -> Any:
        return self._metric.result()

    def reset_state(self) -> None:
        self._metric.reset_state()
