"""Networks as Keras models: the bare one that is trained, and the whole one that users open."""

import json
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from hpsearch.data.columns import RawRows
from hpsearch.data.preprocessing import Preprocessing
from hpsearch.data.signature import Signature
from hpsearch.data.target import UNSCALED, TargetScale
from hpsearch.files import replacing
from hpsearch.models.arrays import Arrays
from hpsearch.models.knobs import Knobs
from hpsearch.models.network import Network
from hpsearch.models.recipe import Recipe
from hpsearch.stock import StockObject
from hpsearch.training.blocks import block_rows
from hpsearch.training.keras.graph import features_of, raw_inputs, raw_tensors
from hpsearch.training.keras.logarithm import standardized_targets

#: Arguments that older releases of Keras refuse, with the defaults that every model here has.
NEWER_ARGUMENTS = {
    "input_axes": None,
    "oov_method": "floormod",
    "output_axes": None,
    "quantization_config": None,
    "ragged": False,
    "renorm": False,
    "renorm_clipping": None,
    "renorm_momentum": 0.99,
    "salt": None,
}

#: Where functions of ``keras.ops`` are in a saved model; older releases refuse a name among their
#: arguments, and take it from beside them.
OPERATIONS = "keras.src.ops"

#: Stands for the time of saving, so that the same model gives the same bytes; zip begins in 1980.
SAVED_AT = (1980, 1, 1, 0, 0, 0)

#: A network that was trained on a fold: what was learned of features, its weights as in
#: ``segment.Best``, and the scale of its target.
FoldNetwork = tuple[Preprocessing, Arrays, TargetScale]

#: What a mean is of: a training's recipe, its networks, one for each fold, and how often it counts.
Share = tuple[Recipe, Sequence[FoldNetwork], int]


def make(stock: StockObject, module: Any, **more: Any) -> Any:
    """An object of Keras's own from its description.

    Args:
        module: Where its class is: ``keras.layers``, ``keras.losses``.
        more: Further arguments.
    """
    return getattr(module, stock.class_name)(**stock.arguments, **more)


def layers_of(network: Network, knobs: Knobs, columns: int) -> list[Any]:
    """Keras layers from preprocessed features to the outputs, in order, not built yet."""
    layers: list[Any] = []
    of_each = (network.layers, network.names(), network.depths, network.inputs(columns))
    for layer, name, depth, inputs in zip(*of_each, strict=True):
        stock = layer.stock(knobs.of_layer(depth), inputs, len(layers))
        if stock is not None:
            layers.append(make(stock, keras.layers, name=name))
    return layers


def weights_of(model: Any) -> Arrays:
    """The arrays of a model's layers in their order, float32."""
    return tuple(weight.value.numpy() for layer in model.layers for weight in layer.weights)


def set_weights(model: Any, weights: Arrays) -> None:
    """Inverse of ``weights_of``."""
    rest = list(weights)
    for layer in model.layers:
        held, rest = rest[: len(layer.weights)], rest[len(layer.weights) :]
        layer.set_weights(held)


def whole_model(
    recipe: Recipe,
    preprocessing: Preprocessing,
    weights: Arrays,
    target: TargetScale = UNSCALED,
) -> Any:
    """A Keras model from raw columns to predictions.

    Args:
        weights: As in ``segment.Best``.
        target: The scale on which the network was trained; predictions are in the target's unit.

    Returns:
        A functional model with output ``(rows, outputs)``, float32 or of a scaled target float64,
        ready to predict, not for ``fit``. Its inputs are those of ``raw_inputs``: the one tensor
        itself, or two by their names.
    """
    inputs = raw_inputs(preprocessing.columns)
    x = features_of(preprocessing, inputs)
    model = keras.Model(_single(inputs), _predictions(recipe, x, target), name="hpsearch")
    set_weights(model, weights)
    return model


def features_model(preprocessing: Preprocessing, name: str) -> Any:
    """``whole_model`` up to the preprocessed features."""
    inputs = raw_inputs(preprocessing.columns)
    return keras.Model(_single(inputs), features_of(preprocessing, inputs), name=name)


def network_model(
    recipe: Recipe, features: Any, weights: Arrays, target: TargetScale, name: str
) -> Any:
    """``whole_model`` from the preprocessed features on, which a tensor stands for."""
    inputs = keras.Input(features.shape[1:], name="features", dtype=features.dtype)
    model = keras.Model(inputs, _predictions(recipe, inputs, target), name=name)
    set_weights(model, weights)
    return model


def _single(inputs: Mapping[str, Any]) -> Any:
    """Inputs as a model has them: the one tensor itself, or two by their names."""
    return inputs if len(inputs) > 1 else next(iter(inputs.values()))


def _predictions(recipe: Recipe, x: Any, target: TargetScale) -> Any:
    """Predictions in the target's unit of preprocessed features."""
    task = recipe.the_task()
    for layer in layers_of(recipe.network, recipe.knobs, x.shape[-1]):
        x = layer(x)
    members = recipe.network.members > 1
    pool = keras.layers.GlobalAveragePooling1D
    if target == UNSCALED and members:
        x = keras.layers.Activation(task.output_activation, name="member_predictions")(x)
        link = pool(name=task.output_name)
    elif target == UNSCALED:
        link = keras.layers.Activation(task.output_activation, name=task.output_name)
    else:  # float64, as float32 has 7 digits, which a target far from 0 may share
        x = pool(name="mean_of_members")(x) if members else x
        link = keras.layers.Rescaling(
            target.deviation, target.mean, name=task.output_name, dtype="float64"
        )
        x = standardized_targets(x, target.logarithm)
    return link(x)


def mean_model(shares: Sequence[Share]) -> Any:
    """``whole_model`` of one network, or the mean over several, as a Keras model.

    Each training counts as often as its share says, and its folds alike. Networks with the same
    preprocessing share it: rows are prepared once for all of them.
    """
    every = [(recipe, network, count) for recipe, networks, count in shares for network in networks]
    first, (preprocessing, *_), _ = every[0]
    if len(every) == 1:
        return whole_model(first, *every[0][1])
    inputs = raw_inputs(preprocessing.columns)
    features: dict[int, Any] = {}
    outputs = []
    for place, (recipe, (preprocessing, weights, target), count) in enumerate(every):
        if (key := id(preprocessing)) not in features:
            model = features_model(preprocessing, f"features_{len(features)}")
            features[key] = model(_single(inputs))
        model = network_model(recipe, features[key], weights, target, f"network_{place}")
        outputs += [model(features[key])] * count
    mean = keras.layers.Average(name=first.the_task().output_name, dtype=outputs[0].dtype)
    return keras.Model(_single(inputs), mean(outputs), name="hpsearch")


def save_model(
    path: Path,
    recipe: Recipe,
    networks: Sequence[FoldNetwork],
    classes: tuple[str, ...] = (),
    threshold: float | None = None,
) -> None:
    """``save_mean`` of the networks of one training, one for each fold."""
    save_mean(path, [(recipe, networks, 1)], classes, threshold)


def save_mean(
    path: Path,
    shares: Sequence[Share],
    classes: tuple[str, ...] = (),
    threshold: float | None = None,
    made_of: Mapping[str, int] | None = None,
) -> None:
    """Write ``mean_model`` as a ``.keras`` file in one step: the old or the new, never half.

    The same model gives the same bytes. Keras 3.8 and later open the file, with TensorFlow; without
    columns of texts with any backend. What one needs to call it stands in its ``metadata.json``,
    see ``Signature``.

    Args:
        classes: Names of the classes, if they have some.
        threshold: Probability from which a row is called the second class, if that is asked.
        made_of: The trainings for people, with how often each counts, in ``metadata.json``.
    """
    networks = [network for _, networks, _ in shares for network in networks]
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "model.keras"  # Keras insists on the ending
        mean_model(shares).save(saved)
        with zipfile.ZipFile(saved) as archive:
            parts = {name: archive.read(name) for name in sorted(archive.namelist())}
    config, metadata = json.loads(parts["config.json"]), json.loads(parts["metadata.json"])
    columns = networks[0][0].columns
    task = shares[0][0].task
    signature = Signature(task, columns, _vocabularies(networks), classes, threshold)
    metadata |= signature.as_json()
    metadata |= {"made_of": dict(made_of)} if made_of else {}
    metadata["date_saved"] = "{:04}-{:02}-{:02}@{:02}:{:02}:{:02}".format(*SAVED_AT)
    parts["config.json"] = json.dumps(_portable(config, {})).encode()
    parts["metadata.json"] = json.dumps(metadata).encode()
    with replacing(path) as fresh, zipfile.ZipFile(fresh, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, SAVED_AT), content)


def _vocabularies(networks: Sequence[FoldNetwork]) -> tuple[tuple[str, ...], ...]:
    """The texts that train rows of any fold have, of each column of texts."""
    each = (preprocessing.vocabularies for preprocessing, _, _ in networks)
    return tuple(tuple(dict.fromkeys(chain(*texts))) for texts in zip(*each, strict=True))


def _portable(entry: Any, numbers: dict[int, int]) -> Any:
    """A model's configuration without what older Keras refuses and what differs between processes.

    Args:
        numbers: Shared objects by their address in memory, which is their name in the file; they
            are numbered in the order in which they are met.
    """
    match entry:
        case {"module": str(module), "config": {"name": _, **rest}} if module.startswith(
            OPERATIONS
        ):
            return _portable({**entry, "config": rest}, numbers)
        case dict():
            return {
                name: numbers.setdefault(value, len(numbers))
                if name == "shared_object_id"
                else _portable(value, numbers)
                for name, value in entry.items()
                if name not in NEWER_ARGUMENTS or value != NEWER_ARGUMENTS[name]
            }
        case list():
            return [_portable(value, numbers) for value in entry]
    return entry


def predict(
    recipe: Recipe,
    preprocessing: Preprocessing,
    weights: Arrays,
    raw: RawRows,
    target: TargetScale = UNSCALED,
) -> NDArray[np.float64]:
    """Predictions for raw rows in the target's unit, float64 ``(rows,)`` or ``(rows, classes)``."""
    model = whole_model(recipe, preprocessing, weights, target)
    size = block_rows(preprocessing.width)
    outputs = [
        predict_block(model, raw_tensors(preprocessing.columns, raw[start : start + size]))
        for start in range(0, max(len(raw), 1), size)
    ]
    return np.concatenate(outputs)


def predict_block(model: Any, rows: Any) -> NDArray[np.float64]:
    """What a model predicts for rows as ``raw_tensors`` gives them; as ``predict`` returns it.

    Not by the model's ``predict``, which makes float32 of an array that it is given.
    """
    output = np.asarray(model.predict_on_batch(rows), np.float64)
    return output[:, 0] if output.shape[1] == 1 else output
