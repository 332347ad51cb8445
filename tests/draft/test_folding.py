"""How many folds a drafted study has: enough rows of each class must be left for each."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hpsearch.data.columns import RawRows, number_columns
from hpsearch.data.cutting import cut_rows
from hpsearch.data.table import Origin, Table
from hpsearch.draft.folding import folds_of
from hpsearch.study.sections import DataSection


@pytest.mark.parametrize(
    ("rows", "smallest", "folds"),
    [
        (2_000, 700, 1),
        (1_999, 700, 5),
        (1_999, 7, 5),
        (1_999, 5, 4),
        (1_999, 4, 3),
        (1_999, 3, 2),
        (1_999, 2, 1),
        (1_999, 0, 1),
        (12, 12, 4),
        (6, 3, 2),
        (4, 4, 1),
    ],
)
def test_folds_fit_the_rows(rows: int, smallest: int, folds: int) -> None:
    assert folds_of(rows, 0.2, smallest) == folds


@settings(max_examples=60, deadline=None)
@example(sizes=[7, 5], seed=1)
@given(sizes=st.lists(st.integers(3, 40), min_size=2, max_size=6), seed=st.integers(0, 99))
def test_each_class_is_on_each_side_of_each_fold(sizes: list[int], seed: int) -> None:
    labels = np.repeat(np.arange(len(sizes)), sizes).astype(np.float32)
    raw = RawRows.of_numbers(np.zeros((len(labels), 1), np.float32))
    table = Table(raw, labels, number_columns(("a",)), Origin("csv", "rows", False))
    folds = folds_of(len(labels), 0.2, min(sizes), len(sizes))
    if folds == 1:
        return
    section = DataSection.model_validate({"source": "csv", "folds": folds})
    made = cut_rows(table, section, seed)
    for part in (made.test, *(part for fold in made.folds for part in fold)):
        assert set(labels[part]) == set(range(len(sizes)))
