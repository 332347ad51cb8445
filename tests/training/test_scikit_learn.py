"""The two models of scikit-learn, checked against scikit-learn."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from hpsearch.data.columns import Column, RawRows, number_columns
from hpsearch.data.features.table_preprocessing import TablePreprocessing
from hpsearch.data.target import TargetScale
from hpsearch.tasks.binary import BINARY, binary_crossentropy
from hpsearch.tasks.multiclass import MULTICLASS
from hpsearch.tasks.regression import REGRESSION
from hpsearch.tasks.task import Task
from hpsearch.training.scikit_learn import fit_and_predict, settings
from tests.doubles import tiny_fold

FOLD = tiny_fold()
RAW = RawRows.of_numbers(FOLD.validation_features)
COLUMNS = number_columns(("a", "b", "c"))


def scaling(columns: tuple[Column, ...], mean: float, deviation: float) -> TablePreprocessing:
    """What gives ``(x - mean) / deviation`` in each column."""
    ends = np.array([[mean - deviation], [mean + deviation]])
    return TablePreprocessing.fit(RawRows.of_numbers(ends.repeat(len(columns), axis=1)), columns)


IDENTITY = scaling(COLUMNS, 0, 1)


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
    fold = tiny_fold(task="regression")
    plain, _ = fit_and_predict(REGRESSION, "ridge_regression", 0, fold, IDENTITY, RAW)
    scaled = replace(fold, target=TargetScale(mean=100.0, deviation=20.0))
    validation, test = fit_and_predict(REGRESSION, "ridge_regression", 0, scaled, IDENTITY, RAW)
    np.testing.assert_allclose(validation, 20 * plain + 100)
    assert test.shape == validation.shape == (80,)


@pytest.mark.parametrize(("task", "shape"), [(MULTICLASS, (80, 3)), (REGRESSION, (80,))])
def test_boosting_of_other_tasks_is_better_than_chance(task: Task, shape: tuple[int, ...]) -> None:
    fold = tiny_fold(task=task.name)
    predictions, _ = fit_and_predict(task, "gradient_boosting", 3, fold, IDENTITY, RAW)
    assert predictions.shape == shape
    assert task.metric.chance is not None
    chance = task.metric.chance(fold.validation_labels, None)
    assert task.metric.reference(fold.validation_labels, predictions) < 0.8 * chance


def test_a_tuned_model_is_never_worse_on_validation_than_its_default() -> None:
    """Noisy rows, so that another setting than the default is better."""
    noisy = tiny_fold(rows=600, columns=6, seed=1)
    flipped = np.random.default_rng(0).random(len(noisy.train_labels)) < 0.25
    fold = replace(noisy, train_labels=np.abs(noisy.train_labels - flipped.astype(np.float32)))
    columns = number_columns(tuple("abcdef"))
    identity = scaling(columns, 0, 1)
    raw = RawRows.of_numbers(fold.validation_features)
    tuned, _ = fit_and_predict(BINARY, "gradient_boosting", 5, fold, identity, raw)
    boosting = next(one for one in BINARY.estimators if one.name == "gradient_boosting")
    default = replace(BINARY, estimators=(replace(boosting, settings=1),))
    untuned, _ = fit_and_predict(default, "gradient_boosting", 5, fold, identity, raw)
    losses = [binary_crossentropy(fold.validation_labels, each) for each in (tuned, untuned)]
    assert losses[0] < losses[1]


def test_settings_begin_with_the_default_stay_in_range_and_follow_from_the_seed() -> None:
    boosting = next(one for one in BINARY.estimators if one.name == "gradient_boosting")
    first, *drawn = settings(boosting, 5)
    assert first == {}
    assert len(drawn) == boosting.settings - 1
    assert drawn == list(settings(boosting, 5))[1:]
    assert drawn != list(settings(boosting, 6))[1:]
    for setting in drawn:
        for name, (low, high) in boosting.ranges.items():
            assert low <= setting[name] <= high
            assert isinstance(setting[name], type(low))


def test_raw_features_are_scaled_before_they_are_judged() -> None:
    halved = scaling(COLUMNS, 5, 2)
    raw = RawRows.of_numbers(FOLD.validation_features * 2 + 5)
    validation, test = fit_and_predict(BINARY, "logistic_regression", 0, FOLD, halved, raw)
    np.testing.assert_allclose(test, validation, rtol=1e-5)


def test_another_model_is_refused() -> None:
    with pytest.raises(KeyError, match="forest"):
        fit_and_predict(BINARY, "forest", 0, FOLD, IDENTITY, RAW)
