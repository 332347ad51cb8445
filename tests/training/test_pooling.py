"""Outputs of members as one: by the reference, under TensorFlow, and as probabilities."""

import numpy as np
import pytest
from scipy.special import expit, softmax

from hpsearch.tasks.registry import TASKS

#: Outputs ``(rows, members, outputs)`` of any size.
ROWS, MEMBERS, CLASSES = 40, 5, 4


def outputs(task: str, scale: float) -> np.ndarray:
    units = TASKS[task].outputs(CLASSES)
    values = np.random.default_rng(0).normal(size=(ROWS, MEMBERS, units))
    return np.asarray(values * scale, np.float32)


@pytest.mark.parametrize("scale", [0.1, 3.0, 80.0, 1e4])
@pytest.mark.parametrize("task", TASKS)
def test_the_prediction_of_pooled_outputs_is_the_members_mean(task: str, scale: float) -> None:
    values = outputs(task, scale)
    pooled = TASKS[task].pooled(values)
    assert pooled.dtype == np.float32
    assert pooled.shape == (ROWS, values.shape[2])
    exact = values.astype(np.float64)
    match task:
        case "binary":
            expected = expit(exact[:, :, 0]).mean(axis=1)
        case "multiclass":
            expected = softmax(exact, axis=2).mean(axis=1)
        case "regression":
            expected = exact[:, :, 0].mean(axis=1)
    predictions = TASKS[task].predictions(pooled)
    np.testing.assert_allclose(predictions, expected, rtol=1e-5, atol=1e-7)


@pytest.mark.usefixtures("tensorflow")
@pytest.mark.parametrize("scale", [0.1, 3.0, 80.0, 1e4])
@pytest.mark.parametrize("task", TASKS)
def test_tensorflow_pools_as_the_reference(task: str, scale: float) -> None:
    from hpsearch.training.pooling import POOLED

    values = outputs(task, scale)
    expected = TASKS[task].pooled(values)
    np.testing.assert_allclose(POOLED[task](values), expected, rtol=1e-5, atol=1e-6 * max(scale, 1))


def test_one_member_is_the_network_itself() -> None:
    for task in TASKS.values():
        values = outputs(task.name, 2.0)[:, :1]
        np.testing.assert_allclose(task.pooled(values), _centered(task.name, values), atol=1e-6)


def _centered(task: str, values: np.ndarray) -> np.ndarray:
    """Logits of several classes up to a constant of each row: as logarithms."""
    own = values[:, 0].astype(np.float64)
    return np.log(softmax(own, axis=1)) if task == "multiclass" else own
