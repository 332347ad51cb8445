"""The task of several classes: its target check, and metrics where classes are absent."""

import numpy as np
import pytest

from hpsearch.errors import shown
from hpsearch.tasks.classes import balanced_accuracy, macro_f1, resampled
from hpsearch.tasks.multiclass import MULTICLASS
from hpsearch.tasks.ranking import macro_auc, resampled_macro_auc

SPECIES = ("Adelie", "Chinstrap", "Gentoo")


@pytest.mark.parametrize(
    ("targets", "problem"),
    [
        ([2, 0, 1], None),
        ([0, 1, 2, 3], "must have classes from 0 to 2, got 3.0"),
        ([0, 1, 1.5], "must have classes from 0 to 2, got 1.5"),
        ([0, -1], "must have classes from 0 to 2, got -1.0"),
        ([0, np.nan], "must have classes from 0 to 2, got nan"),
        ([0, 2, 2], "must hold each of the 3 classes, got none of 'Chinstrap'"),
        ([1], "must hold each of the 3 classes, got none of 'Adelie', 'Gentoo'"),
    ],
    ids=shown,
)
def test_targets_that_are_not_all_classes_are_refused(
    targets: list[float], problem: str | None
) -> None:
    assert MULTICLASS.targets_problem(np.array(targets, np.float32), SPECIES) == problem


def test_many_absent_classes_are_counted() -> None:
    names = [chr(ord("a") + place) for place in range(9)]
    problem = MULTICLASS.targets_problem(np.zeros(3), names)
    assert problem is not None
    assert problem.endswith("got none of 'b', 'c', 'd', 'e', 'f', and 3 more")


def test_classes_need_names() -> None:
    problem = MULTICLASS.targets_problem(np.arange(3.0), ())
    assert problem == "must have at least 2 classes with names, got 0"


def test_a_class_that_a_resample_lacks_is_left_out() -> None:
    targets = np.array([0.0, 0, 1, 1, 2])
    model = np.array(
        [[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.6, 0.3], [0.6, 0.3, 0.1], [0, 0, 1]]
    )
    counts = np.array([1.0, 2, 1, 1, 0])
    repeated = np.repeat(np.arange(5), counts.astype(int))
    area = resampled_macro_auc(targets, model[None])(counts)
    assert area == pytest.approx([macro_auc(targets[repeated], model[repeated])])
    alone = np.array([1.0, 0, 0, 0, 0])
    assert resampled_macro_auc(targets, model[None])(alone).tolist() == [0.5]
    assert balanced_accuracy(targets[:1], model[:1]) == macro_f1(targets[:1], model[:1]) == 1.0


def test_a_confusion_matrix_counts_each_row_of_a_resample() -> None:
    targets, model = np.array([0.0, 1]), np.array([[0.9, 0.1], [0.8, 0.2]])
    (first,) = resampled(lambda matrix: float(matrix[1, 0]))(targets, model[None])(
        np.array([1, 5.0])
    )
    assert first == 5


def test_losses_of_outputs_stay_finite_where_those_of_predictions_are_cut() -> None:
    logits, targets = np.array([[-500, 0, 0]], np.float32), np.zeros(1, np.float32)
    assert MULTICLASS.output_losses(logits, targets) == pytest.approx([500 + np.log(2)])
    losses = MULTICLASS.prediction_losses(targets, MULTICLASS.predictions(logits))
    assert losses == pytest.approx([-np.log(1e-7)])
