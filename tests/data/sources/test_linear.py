"""Rows of a linear regression: their law, their seed, and the task that they are for."""

import numpy as np
import pytest

from hpsearch.data.sources.linear import BIAS, COLUMNS, LINEAR, NOISE, WEIGHT, simulate
from hpsearch.data.sources.source import Request
from hpsearch.errors import UsageError
from hpsearch.study.sections import DataSection
from hpsearch.tasks.registry import TASKS


def test_least_squares_find_the_weights_and_the_noise() -> None:
    """Of 5,000 rows; each bound is six standard errors or more."""
    table = simulate(5_000, seed=0)
    features, labels = table.raw.numbers, table.labels
    assert features.shape == (5_000, COLUMNS)
    assert labels.dtype == np.float64
    design = np.column_stack([features, np.ones(len(features))])
    weights, *_ = np.linalg.lstsq(design, labels)
    np.testing.assert_allclose(weights[:-1], WEIGHT, atol=6 * NOISE / np.sqrt(4_800))
    assert weights[-1] == pytest.approx(BIAS, abs=6 * NOISE / np.sqrt(4_800))
    assert np.std(labels - design @ weights) == pytest.approx(NOISE, rel=0.08)


def test_another_seed_gives_other_rows() -> None:
    one, other = simulate(20, seed=0), simulate(20, seed=1)
    assert one.fingerprint() == simulate(20, seed=0).fingerprint() != other.fingerprint()
    assert one.origin.description == "20 simulated rows of a linear regression (seed 0)"
    assert one.origin.simulated


def test_numbers_are_no_classes() -> None:
    section = DataSection.model_validate({"source": "linear", "task": "binary"})
    request = Request(section, TASKS["binary"], None, 0, print, lambda done, total: None)
    with pytest.raises(UsageError, match=r"set data\.task to 'regression'"):
        LINEAR.read(request)
