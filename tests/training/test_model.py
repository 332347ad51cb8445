"""The saved model: the same bytes each time, and nothing in it that older Keras refuses."""

import json
import zipfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.data.columns import RawRows, number_columns
from hpsearch.data.features.table_preprocessing import SCALINGS, TablePreprocessing
from hpsearch.data.signature import Signature, read_signature
from hpsearch.data.target import UNSCALED
from hpsearch.errors import RecordError
from hpsearch.models.arrays import Arrays
from hpsearch.models.recipe import Recipe, recipe_of
from hpsearch.tasks.binary import BINARY
from hpsearch.training.initialization import initial_weights
from tests.data.tables import MIXED, WORDED, mixed_rows, with_bins, worded_rows

pytestmark = pytest.mark.usefixtures("tensorflow")

#: What Keras 3.8 takes, by class, beside the name, dtype and trainability that each layer has.
LAYERS = {
    "InputLayer": {"batch_shape", "sparse", "optional", "name", "dtype"},
    "StringLookup": {
        *("invert", "max_tokens", "num_oov_indices", "oov_token", "mask_token", "output_mode"),
        *("sparse", "pad_to_max_tokens", "idf_weights", "vocabulary", "vocabulary_size"),
        "encoding",
    },
    "TextVectorization": {
        *("max_tokens", "standardize", "split", "ngrams", "output_mode", "encoding"),
        *("output_sequence_length", "pad_to_max_tokens", "vocabulary", "idf_weights", "sparse"),
        "vocabulary_size",
    },
    "Concatenate": {"axis"},
    "Reshape": {"target_shape"},
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
    "DTypePolicy": {"name"},
}
EVERY = {"name", "dtype", "trainable"}

#: Functions, which there have no name among their arguments, but beside them.
FUNCTIONS: dict[str, set[str]] = {
    **{name: set() for name in ("Add", "Cos", "Divide", "Floor", "Isnan", "Maximum", "Minimum")},
    **{name: set() for name in ("Mod", "Multiply", "Sin", "Sqrt", "Square", "Subtract", "Where")},
    **{"Take": {"axis"}, "ExpandDims": {"axis"}, "Sum": {"axis", "keepdims"}},
    **{"Cast": {"dtype"}, "Clip": {"x_min", "x_max"}},
    "OneHot": {"num_classes", "axis", "dtype", "sparse"},
}


def recipe(**params: Any) -> Recipe:
    values = {"units": 7, "layers": 2, "batch_size": 50, **params}
    return recipe_of(values, epochs=9, patience=9, decay_epochs=9)


NUMBERS = number_columns(("height", "width", "depth"))
ROWS = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)

#: Preprocessing by name, with raw rows for it.
TABLES: dict[str, tuple[TablePreprocessing, RawRows]] = {
    "numbers": (TablePreprocessing.fit(RawRows.of_numbers(ROWS), NUMBERS), RawRows.of_numbers(ROWS))
} | {
    scaling: (TablePreprocessing.fit(mixed_rows()[:300], MIXED, scaling), mixed_rows())
    for scaling in SCALINGS
}
TABLES["bins"] = (with_bins(mixed_rows()[:300], MIXED, encoding="tree_bins"), mixed_rows())
TABLES["words"] = (TablePreprocessing.fit(worded_rows()[:300], WORDED), worded_rows())

NETWORKS: dict[str, dict[str, Any]] = {
    "plain": {},
    "everything": {"batch_normalization": True, "dropout": 0.3, "l1": 1e-4, "l2": 1e-3},
}


def weights_for(made: Recipe, table: str) -> Arrays:
    return initial_weights(made.network, TABLES[table][0].width, seed=5)


def save(path: Path, params: dict[str, Any], table: str = "numbers", **more: Any) -> bytes:
    from hpsearch.training.keras.model import save_model

    made = recipe(**params)
    save_model(path, made, [(TABLES[table][0], weights_for(made, table), UNSCALED)], **more)
    return path.read_bytes()


def metadata_of(path: Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("metadata.json"))


def configs(entry: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Class names with their arguments, wherever they are nested."""
    match entry:
        case dict():
            if "class_name" in entry and "registered_name" in entry:
                yield entry["class_name"], entry["config"]
            for nested in entry.values():
                yield from configs(nested)
        case list():
            for nested in entry:
                yield from configs(nested)


@pytest.mark.parametrize(
    ("name", "table"), [*product(NETWORKS, ["numbers"]), *product(["plain"], TABLES)]
)
def test_the_saved_model_holds_only_what_keras_3_8_knows(
    tmp_path: Path, name: str, table: str
) -> None:
    save(tmp_path / "best.keras", NETWORKS[name], table)
    with zipfile.ZipFile(tmp_path / "best.keras") as archive:
        config = json.loads(archive.read("config.json"))
    found = list(configs(config["config"]))
    assert {"InputLayer", "Isnan", "Dense", "Activation"} <= {kind for kind, _ in found}
    for kind, arguments in found:
        known = FUNCTIONS[kind] if kind in FUNCTIONS else LAYERS[kind] | EVERY
        assert set(arguments) <= known, kind


def test_the_saved_model_says_how_it_is_called(tmp_path: Path) -> None:
    save(tmp_path / "best.keras", {}, "standard", classes=("no", "yes"), threshold=0.4)
    metadata = metadata_of(tmp_path / "best.keras")
    names = [column.name for column in MIXED]
    assert metadata["columns"] == names
    assert metadata["kinds"] == [column.kind for column in MIXED]
    assert metadata["texts"] == ["city", "color"]
    assert metadata["numbers"] == [name for name in names if name not in ("city", "color")]
    assert metadata["keras_version"].startswith("3.")
    signature = read_signature(tmp_path / "best.keras")
    texts = (("Bonn", "Paris", "São Paulo", "Ulm", "[UNK]"), ("blue", "red"))
    assert signature == Signature("binary", MIXED, texts, ("no", "yes"), 0.4)


def test_a_file_that_is_no_saved_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="saved model, is missing; hpsearch optimize writes"):
        read_signature(tmp_path / "best.keras")
    (tmp_path / "best.keras").write_bytes(b"PK no")
    with pytest.raises(RecordError, match="must be a model that hpsearch saved, got: "):
        read_signature(tmp_path / "best.keras")
    with zipfile.ZipFile(tmp_path / "best.keras", "w") as archive:
        archive.writestr("metadata.json", '{"keras_version": "3.8.0"}')
    with pytest.raises(RecordError, match="must be a model that hpsearch saved, got: 'kinds'"):
        read_signature(tmp_path / "best.keras")


@pytest.mark.parametrize(
    ("name", "table"), [*product(NETWORKS, ["numbers"]), ("plain", "standard"), ("plain", "words")]
)
def test_the_same_model_gives_the_same_bytes_whatever_was_made_before(
    tmp_path: Path, name: str, table: str
) -> None:
    import keras

    first = save(tmp_path / "first.keras", NETWORKS[name], table)
    keras.Sequential([keras.layers.Dense(3), keras.layers.Dropout(0.1)])
    keras.ops.isnan(keras.Input((3,)))
    assert save(tmp_path / "second.keras", NETWORKS[name], table) == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first.keras", "second.keras"]


@pytest.mark.parametrize(
    ("name", "table"), [*product(NETWORKS, ["numbers"]), *product(["plain"], TABLES)]
)
def test_the_saved_model_predicts_what_the_network_does(
    tmp_path: Path, name: str, table: str
) -> None:
    import keras

    from hpsearch.training.keras.graph import raw_tensors
    from hpsearch.training.keras.model import predict

    save(tmp_path / "best.keras", NETWORKS[name], table)
    made, (fitted, raw) = recipe(**NETWORKS[name]), TABLES[table]
    weights = weights_for(made, table)
    predicted = predict(made, fitted, weights, raw)
    outputs = made.network.outputs(weights, fitted.apply(raw))
    np.testing.assert_allclose(predicted, BINARY.predictions(outputs), rtol=1e-5)
    loaded = keras.models.load_model(tmp_path / "best.keras")
    again = loaded.predict_on_batch(raw_tensors(fitted.columns, raw))[:, 0]
    np.testing.assert_allclose(again, predicted, rtol=1e-6)  # threads may round otherwise


def test_a_unix_time_is_whole_where_the_model_is_called_as_the_readme_says(tmp_path: Path) -> None:
    """Keras's ``predict`` makes float32 of arrays, in which a Unix time is 128 s wide."""
    import keras

    from hpsearch.training.keras.model import predict, save_model

    seconds = 1.7e9 + np.arange(400.0)
    raw = RawRows.of_numbers(np.column_stack([seconds, np.zeros(400)]))
    fitted = TablePreprocessing.fit(raw, number_columns(("time", "zero")))
    made = recipe()
    weights = initial_weights(made.network, 2, seed=5)
    save_model(tmp_path / "best.keras", made, [(fitted, weights, UNSCALED)])
    model = keras.models.load_model(tmp_path / "best.keras")
    predicted = model.predict_on_batch(raw.numbers)[:, 0]
    assert len(np.unique(predicted)) > 300
    np.testing.assert_allclose(predicted, predict(made, fitted, weights, raw), rtol=1e-6)
    assert len(np.unique(model.predict(raw.numbers, verbose=0))) < 10


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
