"""What training minimizes: each task's slopes and sums held to its references and to Keras."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hpsearch.tasks.registry import TASKS
from hpsearch.tasks.task import Task

pytestmark = pytest.mark.usefixtures("tensorflow")

ROWS, CLASSES = 40, 5

#: Targets of some rows of each task.
TARGETS: Mapping[str, Callable[[np.random.Generator], NDArray[np.float32]]] = {
    "binary": lambda rng: rng.integers(0, 2, ROWS).astype(np.float32),
    "multiclass": lambda rng: rng.integers(0, CLASSES, ROWS).astype(np.float32),
    "regression": lambda rng: rng.normal(0, 1, ROWS).astype(np.float32),
}

EACH_TASK = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)


def rows_of(task: Task) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Outputs and targets; no output is on an edge between two predictions."""
    rng = np.random.default_rng(4)
    outputs = rng.normal(0, 3, (ROWS, task.outputs(CLASSES))).astype(np.float32)
    return outputs, TARGETS[task.name](rng)


def under_xla(function: Any, *arguments: Any) -> NDArray[np.float32]:
    import tensorflow as tf

    tensors = [tf.constant(argument) for argument in arguments]
    compiled = tf.function(function, jit_compile=True, autograph=False)
    return np.asarray(compiled(*tensors))


def test_each_task_has_an_objective() -> None:
    from hpsearch.training.compiled.objectives import OBJECTIVES

    assert set(OBJECTIVES) == set(TASKS) == set(TARGETS)


@EACH_TASK
def test_each_curve_metric_has_a_stock_metric_that_agrees_with_its_reference(task: Task) -> None:
    import keras

    from hpsearch.training.keras.model import make

    outputs, targets = rows_of(task)
    for metric in task.curve_metrics:
        assert metric.stock is not None, metric.name
        stock = make(metric.stock, keras.metrics, name=metric.name)
        stock.update_state(targets[:, None], outputs)
        expected = metric.reference(targets, task.predictions(outputs))
        assert float(stock.result()) == pytest.approx(expected, rel=1e-5), metric.name


@EACH_TASK
@pytest.mark.parametrize("counted", [ROWS, 23])
def test_sums_agree_with_the_references_on_the_rows_that_count(task: Task, counted: int) -> None:
    from hpsearch.training.compiled.objectives import OBJECTIVES

    outputs, targets = rows_of(task)
    counts = (np.arange(ROWS) < counted).astype(np.float32)
    sums = under_xla(OBJECTIVES[task.name].sums, outputs, targets, counts)
    predictions = task.predictions(outputs[:counted])
    expected = [metric.reference(targets[:counted], predictions) for metric in task.curve_metrics]
    assert sums / counted == pytest.approx(expected, rel=1e-5)


@EACH_TASK
def test_sums_take_one_number_for_all_rows(task: Task) -> None:
    from hpsearch.training.compiled.objectives import OBJECTIVES

    objective = OBJECTIVES[task.name]
    outputs, targets = rows_of(task)
    alike = under_xla(lambda o, t: objective.sums(o, t, 1.0), outputs, targets)
    each = under_xla(objective.sums, outputs, targets, np.ones(ROWS, np.float32))
    assert alike == pytest.approx(each, rel=1e-6)


@EACH_TASK
def test_slopes_are_the_gradient_of_the_stock_loss(task: Task) -> None:
    import keras
    import tensorflow as tf

    from hpsearch.training.compiled.objectives import OBJECTIVES
    from hpsearch.training.keras.model import make

    outputs, targets = rows_of(task)
    share = np.where(np.arange(ROWS) < 23, 1 / 23, 0).astype(np.float32)
    loss = make(task.loss, keras.losses, reduction="none")

    def derived(outputs: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(outputs)
            total = tf.reduce_sum(share * loss(targets[:, None], outputs))
        return tape.gradient(total, outputs)

    slopes = under_xla(OBJECTIVES[task.name].slopes, outputs, targets, share)
    assert slopes.shape == outputs.shape
    assert not slopes[23:].any()
    np.testing.assert_allclose(slopes, under_xla(derived, outputs), rtol=1e-4, atol=1e-8)


@EACH_TASK
def test_the_stock_loss_is_the_mean_of_the_losses_of_outputs(task: Task) -> None:
    import keras

    from hpsearch.training.keras.model import make

    outputs, targets = rows_of(task)
    loss = float(make(task.loss, keras.losses)(targets[:, None], outputs))
    assert loss == pytest.approx(float(task.output_losses(outputs, targets).mean()), rel=1e-5)


@EACH_TASK
def test_the_output_activation_is_the_link(task: Task) -> None:
    import keras

    outputs, _ = rows_of(task)
    predicted = np.asarray(keras.layers.Activation(task.output_activation)(outputs))
    expected = task.predictions(outputs).reshape(ROWS, -1)
    np.testing.assert_allclose(predicted, expected, rtol=1e-5, atol=1e-7)
