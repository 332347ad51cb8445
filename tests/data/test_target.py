"""The scale of a target, and the logarithm that networks may learn instead."""

import numpy as np
import pytest

from hpsearch.data.target import LARGEST_EXPONENT, Logarithm, TargetScale


def prices(unit: float = 1.0, origin: float = 0.0) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return origin + unit * np.exp(np.random.default_rng(0).normal(size=2_000))


def logarithm_of(targets: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Logarithm:
    return Logarithm.fit(TargetScale.fit(targets).standardized(targets))


def test_a_skewed_target_is_learned_as_one_that_is_standardized_and_less_skewed() -> None:
    targets = prices()
    standardized = TargetScale.fit(targets).standardized(targets)
    learned = logarithm_of(targets).learned(standardized)
    assert learned.mean() == pytest.approx(0, abs=1e-12)
    assert learned.std() == pytest.approx(1)
    assert np.mean(standardized**3) > 3
    assert abs(np.mean(learned**3)) < np.mean(standardized**3) / 2


@pytest.mark.parametrize(("unit", "origin"), [(1e6, 0.0), (1.0, -50.0), (1e-9, 3.0)])
def test_neither_the_unit_nor_the_origin_of_a_target_matters(unit: float, origin: float) -> None:
    one, other = (logarithm_of(prices(*each)) for each in ((1.0, 0.0), (unit, origin)))
    assert one.mean == pytest.approx(other.mean, rel=1e-6)
    assert one.deviation == pytest.approx(other.deviation, rel=1e-6)


def test_targets_come_back_from_what_is_learned_and_no_guess_is_infinite() -> None:
    targets = prices()
    scale = TargetScale.fit(targets)
    standardized = scale.standardized(targets)
    scale = scale.with_logarithm(standardized)
    assert scale.logarithm is not None
    learned = scale.logarithm.learned(standardized)
    np.testing.assert_allclose(scale.restored(scale.of_outputs(learned)), targets, rtol=1e-9)
    wild = scale.of_outputs(np.array([1e9, -1e9], np.float32))
    assert wild[0] == pytest.approx(scale.logarithm.reach * np.exp(LARGEST_EXPONENT), rel=1e-5)
    assert wild[1] == pytest.approx(-2 * scale.logarithm.reach)
