"""Rows and classes that count differently: both trainers agree, with each other and with NumPy."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hpsearch.data.parts import Fold
from hpsearch.models.recipe import recipe_of
from hpsearch.tasks.registry import TASKS
from hpsearch.training.inspection import outputs_of
from hpsearch.training.segment import Progress, Segment
from tests.doubles import CLASSES, tiny_fold
from tests.training.test_contract import assert_equal, compiled_trainer, keras_trainer

pytestmark = pytest.mark.usefixtures("tensorflow")

CLASS_WEIGHTS = {"binary": (0.6, 2.5), "multiclass": (1.0, 0.3, 2.0), "regression": ()}


def drawn(rows: int, seed: int) -> NDArray[np.float32]:
    """Weights of which a tenth are 0, with mean 1."""
    rng = np.random.default_rng(seed)
    weights = rng.exponential(1.0, rows) * (rng.random(rows) > 0.1)
    return np.asarray(weights / weights.mean(), np.float32)


def weighted_fold(task: str, *, rows: bool = True, classes: bool = True, size: int = 240) -> Fold:
    fold = tiny_fold(size, task=task)
    if classes:
        fold = replace(fold, class_weights=CLASS_WEIGHTS[task])
    if not rows:
        return fold
    return replace(
        fold,
        train_weights=drawn(len(fold.train_labels), 1),
        validation_weights=drawn(len(fold.validation_labels), 2),
    )


def segment(task: str, last: int = 6, objective: str | None = None, **values: Any) -> Segment:
    values = {
        "layers": 1,
        "units": 6,
        "learning_rate": 0.02,
        "l2": 1e-3,
        "batch_size": 50,
        **values,
    }
    recipe = recipe_of(
        values,
        epochs=12,
        patience=9,
        task=task,
        objective=objective,
        classes=CLASSES[task],
    )
    return Segment(recipe, 5, 0, last, None)


def agree(compiled: Progress, keras: Progress) -> None:
    np.testing.assert_allclose(compiled.curve.values, keras.curve.values, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(compiled.losses, keras.losses, rtol=1e-3, atol=1e-5)
    assert compiled.state.best.epoch == keras.state.best.epoch
    for mine, theirs in zip(compiled.state.best.weights, keras.state.best.weights, strict=True):
        scale = float(np.abs(theirs).max())
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-4 * scale)


@pytest.mark.parametrize(
    ("task", "kinds", "values"),
    [
        ("binary", {"classes": False}, {"batch_normalization": True}),
        ("binary", {"rows": False}, {"clip_norm": 0.05}),
        ("binary", {}, {}),
        ("multiclass", {}, {"batch_normalization": True}),
        ("regression", {}, {"target_transform": "log"}),
    ],
    ids=str,
)
def test_the_trainers_agree(task: str, kinds: dict[str, bool], values: dict[str, Any]) -> None:
    fold = weighted_fold(task, **kinds)
    if "target_transform" in values:
        fold = replace(fold, target=fold.target.with_logarithm(fold.train_labels))
        fold = replace(fold, validation_labels=fold.train_labels[: len(fold.validation_labels)])
    agree(
        *(make().run(segment(task, **values), fold) for make in (compiled_trainer, keras_trainer))
    )


@pytest.mark.parametrize("size", [240, 14_000])
@pytest.mark.parametrize("make", [compiled_trainer, keras_trainer])
def test_metrics_count_rows_by_their_own_weights(make: Any, size: int) -> None:
    """The class weights, which only the loss counts, are in none of them; blocks change nothing."""
    fold = weighted_fold("binary", size=size)
    progress = make().run(segment("binary", 2), fold)
    task, best = TASKS["binary"], progress.state.best
    outputs = outputs_of(
        task, segment("binary").recipe.network, best.weights, fold.validation_features
    )
    expected = [
        metric.value(fold.validation_labels, task.predictions(outputs), fold.validation_weights)
        for metric in task.curve_metrics
    ]
    assert progress.curve.values[best.epoch - 1, 1] == pytest.approx(expected, rel=1e-5)
    assert progress.losses.mean(dtype=np.float64) == pytest.approx(best.value, rel=1e-5)


@pytest.mark.parametrize(
    ("task", "objective"),
    [(task.name, metric.name) for task in TASKS.values() for metric in task.other_objectives],
)
def test_objectives_of_all_rows_count_weights(task: str, objective: str) -> None:
    fold, trained = weighted_fold(task, classes=False), segment(task, 3, objective)
    compiled, keras = (make().run(trained, fold) for make in (compiled_trainer, keras_trainer))
    np.testing.assert_allclose(compiled.curve.values, keras.curve.values, rtol=1e-4, atol=1e-6)


def test_classes_of_weight_one_change_nothing_but_rounding() -> None:
    plain = tiny_fold()
    one, other = (
        compiled_trainer().run(segment("binary"), fold)
        for fold in (plain, replace(plain, class_weights=(1.0, 1.0)))
    )
    np.testing.assert_allclose(one.curve.values, other.curve.values, rtol=1e-5)


def test_class_weights_move_predictions_to_the_heavier_class() -> None:
    plain = tiny_fold()
    task, means = TASKS["binary"], []
    for weights in ((), (1.0, 5.0)):
        best = (
            compiled_trainer()
            .run(segment("binary"), replace(plain, class_weights=weights))
            .state.best
        )
        outputs = outputs_of(
            task, segment("binary").recipe.network, best.weights, plain.train_features
        )
        means.append(task.predictions(outputs).mean())
    assert means[1] > means[0] + 0.1


def test_the_same_weights_give_the_same_bits() -> None:
    assert_equal(
        *(compiled_trainer().run(segment("binary"), weighted_fold("binary")) for _ in range(2))
    )
