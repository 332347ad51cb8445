"""Hidden layers with penalties and dropout of their own."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hpsearch.models.recipe import Recipe
from hpsearch.training.initialization import initial_weights
from hpsearch.training.segment import Progress, Segment
from tests.doubles import tiny_fold
from tests.training.test_contract import Make, assert_equal, compiled_trainer, keras_trainer, recipe

pytestmark = pytest.mark.usefixtures("tensorflow")

LAYERED: dict[str, Any] = {
    "layers.0.l1": 0.1,
    "layers.1.l2": 0.1,
    "layers.0.dropout": 0.8,
    "dropout": 0.5,
}

#: Nothing that is dropped as often comes through in a few hundred draws.
ALL = 0.999999


def trained(recipe: Recipe) -> Progress:
    return compiled_trainer().run(Segment(recipe, 5, 0, 6, None), tiny_fold())


def test_the_same_value_in_each_layer_trains_as_one_for_all() -> None:
    common = recipe()
    knobs = common.knobs
    by_layer: dict[str, Any] = {
        name: (getattr(knobs, name),) * 2 for name in ("l1", "l2", "dropout")
    }
    layered = replace(common, knobs=replace(knobs, **by_layer))
    one, other = (trained(each).curve.values for each in (common, layered))
    np.testing.assert_allclose(one, other, rtol=1e-5)


@pytest.mark.parametrize(
    ("rates", "moved"),
    [
        ((0.0, 0.0), [True] * 6),
        ((ALL, 0.0), [False, False, False, True, False, True]),
        ((0.0, ALL), [False, False, False, False, False, True]),
    ],
    ids=["none", "first", "second"],
)
def test_dropout_acts_after_its_own_layer(rates: tuple[float, float], moved: list[bool]) -> None:
    """After one step from biases of 0, by which arrays moved: kernel and bias of each layer."""
    drops: dict[str, Any] = {f"layers.{layer}.dropout": rate for layer, rate in enumerate(rates)}
    plain: dict[str, Any] = {"l1": 0.0, "l2": 0.0, "batch_normalization": False, "optimizer": "sgd"}
    fold = tiny_fold()
    step = replace(recipe(**plain, **drops), batch_size=len(fold.train_labels))
    after = compiled_trainer().run(Segment(step, 5, 0, 1, None), fold).state.best.weights
    before = initial_weights(step.network, fold.columns, 5)
    changed = [not np.array_equal(*arrays) for arrays in zip(before, after, strict=True)]
    assert changed == moved


@pytest.mark.parametrize("make", [compiled_trainer, keras_trainer])
def test_cutting_a_layered_training_changes_nothing(make: Make) -> None:
    layered = recipe(**LAYERED)
    whole = make().run(Segment(layered, 5, 0, 4, None), tiny_fold())
    first = make().run(Segment(layered, 5, 0, 1, None), tiny_fold())
    rest = make().run(Segment(layered, 5, 1, 4, first.state), tiny_fold())
    assert_equal(replace(rest, curve=first.curve.then(rest.curve)), whole)


def test_keras_layers_have_the_values_of_their_hidden_layer() -> None:
    from hpsearch.training.keras.model import layers_of

    layered = recipe(**{**LAYERED, "l1": 0.0, "l2": 0.0, "batch_normalization": False})
    layers = [layer.get_config() for layer in layers_of(layered.network, layered.knobs, 3)]
    penalties = [layer["kernel_regularizer"] for layer in layers if "kernel_regularizer" in layer]
    numbers = [each and (each["config"]["l1"], each["config"]["l2"]) for each in penalties]
    assert numbers == [pytest.approx((0.1, 0.0)), pytest.approx((0.0, 0.1)), None]
    assert [layer["rate"] for layer in layers if "rate" in layer] == [0.8, 0.5]


def test_l1_of_one_layer_makes_its_weights_small_alone() -> None:
    off: dict[str, Any] = {"l1": 0.0, "l2": 0.0, "dropout": 0.0}
    without, penalized = (
        trained(recipe(**{**off, "layers.0.l1": penalty})) for penalty in (0.0, 0.3)
    )
    norms = [[float(row[0]) for row in one.kernels] for one in (without, penalized)]
    ratios = [small / large for large, small in zip(*norms, strict=True)]
    assert ratios[0] < 0.5
    assert min(ratios[1:]) > 0.8
