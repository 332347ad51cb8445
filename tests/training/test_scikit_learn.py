"""The two models of scikit-learn, checked against scikit-learn."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

from hpsearch.data.columns import RawRows, number_columns
from hpsearch.data.standardization import Standardization
from hpsearch.data.target import TargetScale
from hpsearch.tasks.binary import BINARY, binary_crossentropy
from hpsearch.tasks.multiclass import MULTICLASS
from hpsearch.tasks.regression import REGRESSION
from hpsearch.tasks.task import Task
from hpsearch.training.scikit_learn import fit_and_predict
from tests.doubles import tiny_fold

FOLD = tiny_fold()
RAW = RawRows.of_numbers(FOLD.validation_features)
COLUMNS = number_columns(("a", "b", "c"))
IDENTITY = Standardization(COLUMNS, np.zeros(3), np.ones(3))


def test_logistic_regression_is_scikit_learns_own() -> None:
    validation, test = fit_and_predict(
        BINARY,
        "logistic_regression",
        0,
        FOLD,
        IDENTITY,
        RawRows.of_numbers(FOLD.validation_features[:9]),
    )
    fitted = LogisticRegression(max_iter=1_000).fit(FOLD.train_features, FOLD.train_labels)
    wanted = fitted.predict_proba(FOLD.validation_features)[:, 1]
    np.testing.assert_allclose(validation, wanted)
    np.testing.assert_allclose(test, wanted[:9])


def test_boosting_keeps_as_many_trees_as_validate_best_and_repeats() -> None:
    validation, test = fit_and_predict(BINARY, "gradient_boosting", 3, FOLD, IDENTITY, RAW)
    np.testing.assert_array_equal(validation, test)
    np.testing.assert_array_equal(
        validation,
        fit_and_predict(BINARY, "gradient_boosting", 3, FOLD, IDENTITY, RAW)[0],
    )
    reached = binary_crossentropy(FOLD.validation_labels, validation)
    assert reached < binary_crossentropy(FOLD.validation_labels, np.full(80, 0.5))


def test_ridge_regression_predicts_in_the_targets_own_unit() -> None:
    fold = replace(tiny_fold(task="regression"), target=TargetScale(mean=100.0, deviation=20.0))
    raw = RawRows.of_numbers(fold.validation_features)
    validation, test = fit_and_predict(REGRESSION, "ridge_regression", 0, fold, IDENTITY, raw)
    fitted = Ridge().fit(fold.train_features, 20 * fold.train_labels + 100)
    np.testing.assert_allclose(validation, fitted.predict(fold.validation_features), rtol=1e-5)
    np.testing.assert_array_equal(test, validation)


@pytest.mark.parametrize(("task", "shape"), [(MULTICLASS, (80, 3)), (REGRESSION, (80,))])
def test_boosting_of_other_tasks_is_better_than_chance(task: Task, shape: tuple[int, ...]) -> None:
    fold = tiny_fold(task=task.name)
    predictions, _ = fit_and_predict(task, "gradient_boosting", 3, fold, IDENTITY, RAW)
    assert predictions.shape == shape
    assert task.metric.chance is not None
    chance = task.metric.chance(fold.validation_labels)
    assert task.metric.reference(fold.validation_labels, predictions) < 0.8 * chance


def test_raw_features_are_scaled_before_they_are_judged() -> None:
    halved = Standardization(COLUMNS, np.full(3, 5.0), np.full(3, 2.0))
    raw = RawRows.of_numbers(FOLD.validation_features * 2 + 5)
    validation, test = fit_and_predict(BINARY, "logistic_regression", 0, FOLD, halved, raw)
    np.testing.assert_allclose(test, validation, rtol=1e-5)


def test_another_model_is_refused() -> None:
    with pytest.raises(KeyError, match="forest"):
        fit_and_predict(BINARY, "forest", 0, FOLD, IDENTITY, RAW)
