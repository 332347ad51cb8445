"""The task of two classes: its target check, and losses of extreme logits."""

import numpy as np
import pytest

from hpsearch.errors import shown
from hpsearch.tasks.binary import BINARY


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        ([0, 1, 1], None),
        ([1, 0, 0], None),
        ([0, 1, 2], "must have labels that are 0 or 1, got 2.0"),
        ([-1, 1], "must have labels that are 0 or 1, got -1.0"),
        ([0, 0.5, 1], "must have labels that are 0 or 1, got 0.5"),
        ([0, 1, np.nan], "must have labels that are 0 or 1, got nan"),
        ([0, 1, np.inf], "must have labels that are 0 or 1, got inf"),
        ([1, 1], "must hold both labels, got only label 1"),
        ([0], "must hold both labels, got only label 0"),
    ],
    ids=shown,
)
def test_targets_that_are_not_two_labels_are_refused(
    labels: list[float], problem: str | None
) -> None:
    assert BINARY.targets_problem(np.array(labels, np.float32), ()) == problem


def test_losses_of_outputs_stay_finite_where_those_of_predictions_are_cut() -> None:
    logits, labels = np.array([[-500], [500]], np.float32), np.array([1, 0], np.float32)
    assert BINARY.output_losses(logits, labels).tolist() == [500, 500]
    assert BINARY.prediction_losses(labels, BINARY.predictions(logits)) == pytest.approx(
        [-np.log(1e-7)] * 2, rel=1e-6
    )


def test_a_label_with_a_name_is_called_by_it() -> None:
    problem = BINARY.targets_problem(np.ones(3), ("No", "Yes"))
    assert problem == "must hold both labels, got only label 'Yes'"


def test_class_names_leave_one_output() -> None:
    assert BINARY.outputs(0) == BINARY.outputs(2) == 1
