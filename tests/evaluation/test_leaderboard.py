"""Importances of searches in which there is little to tell; a warning is an error here."""

from collections.abc import Sequence

import pytest
from optuna.distributions import FloatDistribution
from optuna.trial import FrozenTrial, create_trial

from hpsearch.evaluation.importance import importances

RANGE = FloatDistribution(0, 1)


def finished(values: Sequence[float], params: Sequence[float]) -> list[FrozenTrial]:
    return [
        create_trial(value=value, params={"rate": rate}, distributions={"rate": RANGE})
        for value, rate in zip(values, params, strict=True)
    ]


@pytest.mark.parametrize(
    ("values", "params"),
    [
        ([0.5] * 12, [place / 12 for place in range(12)]),
        ([0.0] * 12, [0.5] * 12),
        ([float(place) for place in range(12)], [0.5] * 12),
        ([0.1, *[float("inf")] * 11], [place / 12 for place in range(12)]),
    ],
    ids=["equal values", "equal trials", "equal parameters", "infinite values"],
)
def test_importances_warn_of_nothing(values: list[float], params: list[float]) -> None:
    found = importances(finished(values, params), "minimize")
    assert set(found) == {"rate"}
    assert 0 <= found["rate"] <= 1
