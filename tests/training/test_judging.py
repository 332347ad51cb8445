"""Other objectives than the loss: both trainers rank epochs by them, and stop by them."""

from typing import Any

import numpy as np
import pytest

from hpsearch.models.dense import network_of
from hpsearch.models.recipe import recipe_of
from hpsearch.tasks.registry import TASKS
from hpsearch.training.curve import Ending, summarize
from hpsearch.training.inspection import outputs_of
from hpsearch.training.segment import Progress, Segment, Trainer
from tests.doubles import CLASSES, tiny_fold
from tests.training.test_contract import assert_equal, compiled_trainer, keras_trainer

pytestmark = pytest.mark.usefixtures("tensorflow")

#: Those that are no means over rows, and others.
OBJECTIVES = [
    (task.name, metric.name)
    for task in TASKS.values()
    for metric in task.objectives
    if metric != task.metric
]

EACH_OBJECTIVE = pytest.mark.parametrize(("task", "objective"), OBJECTIVES)


def train(
    trainer: Trainer, task: str, objective: str | None, last: int = 6, **values: Any
) -> Progress:
    """The first epochs of a training that stops after three without a better objective."""
    values = {"layers": 1, "units": 6, "learning_rate": 0.05, "batch_size": 50, **values}
    recipe = recipe_of(
        values,
        epochs=40,
        patience=3,
        task=task,
        objective=objective,
        classes=CLASSES[task],
    )
    return trainer.run(Segment(recipe, 5, 0, last, None), tiny_fold(task=task))


@EACH_OBJECTIVE
def test_both_trainers_rank_epochs_by_the_objective_of_the_best_weights(
    task: str, objective: str
) -> None:
    judged = TASKS[task].judged_by(objective)
    fold = tiny_fold(task=task)
    for make in (compiled_trainer, keras_trainer):
        progress = train(make(), task, objective)
        best, values = progress.state.best, progress.curve.validation(objective)
        assert progress.curve.metrics == judged.curve_names
        assert progress.curve.metrics[0] == objective
        assert best.value == (values.max() if judged.metric.sign < 0 else values.min())
        seen = summarize(progress.curve, 3, "best")
        assert (seen.best_epoch, seen.value) == (best.epoch, best.value)
        network = network_of({"layers": 1, "units": 6}, outputs=judged.outputs(CLASSES[task]))
        outputs = outputs_of(judged, network, best.weights, fold.validation_features)
        expected = judged.metric.reference(fold.validation_labels, judged.predictions(outputs))
        assert best.value == pytest.approx(expected, rel=1e-5)


def test_many_rows_are_judged_in_blocks() -> None:
    judged, fold = TASKS["binary"].judged_by("auc"), tiny_fold(rows=14_000)
    values = {"layers": 1, "units": 6, "learning_rate": 0.05}
    recipe = recipe_of(values, epochs=3, patience=3, objective="auc")
    best = compiled_trainer().run(Segment(recipe, 5, 0, 3, None), fold).state.best
    outputs = outputs_of(judged, recipe.network, best.weights, fold.validation_features)
    expected = judged.metric.reference(fold.validation_labels, judged.predictions(outputs))
    assert best.value == pytest.approx(expected, rel=1e-6)


@EACH_OBJECTIVE
def test_the_objective_changes_no_weight(task: str, objective: str) -> None:
    judged, plain = (train(compiled_trainer(), task, name, 3) for name in (objective, None))
    for mine, theirs in zip(judged.state.weights, plain.state.weights, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("make", [compiled_trainer, keras_trainer])
def test_training_stops_where_a_rising_objective_rises_no_more(make: Any) -> None:
    whole = train(make(), "binary", "auc", 40, learning_rate=0.5)
    assert whole.ending == Ending.STOPPED_EARLY
    values = whole.curve.validation("auc")
    assert int(np.argmax(values)) + 1 == whole.state.best.epoch == len(values) - 3
    assert whole.state.best.value == values.max()


def test_the_same_objective_gives_the_same_bits() -> None:
    assert_equal(*(train(compiled_trainer(), "multiclass", "macro_auc") for _ in range(2)))


def test_a_network_that_diverges_is_told_by_its_loss() -> None:
    """Accuracy stays finite whatever the outputs are."""
    broken = train(compiled_trainer(), "binary", "accuracy", optimizer="sgd", learning_rate=1e30)
    assert broken.ending == Ending.DIVERGED
    assert summarize(broken.curve, 3, "best").ending == Ending.DIVERGED
