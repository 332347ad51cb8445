"""The saved model: the same bytes each time, and nothing in it that older Keras refuses."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.data.standardization import Standardization
from hpsearch.models.recipe import Recipe, recipe_of
from hpsearch.training.initialization import initial_weights

pytestmark = pytest.mark.usefixtures("tensorflow")

#: What Keras 3.4 takes, by class, beside the name, dtype and trainability that each layer has.
KNOWN = {
    "InputLayer": {"batch_shape", "sparse", "optional"},
    "Normalization": {"axis", "mean", "variance", "invert"},
    "Dense": {
        *("units", "activation", "use_bias", "kernel_initializer", "bias_initializer"),
        *("kernel_regularizer", "bias_regularizer", "activity_regularizer"),
        *("kernel_constraint", "bias_constraint", "lora_rank"),
    },
    "BatchNormalization": {
        *("axis", "momentum", "epsilon", "center", "scale", "beta_initializer"),
        *("gamma_initializer", "moving_mean_initializer", "moving_variance_initializer"),
        *("beta_regularizer", "gamma_regularizer", "beta_constraint", "gamma_constraint"),
        "synchronized",
    },
    "Activation": {"activation"},
    "Dropout": {"rate", "seed", "noise_shape"},
    "GlorotUniform": {"seed"},
    "Zeros": set(),
    "Ones": set(),
    "L1L2": {"l1", "l2"},
    "DTypePolicy": set(),
}
EVERY = {"name", "dtype", "trainable"}

STANDARDIZATION = Standardization(
    ("height", "width", "depth"),
    np.array([1, 2, 3], np.float32),
    np.array([2, 0.5, 1], np.float32),
)


def recipe(**params: Any) -> Recipe:
    values = {"units": 7, "layers": 2, **params}
    return recipe_of(values, epochs=9, batch_size=50, patience=9, decay_epochs=9)


NETWORKS: dict[str, dict[str, Any]] = {
    "plain": {},
    "everything": {"batch_normalization": True, "dropout": 0.3, "l1": 1e-4, "l2": 1e-3},
}


def save(path: Path, params: dict[str, Any]) -> bytes:
    from hpsearch.training.keras.model import save_model

    made = recipe(**params)
    save_model(path, made, STANDARDIZATION, initial_weights(made.network, 3, seed=5))
    return path.read_bytes()


def configs(entry: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Class names with their arguments, wherever they are nested."""
    match entry:
        case dict():
            if "class_name" in entry and "registered_name" in entry:
                yield entry["class_name"], entry["config"]
            for one in entry.values():
                yield from configs(one)
        case list():
            for one in entry:
                yield from configs(one)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_saved_model_holds_only_what_keras_3_4_knows(tmp_path: Path, name: str) -> None:
    save(tmp_path / "best.keras", NETWORKS[name])
    with zipfile.ZipFile(tmp_path / "best.keras") as archive:
        config = json.loads(archive.read("config.json"))
    found = list(configs(config["config"]))
    assert {"InputLayer", "Normalization", "Dense", "Activation"} <= {kind for kind, _ in found}
    for kind, arguments in found:
        assert set(arguments) <= KNOWN[kind] | EVERY, kind


def test_the_saved_model_names_its_columns_in_their_order(tmp_path: Path) -> None:
    save(tmp_path / "best.keras", {})
    with zipfile.ZipFile(tmp_path / "best.keras") as archive:
        metadata = json.loads(archive.read("metadata.json"))
    assert metadata["columns"] == ["height", "width", "depth"]
    assert metadata["keras_version"].startswith("3.")


@pytest.mark.parametrize("name", NETWORKS)
def test_the_same_model_gives_the_same_bytes_whatever_was_made_before(
    tmp_path: Path, name: str
) -> None:
    import keras

    first = save(tmp_path / "first.keras", NETWORKS[name])
    keras.Sequential([keras.layers.Dense(3), keras.layers.Dropout(0.1)])
    assert save(tmp_path / "second.keras", NETWORKS[name]) == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first.keras", "second.keras"]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_saved_model_predicts_what_the_network_does(tmp_path: Path, name: str) -> None:
    import keras

    from hpsearch.training.keras.model import predict

    save(tmp_path / "best.keras", NETWORKS[name])
    features = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    made = recipe(**NETWORKS[name])
    expected = predict(made, STANDARDIZATION, initial_weights(made.network, 3, seed=5), features)
    loaded = keras.models.load_model(tmp_path / "best.keras")
    predicted = loaded.predict(features, verbose=0)[:, 0]
    np.testing.assert_allclose(predicted, expected, rtol=1e-6)  # threads may round otherwise


def test_a_model_that_cannot_be_saved_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError("no space left")

    before = save(tmp_path / "best.keras", {})
    monkeypatch.setattr("zipfile.ZipFile.writestr", fail)
    with pytest.raises(OSError, match="no space left"):
        save(tmp_path / "best.keras", {"dropout": 0.2})
    assert [path.name for path in tmp_path.iterdir()] == ["best.keras"]
    assert (tmp_path / "best.keras").read_bytes() == before
