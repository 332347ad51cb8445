"""Recipes: what makes a training, and the identity that says which ones are equal."""

import hashlib
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import pytest

from hpsearch.models.dense import dense_network
from hpsearch.models.knobs import Knobs
from hpsearch.models.layers.activation import Activation
from hpsearch.models.layers.batch_normalization import BatchNormalization
from hpsearch.models.layers.dense import Dense
from hpsearch.models.layers.dropout import Dropout
from hpsearch.models.layers.layer import Layer
from hpsearch.models.network import Network
from hpsearch.models.preparation import Preparation, preparation_of
from hpsearch.models.recipe import ARITHMETIC, Recipe, recipe_of
from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.space.space import Scalar
from hpsearch.training.run import Run

VALUES: Mapping[str, Scalar] = {
    "layers": 2,
    "units": 6,
    "l2": 1e-3,
    "optimizer": "sgd",
    "batch_size": 100,
}

RECIPE = recipe_of(VALUES, epochs=20, patience=5)

#: Another value of each field; a new field without one is missed by the test.
OTHER_RECIPES: Mapping[str, Any] = {
    "task": "another",
    "objective": "auc",
    "preparation": Preparation("quantile"),
    "network": dense_network((6, 7), "elu", batch_normalization=False, outputs=1),
    "knobs": replace(RECIPE.knobs, l2=2e-3),
    "batch_size": 101,
    "patience": 6,
    "epochs": 21,
    "engine": "keras",
    "keep": "last",
}

OTHER_KNOBS: Mapping[str, Any] = {
    "optimizer": "adam",
    "learning_rate": 0.123,
    "schedule": "cosine",
    "schedule_epochs": 21,
    "momentum": 0.5,
    "nesterov": not RECIPE.knobs.nesterov,
    "weight_decay": 0.1,
    "l1": 1e-3,
    "l2": 1.0000000000000002e-3,  # the next number
    "dropout": (0.1, 0.0),
    "clip_norm": 1.0,
}

LAYERS: tuple[Layer, ...] = (Dense(6), Activation("elu"), Dropout())

OTHER_LAYERS: Mapping[str, tuple[Layer, ...]] = {
    "units": (Dense(7), Activation("elu"), Dropout()),
    "bias": (Dense(6, use_bias=False), Activation("elu"), Dropout()),
    "penalty": (Dense(6, penalized=False), Activation("elu"), Dropout()),
    "activation": (Dense(6), Activation("relu"), Dropout()),
    "order": (Dense(6), Dropout(), Activation("elu")),
    "one less": (Dense(6), Activation("elu")),
    "one more": (Dense(6), BatchNormalization(), Activation("elu"), Dropout()),
}


def test_each_field_changes_the_identity() -> None:
    assert set(OTHER_RECIPES) == {field.name for field in fields(Recipe)}
    others = [replace(RECIPE, **{name: value}) for name, value in OTHER_RECIPES.items()]
    identities = {recipe.identity(3) for recipe in (RECIPE, *others)}
    assert len(identities) == 1 + len(others)


def test_each_part_of_a_preparation_changes_the_identity() -> None:
    others = [Preparation("robust"), Preparation(target_transform="log"), Preparation()]
    others += [Preparation(number_encoding="tree_bins", bins=bins) for bins in (8, 16)]
    identities = {replace(RECIPE, preparation=other).identity(3) for other in others}
    assert len(identities) == len(fields(Preparation)) + 1


def test_each_knob_changes_the_identity() -> None:
    assert set(OTHER_KNOBS) == {field.name for field in fields(Knobs)}
    others = [replace(RECIPE.knobs, **{name: value}) for name, value in OTHER_KNOBS.items()]
    identities = {replace(RECIPE, knobs=knobs).identity(3) for knobs in (RECIPE.knobs, *others)}
    assert len(identities) == 1 + len(others)


def test_each_layer_changes_the_identity() -> None:
    last = Dense(1, penalized=False)
    networks = [Network((*layers, last)) for layers in (LAYERS, *OTHER_LAYERS.values())]
    identities = {replace(RECIPE, network=network).identity(3) for network in networks}
    assert len(identities) == len(networks)


def test_seed_and_fold_change_the_identity_and_do_not_stand_for_each_other() -> None:
    pairs = [(seed, fold) for seed in (0, 1, 2, 12) for fold in (0, 1, 2)]
    assert len({RECIPE.identity(seed, fold) for seed, fold in pairs}) == len(pairs)


def test_what_a_run_is_called_does_not_change_its_identity() -> None:
    run = Run("retraining-1", "Trial 4", "retraining", RECIPE, seed=3)
    renamed = Run("trial-4", "Another", "trial", RECIPE, seed=3, index=7)
    assert run.identity == renamed.identity == RECIPE.identity(3)
    assert replace(run, fold=1).identity == RECIPE.identity(3, fold=1)


@pytest.mark.parametrize(
    "values",
    [
        dict(reversed(list(VALUES.items()))),
        {**{name: each.default for name, each in HYPERPARAMETERS.items()}, **VALUES},
        {**VALUES, "dropout": 0, "l1": 0, "clip_norm": 0},
        {**VALUES, "layers.0.units": 6, "layers.1.units": 6},
        {**VALUES, "layers.2.units": 9},
        {**VALUES, "l2": 0.0, "layers.0.l2": 1e-3, "layers.1.l2": 1e-3, "layers.2.l2": 0.0},
    ],
    ids=[
        *("order", "defaults", "whole numbers", "units by layer", "units of a layer that is none"),
        "L2 by layer",
    ],
)
def test_values_that_say_the_same_make_equal_recipes(values: Mapping[str, Scalar]) -> None:
    recipe = recipe_of(values, epochs=20, patience=5)
    assert recipe == RECIPE
    assert recipe.identity(3) == RECIPE.identity(3)


def test_a_recipe_that_keeps_its_best_weights_has_the_identity_that_it_always_had() -> None:
    text = repr((ARITHMETIC, RECIPE, 3, 0))
    assert "keep" not in text
    assert RECIPE.identity(3) == hashlib.sha256(text.encode()).hexdigest()


def test_the_half_life_of_the_rate_counts_only_where_it_decays_by_time() -> None:
    def made(schedule: str, decay_epochs: int) -> Recipe:
        values = {**VALUES, "schedule": schedule}
        return recipe_of(values, epochs=20, patience=5, decay_epochs=decay_epochs)

    assert made("cosine", 10) == made("cosine", 30)
    assert made("inverse_time", 10) != made("inverse_time", 30)


def test_the_identity_is_equal_in_another_process() -> None:
    code = (
        "from hpsearch.models.recipe import recipe_of\n"
        f"recipe = recipe_of({dict(VALUES)!r}, epochs=20, patience=5)\n"
        "print(recipe.identity(3, 1))"
    )
    printed = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(filter(None, sys.path))},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    ]
    assert printed == [RECIPE.identity(3, 1)] * 2
    assert len(printed[0]) == 64


def test_rows_without_bins_are_prepared_by_the_name_that_they_always_had() -> None:
    """The name is part of a recipe's identity, and so of what is recorded."""
    plain = preparation_of({"scaling": "robust", "bins": 8})
    assert repr(plain) == "Preparation(scaling='robust', target_transform='none')"
    assert plain == Preparation("robust", bins=8) == Preparation("robust")
    assert hash(plain) == hash(Preparation("robust"))
    encoded = preparation_of({"number_encoding": "tree_bins", "bins": 8})
    assert eval(repr(encoded)) == encoded
    assert encoded.without_encoding == Preparation()
    names = {
        repr(preparation_of({"number_encoding": "quantile_bins", "bins": bins})) for bins in (8, 16)
    }
    assert len(names | {repr(preparation_of({})), repr(encoded)}) == 4
