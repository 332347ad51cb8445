"""The compiled trainer held to Keras's own ``fit``."""

from itertools import cycle
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hpsearch.data.parts import Fold
from hpsearch.data.target import TargetScale
from hpsearch.models.recipe import Recipe, recipe_of
from hpsearch.space.hyperparameter import ACTIVATIONS, OPTIMIZERS, SCHEDULES
from hpsearch.tasks.registry import TASKS
from hpsearch.training.curve import Curve
from hpsearch.training.inspection import outputs_of
from hpsearch.training.segment import Progress, Segment
from tests.training.test_contract import compiled_trainer, keras_trainer

pytestmark = pytest.mark.usefixtures("tensorflow")

BASE: dict[str, Any] = {
    "layers": 2,
    "units": 20,
    "learning_rate": 1e-3,
    "momentum": 0.9,
    "weight_decay": 0.1,
    "l1": 1e-4,
    "l2": 1e-3,
    "batch_size": 100,
}

#: Each value of each choice, without and with batch normalization; compiling is what takes time.
CASES: list[dict[str, Any]] = [
    *(
        {"optimizer": optimizer, "activation": activation, "schedule": schedule}
        for optimizer, activation, schedule in zip(
            OPTIMIZERS, ACTIVATIONS, cycle(SCHEDULES), strict=False
        )
    ),
    *(
        {
            **{"optimizer": optimizer, "activation": activation, "schedule": schedule},
            "batch_normalization": True,
        }
        for optimizer, activation, schedule in zip(
            OPTIMIZERS, reversed(ACTIVATIONS), cycle(reversed(SCHEDULES)), strict=False
        )
    ),
    {"optimizer": "sgd", "nesterov": True, "clip_norm": 0.05},
    {"optimizer": "adam", "clip_norm": 0.01, "batch_normalization": True},
    {"optimizer": "rmsprop", "momentum": 0.0},
    {"layers": 4, "units": 33, "activation": "relu", "batch_normalization": True},
    {"l1": 0.0, "l2": 0.0, "layers": 1},
    {"keep": "average", "optimizer": "adamw", "schedule": "cosine"},
    {"keep": "average", "batch_normalization": True, "layers": 3, "units": 7},
    {"keep": "last", "optimizer": "sgd", "batch_size": 37},
    {"batch_size": 37, "optimizer": "adamw", "schedule": "cosine"},
    {"batch_size": 1_000, "batch_normalization": True},
    {"layers": 3, "layers.0.units": 40, "layers.1.units": 17, "layers.2.units": 5},
    {"layers": 0, "optimizer": "adamw", "l1": 1e-3, "l2": 1e-2},
    {"layers": 0, "optimizer": "sgd", "dropout": 0.5, "batch_normalization": True},
    {"layers.0.l1": 0.01, "layers.1.l1": 0.0, "layers.0.l2": 0.0, "layers.1.l2": 0.02},
    {"members": 4, "optimizer": "adamw", "schedule": "cosine", "learning_rate": 5e-3},
    {"members": 3, "member_adapter": "input", "member_scales": "signs", "clip_norm": 0.05},
    {"members": 2, "batch_normalization": True, "optimizer": "rmsprop", "activation": "silu"},
    {"members": 5, "layers": 0, "optimizer": "sgd", "l1": 1e-3},
    {"layers": 3, "layers.2.l2": 0.1, "units": 7, "batch_normalization": True, "clip_norm": 0.5},
]


#: Of the tasks besides two classes.
OTHER_CASES: list[dict[str, Any]] = [
    {"optimizer": "adam", "schedule": "cosine", "batch_normalization": True},
    {"optimizer": "sgd", "nesterov": True, "clip_norm": 0.05, "layers": 1},
    {"optimizer": "adamw", "layers": 3, "units": 33, "activation": "relu"},
    {"optimizer": "sgd", "layers": 0, "l2": 0.1},
    {"members": 3, "optimizer": "adamw", "layers": 1, "schedule": "cosine"},
    {"optimizer": "adam", "keep": "average"},
]


def rows(seed: int = 0, train: int = 730, validation: int = 300, task: str = "binary") -> Fold:
    """Rows whose last batch of 100 is a third full."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(train + validation, 8)).astype(np.float32)
    noise = 0.3 * rng.normal(size=len(features))
    hidden = (features[:, 0] * features[:, 1] + noise).astype(np.float32)
    match task:
        case "binary":
            labels = (hidden > 0).astype(np.float32)
        case "multiclass":
            labels = np.digitize(hidden, [-1, 0, 1]).astype(np.float32)
        case "regression":
            labels = hidden
    return Fold(features[:train], labels[:train], features[train:], labels[train:])


def recipe(task: str = "binary", **values: Any) -> Recipe:
    return recipe_of(
        {**BASE, **values},
        epochs=20,
        patience=50,
        decay_epochs=10,
        task=task,
        classes=4,
    )


def both(fold: Fold, epochs: int, task: str = "binary", **values: Any) -> tuple[Progress, Progress]:
    segment = Segment(recipe(task, **values), seed=7, first=0, last=epochs, state=None)
    compiled, keras = (make().run(segment, fold) for make in (compiled_trainer, keras_trainer))
    return compiled, keras


@pytest.mark.parametrize(
    ("task", "case"),
    [
        *(("binary", case) for case in CASES),
        *((task, case) for task in ("multiclass", "regression") for case in OTHER_CASES),
    ],
    ids=str,
)
def test_after_20_epochs_the_weights_agree(task: str, case: dict[str, Any]) -> None:
    compiled, keras = both(rows(task=task), 20, task, **case)
    np.testing.assert_allclose(compiled.curve.values, keras.curve.values, rtol=1e-4, atol=5e-3)
    for part in (Curve.train, Curve.validation):
        np.testing.assert_allclose(part(compiled.curve), part(keras.curve), rtol=1e-4)
    assert compiled.state.best.epoch == keras.state.best.epoch
    for mine, theirs in zip(compiled.state.best.weights, keras.state.best.weights, strict=True):
        assert mine.shape == theirs.shape
        scale = float(np.abs(theirs.astype(np.float64)).max())
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-4 * scale)


@pytest.mark.parametrize("case", OTHER_CASES, ids=str)
def test_networks_that_learn_a_logarithm_agree_and_are_measured_by_the_target(
    case: dict[str, Any],
) -> None:
    plain = rows(task="regression")
    skewed = TargetScale.fit(np.exp(plain.train_labels))
    labels = [
        skewed.standardized(np.exp(part)).astype(np.float32)
        for part in (plain.train_labels, plain.validation_labels)
    ]
    fold = Fold(
        *(plain.train_features, labels[0], plain.validation_features, labels[1]),
        skewed.with_logarithm(labels[0]),
    )
    compiled, keras = both(fold, 20, "regression", target_transform="log", **case)
    np.testing.assert_allclose(compiled.curve.values, keras.curve.values, rtol=2e-4)
    for mine, theirs in zip(compiled.state.best.weights, keras.state.best.weights, strict=True):
        scale = float(np.abs(theirs.astype(np.float64)).max())
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-4 * scale)
    network = compiled.state.best
    outputs = outputs_of(
        TASKS["regression"],
        recipe("regression", **case).network,
        network.weights,
        fold.validation_features,
    )
    errors = (fold.target.of_outputs(outputs)[:, 0] - labels[1]) ** 2
    assert errors.mean() == pytest.approx(network.value, rel=1e-5)
    np.testing.assert_allclose(compiled.losses, errors, rtol=1e-5)


@pytest.mark.parametrize("task", TASKS)
def test_many_validation_rows_go_through_in_blocks(task: str) -> None:
    compiled, keras = both(rows(validation=9_001, task=task), 2, task)
    np.testing.assert_allclose(compiled.curve.values[:, 1], keras.curve.values[:, 1], rtol=1e-4)


def draw(rate: float, seed: int = 3, step: int = 4, units: int = 1_000_000) -> NDArray[np.float32]:
    import tensorflow as tf

    from hpsearch.training.compiled.dropout import draw_mask

    drawn = tf.function(draw_mask, jit_compile=True)(
        tf.constant(rate), tf.constant(seed), tf.constant(step), units
    )
    return np.asarray(drawn)


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.5, 0.9])
def test_dropout_masks_have_the_rates_mean_and_variance(rate: float) -> None:
    """A million units: five standard errors, a false alarm in 1.7 million a rate and moment."""
    mask = draw(rate)
    kept, error = mask > 0, np.sqrt(rate * (1 - rate) / 1_000_000)
    assert abs(kept.mean() - (1 - rate)) < 5 * error
    assert mask.max() == pytest.approx(1 / (1 - rate), rel=1e-6)
    for width in (16, 32, 100, 512):  # as rows of units: neither a row nor a unit is special
        table = kept[: 1_000_000 // width * width].reshape(-1, width)
        for axis in (0, 1):
            size = table.shape[axis]
            assert table.mean(axis=axis).std() == pytest.approx(
                np.sqrt(rate * (1 - rate) / size), rel=5 / np.sqrt(2 * table.shape[1 - axis])
            )


def test_dropout_masks_of_places_steps_and_seeds_are_not_correlated() -> None:
    """Correlations of a million units, five standard errors, a false alarm in 1.7 million each."""
    first = draw(0.5) > 0

    def correlation(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
        return float(np.corrcoef(one, other)[0, 1])

    for lag in (*range(1, 70), 128, 500, 512, 4_096, 65_536):
        assert abs(correlation(first[:-lag], first[lag:])) < 5e-3
    for seed, step in ((3, 5), (3, 6), (3, 20), (3, 260), (4, 4), (5, 4), (-3, 4), (4, 3)):
        other = draw(0.5, seed, step) > 0
        assert abs(correlation(first, other)) < 5e-3
        for lag in (1, 2, 16, 500):
            assert abs(correlation(first[:-lag], other[lag:])) < 5e-3


def test_without_dropout_every_unit_counts_as_it_is() -> None:
    assert (draw(0.0, units=1_000) == 1).all()


def test_with_dropout_the_final_losses_are_distributed_alike() -> None:
    """Two samples of 30 seeds: Kolmogorov and Smirnov at a false-alarm rate of 1 in 1,000."""
    from scipy import stats

    fold, finals = rows(), {}
    made = recipe(dropout=0.4, l1=0.0)
    for name, make in (("compiled", compiled_trainer), ("keras", keras_trainer)):
        trainer = make()
        finals[name] = [
            float(trainer.run(Segment(made, seed, 0, 6, None), fold).curve.validation()[-1])
            for seed in range(30)
        ]
    assert stats.ks_2samp(finals["compiled"], finals["keras"]).pvalue > 1e-3
    assert finals["compiled"] != finals["keras"]
