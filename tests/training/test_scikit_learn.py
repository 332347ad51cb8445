"""The two models of scikit-learn, checked against scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from hpsearch.data.columns import RawRows, number_columns
from hpsearch.data.standardization import Standardization
from hpsearch.tasks.binary import BINARY, binary_crossentropy
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


def test_raw_features_are_scaled_before_they_are_judged() -> None:
    halved = Standardization(COLUMNS, np.full(3, 5.0), np.full(3, 2.0))
    raw = RawRows.of_numbers(FOLD.validation_features * 2 + 5)
    validation, test = fit_and_predict(BINARY, "logistic_regression", 0, FOLD, halved, raw)
    np.testing.assert_allclose(test, validation, rtol=1e-5)


def test_another_model_is_refused() -> None:
    with pytest.raises(KeyError, match="forest"):
        fit_and_predict(BINARY, "forest", 0, FOLD, IDENTITY, RAW)
