"""Numbers as people read them, whatever their size."""

import pytest

from hpsearch.tasks.binary import AUC
from hpsearch.tasks.regression import R2, ROOT_SQUARED_ERROR, SQUARED_ERROR
from hpsearch.wording import (
    MINUS,
    an,
    digits_of,
    metric_digits,
    say_interval,
    say_number,
    say_signed,
)


@pytest.mark.parametrize(
    ("scale", "value", "said"),
    [
        (1.0, 0.57123, "0.5712"),
        (3.5, 12.34567, "12.3457"),
        (60.0, 123.4567, "123.457"),
        (6_000.0, 12_345.678, "12,346"),
        (60_000.0, 123_456.78, "123,457"),
        (2e8, 123_456_789.0, "123,456,789"),
        (2e13, 1.23456e13, "1.235e+13"),
        (2e-3, 0.0012345, "0.0012345"),
        (2e-9, 1.23456e-9, f"1.235e{MINUS}09"),
    ],
)
def test_as_many_digits_as_the_scale_calls_for(scale: float, value: float, said: str) -> None:
    assert say_number(value, digits_of(scale)) == said


def test_differences_and_intervals_have_the_same_digits() -> None:
    assert say_signed(-5_547.3, 0) == f"{MINUS}5,547"
    assert say_signed(5_547.3, 0) == "+5,547"
    assert say_interval({"low": -2_253.2, "high": 8_842.0}, 0) == f"[{MINUS}2,253, 8,842]"


def test_only_metrics_in_the_targets_unit_have_its_digits() -> None:
    assert metric_digits(ROOT_SQUARED_ERROR, 60_000.0) == 0
    for metric in (SQUARED_ERROR, R2, AUC):
        assert metric_digits(metric, 60_000.0) == 4
    assert metric_digits(AUC, 1.0) == 4


def test_nouns_have_their_article() -> None:
    assert [an("AUC"), an("accuracy"), an("loss")] == ["an AUC", "an accuracy", "a loss"]
