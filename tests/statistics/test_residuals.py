"""Residuals of predictions whose errors are known."""

import numpy as np
import pytest

from hpsearch.statistics.few_rows import student_95
from hpsearch.statistics.residuals import measure_residuals, round_errors


def test_bias_spread_and_shares_are_those_of_the_errors() -> None:
    targets = np.arange(100.0)
    errors = np.tile([-1.0, 1.0, 3.0, 1.0], 25)
    residuals = measure_residuals(targets, targets + errors)
    assert residuals.bias.value == 1.0
    assert residuals.spread == pytest.approx(np.std(errors, ddof=1))
    assert residuals.bias.high - 1.0 == pytest.approx(student_95(99) * residuals.spread / 10)
    assert residuals.target == pytest.approx((49.5, targets.std(ddof=1)))
    shares = {error: share.value for error, share in residuals.within}
    assert shares == {1.0: 0.75, 2.0: 0.75, 5.0: 1.0}
    assert residuals.reached == ((0.5, 1.0), (0.8, 3.0), (0.9, 3.0), (0.95, 3.0))


def test_bins_tell_where_the_errors_are_large() -> None:
    """The spread grows with the prediction, and the lowest predictions are too high."""
    rng = np.random.default_rng(0)
    predictions = np.linspace(0, 10, 2_000)
    errors = rng.normal(size=2_000) * (0.1 + predictions / 10) + 5 * (predictions < 1)
    residuals = measure_residuals(predictions - errors, predictions)
    assert [bin_.rows for bin_ in residuals.bins] == [200] * 10
    assert residuals.bins[0].error.value == pytest.approx(5, abs=0.1)
    assert residuals.bins[-1].spread > 4 * residuals.bins[1].spread
    for bin_ in residuals.bins:
        assert bin_.low < bin_.error.value < bin_.high
        assert bin_.error.low < bin_.error.value < bin_.error.high


@pytest.mark.parametrize(("rows", "bins"), [(2, 1), (9, 1), (11, 2), (51, 10), (200, 10)])
def test_few_rows_have_few_bins(rows: int, bins: int) -> None:
    targets = np.arange(float(rows))
    residuals = measure_residuals(targets, targets * 1.5)
    assert sum(bin_.rows for bin_ in residuals.bins) == rows
    assert len(residuals.bins) == bins
    assert all(bin_.spread > 0 for bin_ in residuals.bins)
    assert residuals.points == tuple(zip(targets, targets * 1.5, strict=True))


def test_points_are_thinned_and_repeat() -> None:
    targets = np.arange(5_000.0)
    residuals = measure_residuals(targets, targets)
    assert len(residuals.points) == 600
    assert residuals == measure_residuals(targets, targets)
    assert residuals.within == (), "there is no error that could be told"


@pytest.mark.parametrize("scale", [1e-9, 1.0, 3e4, 1e12])
def test_round_errors_follow_the_scale(scale: float) -> None:
    sizes = np.abs(np.random.default_rng(0).normal(size=1_000)) * scale
    errors = round_errors(sizes)
    assert 3 <= len(errors) <= 6
    assert all(f"{error:.0e}"[0] in "125" for error in errors)
    shares = [(sizes <= error).mean() for error in errors]
    assert shares == sorted(shares)
    assert shares[-1] >= 0.98
    assert shares[0] < 0.5
