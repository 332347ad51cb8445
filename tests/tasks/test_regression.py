"""The task of a number: its target check, and metrics of targets that do not vary."""

import numpy as np
import pytest

from hpsearch.data.target import UNSCALED, TargetScale
from hpsearch.errors import shown
from hpsearch.tasks.regression import REGRESSION, r2, resampled_r2


@pytest.mark.parametrize(
    ("targets", "problem"),
    [
        ([1.5, -2], None),
        ([1e150, -1e150], None),
        (
            [1.0, 2e150],
            "must have targets that are a finite number of size at most 1e+150, got 2e+150",
        ),
        ([1, np.nan], "must have targets that are a finite number of size at most 1e+150, got nan"),
        ([7, 7, 7], "must hold different targets, got only 7.0"),
        ([0, 1e-200], "must hold targets that differ by 1e-140 or more, got 1e-200 at most"),
    ],
    ids=shown,
)
def test_targets_that_cannot_be_learnt_are_refused(
    targets: list[float], problem: str | None
) -> None:
    assert REGRESSION.targets_problem(np.array(targets), ()) == problem


@pytest.mark.parametrize("size", [1e-130, 1.0, 1e150])
def test_a_scale_standardizes_and_restores(size: float) -> None:
    targets = size * np.array([1.0, 2, 4])
    scale = TargetScale.fit(targets)
    standardized = scale.standardized(targets)
    assert standardized.mean() == pytest.approx(0, abs=1e-12)
    assert standardized.std() == pytest.approx(1)
    assert scale.restored(standardized) == pytest.approx(targets, rel=1e-12)


def test_what_has_no_scale_keeps_its_bits() -> None:
    values = np.random.default_rng(0).normal(size=9)
    assert UNSCALED.standardized(values).tolist() == values.tolist()
    assert UNSCALED.restored(values).tolist() == values.tolist()


def test_nothing_is_explained_where_targets_do_not_vary() -> None:
    targets = np.array([3.0, 3.0, 4.0])
    assert r2(targets[:2], targets[:2] + 1) == 0
    values = resampled_r2(targets, np.stack([targets, targets + 1]))
    assert values(np.array([2.0, 1, 0])).tolist() == [0, 0]
    assert values(np.ones(3)).tolist() == pytest.approx([1, r2(targets, targets + 1)])


def test_the_share_explained_is_that_of_a_target_far_from_0() -> None:
    rng = np.random.default_rng(0)
    targets = 1e9 + rng.normal(size=200)
    models = targets + rng.normal(0, 0.5, (2, 200))
    expected = [r2(targets, model) for model in models]
    assert resampled_r2(targets, models)(np.ones(200)) == pytest.approx(expected, rel=1e-9)
