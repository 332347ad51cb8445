"""Rows that are mapped train the same bits as rows in memory."""

from pathlib import Path

import pytest

from hpsearch.data import mapping
from hpsearch.data.mapping import MappedArray, mapped
from tests.doubles import tiny_fold
from tests.training.test_contract import (
    Make,
    assert_equal,
    compiled_trainer,
    keras_trainer,
    segment,
)

pytestmark = pytest.mark.usefixtures("tensorflow")


@pytest.mark.parametrize("make", [compiled_trainer, keras_trainer])
def test_mapped_rows_give_equal_bits(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapping, "LEAST_BYTES", 1)
    fold = tiny_fold()
    large = fold.with_arrays(lambda array: mapped(array, tmp_path, print))
    assert all(isinstance(array, MappedArray) for array in large.arrays)
    assert_equal(make().run(segment(), large), make().run(segment(), fold))
