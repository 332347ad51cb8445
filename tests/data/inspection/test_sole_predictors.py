"""How columns are ranked that may tell the label alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from hpsearch.data.inspection.sole_predictors import number_strength

VALUES = st.floats(-3, 3).map(round).map(float)


@given(st.lists(st.tuples(VALUES, VALUES), min_size=10, max_size=40))
def test_a_rank_correlation_is_that_of_scipys_ranks(rows: list[tuple[float, float]]) -> None:
    """Equal values have the mean of their ranks."""
    values, labels = np.array(rows).T
    expected = 0.0
    if np.ptp(values) and np.ptp(labels):
        expected = abs(np.corrcoef(rankdata(values), rankdata(labels))[0, 1])
    assert number_strength(values, labels, classes=False).value == expected
