"""The saved mean of networks: plain Keras opens it, and it gives their weighted mean."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.data.features.table_preprocessing import TablePreprocessing
from hpsearch.data.signature import read_signature
from hpsearch.data.target import UNSCALED, TargetScale
from hpsearch.models.recipe import Recipe, recipe_of
from hpsearch.training.initialization import initial_weights
from tests.data.tables import MIXED, WORDED, mixed_rows, worded_rows
from tests.training.test_model import EVERY, FUNCTIONS, LAYERS, configs, metadata_of

pytestmark = pytest.mark.usefixtures("tensorflow")

#: What a mean has besides what single networks are made of.
MEAN = {
    "Average": set[str](),
    "Functional": {"layers", "input_layers", "output_layers"},
    "Rescaling": {"scale", "offset"},
    **{"RepeatVector": {"n"}, "GlobalAveragePooling1D": {"data_format", "keepdims"}},
    "EinsumDense": {
        *("equation", "output_shape", "bias_axes", "activation", "kernel_initializer"),
        *("bias_initializer", "kernel_regularizer", "bias_regularizer", "activity_regularizer"),
        *("kernel_constraint", "bias_constraint", "lora_rank"),
    },
}

#: Two preprocessings of the same columns, learned from other rows and in another way, with rows.
TABLES = {
    "mixed": (
        TablePreprocessing.fit(mixed_rows()[:300], MIXED, "standard"),
        TablePreprocessing.fit(mixed_rows()[100:], MIXED, "quantile"),
        mixed_rows(),
    ),
    "words": (
        TablePreprocessing.fit(worded_rows()[:300], WORDED),
        TablePreprocessing.fit(worded_rows()[50:], WORDED),
        worded_rows(),
    ),
}

#: Networks of other sizes and kinds, and how often each counts.
SHARES: tuple[tuple[dict[str, Any], int], ...] = (
    ({"units": 7, "layers": 2}, 3),
    ({"units": 4, "layers": 1, "batch_normalization": True, "dropout": 0.2}, 1),
    ({"units": 5, "layers": 2, "members": 4}, 2),
)


def shares(table: str, task: str = "binary") -> list[Any]:
    """Recipes with their networks on two folds, whose preprocessings they share."""
    *ways, _ = TABLES[table]
    target = TargetScale(200.0, 30.0) if task == "regression" else UNSCALED
    made = []
    for seed, (params, count) in enumerate(SHARES):
        trained: Recipe = recipe_of(
            {**params, "batch_size": 50}, epochs=9, patience=9, decay_epochs=9, task=task
        )
        networks = [
            (way, initial_weights(trained.network, way.width, seed=10 * seed + fold), target)
            for fold, way in enumerate(ways)
        ]
        made.append((trained, networks, count))
    return made


@pytest.mark.parametrize("task", ["binary", "regression"])
@pytest.mark.parametrize("table", list(TABLES))
def test_it_gives_the_weighted_mean_of_what_the_networks_predict(
    table: str, task: str, tmp_path: Path
) -> None:
    import keras

    from hpsearch.training.keras.graph import raw_tensors
    from hpsearch.training.keras.model import predict, predict_block, save_mean

    *_, raw = TABLES[table]
    mean, path = shares(table, task), tmp_path / "ensemble.keras"
    save_mean(path, mean, made_of={"trial 3": 3, "trial 5": 1, "trial 8": 2})
    predicted = [
        (predict(recipe, way, weights, raw, target), count)
        for recipe, networks, count in mean
        for way, weights, target in networks
    ]
    expected = np.average(
        [rows for rows, _ in predicted], axis=0, weights=[count for _, count in predicted]
    )
    model = keras.models.load_model(path)
    given = predict_block(model, raw_tensors(mean[0][1][0][0].columns, raw))
    np.testing.assert_allclose(given, expected, rtol=1e-6, atol=1e-6)
    assert metadata_of(path)["made_of"] == {"trial 3": 3, "trial 5": 1, "trial 8": 2}
    kinds = [layer.__class__.__name__ for layer in model.layers]
    assert kinds.count("Functional") == 2 + 6, "each preprocessing once, and each network"
    known = read_signature(path).vocabularies
    for way, _, _ in mean[0][1]:
        for texts, every in zip(way.vocabularies, known, strict=True):
            assert set(texts) <= set(every)


@pytest.mark.parametrize("table", list(TABLES))
def test_it_has_the_same_bytes_each_time_and_holds_only_what_keras_3_8_knows(
    table: str, tmp_path: Path
) -> None:
    from hpsearch.training.keras.model import save_mean

    for name in ("one", "other"):
        save_mean(tmp_path / f"{name}.keras", shares(table))
    path = tmp_path / "one.keras"
    assert path.read_bytes() == (tmp_path / "other.keras").read_bytes()
    with zipfile.ZipFile(path) as archive:
        found = list(configs(json.loads(archive.read("config.json"))["config"]))
    assert {"Functional", "Average", "EinsumDense"} <= {kind for kind, _ in found}
    for kind, arguments in found:
        known = FUNCTIONS[kind] if kind in FUNCTIONS else {**LAYERS, **MEAN}[kind] | EVERY
        assert set(arguments) <= known, kind
