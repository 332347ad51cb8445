"""Features of 0 and 1 kept as bytes train, predict and are judged as the same floats are."""

from dataclasses import replace

import numpy as np
import pytest

from hpsearch.data.columns import RawRows, number_columns
from hpsearch.data.features.table_preprocessing import TablePreprocessing
from hpsearch.data.parts import Fold
from hpsearch.tasks.binary import BINARY
from hpsearch.training.blocks import ROWS, VALUES, block_rows
from hpsearch.training.inspection import outputs_of
from hpsearch.training.scikit_learn import fit_and_predict
from tests.doubles import tiny_fold
from tests.training.test_contract import (
    Make,
    assert_equal,
    compiled_trainer,
    keras_trainer,
    segment,
)


def indicators() -> Fold:
    """A small fold of bytes, 0 and 1."""
    fold = tiny_fold(columns=12)
    return replace(
        fold,
        train_features=(fold.train_features > 0).astype(np.uint8),
        validation_features=(fold.validation_features > 0).astype(np.uint8),
    )


def floats(fold: Fold) -> Fold:
    return fold.with_arrays(lambda array: array.astype(np.float32))


@pytest.mark.usefixtures("tensorflow")
@pytest.mark.parametrize("objective", ["binary_crossentropy", "auc"])
@pytest.mark.parametrize("make", [compiled_trainer, keras_trainer])
def test_bytes_train_the_bits_of_floats(make: Make, objective: str) -> None:
    work = segment()
    work = replace(work, recipe=replace(work.recipe, objective=objective))
    trainer, fold = make(), indicators()
    narrow = trainer.run(work, fold)
    assert_equal(narrow, trainer.run(work, floats(fold)))
    np.testing.assert_array_equal(narrow.losses, trainer.run(work, floats(fold)).losses)


def test_outputs_of_bytes_are_those_of_floats() -> None:
    network, fold = segment().recipe.network, indicators()
    rng = np.random.default_rng(0)
    arrays = [array for layer in network.arrays(fold.columns) for array in layer]
    weights = tuple(rng.uniform(0.1, 1, array.shape).astype(np.float32) for array in arrays)
    outputs = outputs_of(BINARY, network, weights, fold.validation_features)
    assert outputs.dtype == np.float32
    np.testing.assert_array_equal(
        outputs, outputs_of(BINARY, network, weights, floats(fold).validation_features)
    )


def test_a_linear_model_takes_bytes_without_their_zeros() -> None:
    fold = indicators()
    zero_and_one = RawRows.of_numbers(np.array([[0.0], [1.0]]).repeat(12, axis=1))
    preprocessing = TablePreprocessing.fit(zero_and_one, number_columns(tuple("abcdefghijkl")))
    narrow, wide = (
        fit_and_predict(BINARY, "logistic_regression", 0, each, preprocessing, zero_and_one)[0]
        for each in (fold, floats(fold))
    )
    np.testing.assert_allclose(narrow, wide, atol=1e-3)


def test_wide_rows_go_through_in_fewer_at_a_time() -> None:
    assert block_rows(0) == block_rows(28) == ROWS
    assert block_rows(28, most=20_000) == 20_000
    assert block_rows(10_000) * 10_000 <= VALUES
    assert block_rows(VALUES * 2) == 1
