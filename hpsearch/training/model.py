"""Networks as Keras models: the bare one that is trained, and the whole one that users open."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from hpsearch.data.splits import Scaling
from hpsearch.data.table import Features
from hpsearch.network import Knobs, Network
from hpsearch.training.segment import Arrays


def hidden_layers(network: Network, knobs: Knobs) -> list[Any]:
    """Keras layers from the input to the logit, in order, not built yet."""
    layers: list[Any] = []
    for units in network.widths:
        penalty = keras.regularizers.L1L2(knobs.l1, knobs.l2) if knobs.l1 or knobs.l2 else None
        biased = not network.batch_normalization  # which has a shift of its own
        layers.append(keras.layers.Dense(units, use_bias=biased, kernel_regularizer=penalty))
        if network.batch_normalization:
            layers.append(keras.layers.BatchNormalization())
        layers.append(keras.layers.Activation(network.activation))
        if knobs.dropout:
            layers.append(keras.layers.Dropout(knobs.dropout, seed=len(layers)))
    layers.append(keras.layers.Dense(1))
    return layers


def weights_of(model: Any) -> Arrays:
    """Weights of a model's ``Dense`` and batch normalisation layers, in their order, float32."""
    return tuple(
        weight.value.numpy()
        for layer in model.layers
        if isinstance(layer, keras.layers.Dense | keras.layers.BatchNormalization)
        for weight in layer.weights
    )


def set_weights(model: Any, weights: Arrays) -> None:
    """Inverse of ``weights_of``."""
    rest = list(weights)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dense | keras.layers.BatchNormalization):
            count = len(layer.weights)
            layer.set_weights(rest[:count])
            rest = rest[count:]


def whole_model(network: Network, knobs: Knobs, scaling: Scaling, weights: Arrays) -> Any:
    """A Keras model from raw features ``(rows, columns)`` to the probability of label 1.

    Args:
        weights: As in ``segment.Best``.

    Returns:
        A functional model with output ``(rows, 1)``, ready for ``predict``, not for ``fit``.
    """
    features = keras.Input((len(scaling.mean),), name="features")
    layers = hidden_layers(network, knobs)
    x = keras.layers.Normalization(
        mean=scaling.mean, variance=scaling.deviation.astype(np.float64) ** 2, name="standardise"
    )(features)
    for layer in layers:
        x = layer(x)
    output = keras.layers.Activation("sigmoid", name="probability")(x)
    model = keras.Model(features, output, name="hpsearch")
    set_weights(model, weights)
    return model


def save_model(
    path: Path, network: Network, knobs: Knobs, scaling: Scaling, weights: Arrays
) -> None:
    """Write ``whole_model`` as a ``.keras`` file in one step: the old or the new, never half."""
    partial = path.with_name(f".partial-{path.name}")
    whole_model(network, knobs, scaling, weights).save(partial)
    partial.replace(path)


def predict(
    network: Network, knobs: Knobs, scaling: Scaling, weights: Arrays, features: Features
) -> NDArray[np.float64]:
    """Probability of label 1 for raw features ``(rows, columns)``, float64 ``(rows,)``."""
    model = whole_model(network, knobs, scaling, weights)
    output = model.predict(features, batch_size=8_192, verbose=0)
    return np.asarray(output, dtype=np.float64)[:, 0]
