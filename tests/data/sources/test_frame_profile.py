"""What is found in a table in memory."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from hpsearch.data.profile import ColumnProfile
from hpsearch.data.sources.frame_profile import profile_of

ROWS = 240


def column(values: Any) -> ColumnProfile:
    (found,) = profile_of(pd.DataFrame({"c": values})).columns
    return found


def test_a_column_is_described() -> None:
    assert column([3, 1, None, 3]) == ColumnProfile(
        "c",
        "number",
        missing=1,
        distinct=2,
        values=("3", "1"),
        least=1.0,
        largest=3.0,
        counts=(2, 1),
    )
    assert column(["b", "b", "a"]) == ColumnProfile(
        "c", "category", distinct=2, values=("b", "a"), counts=(2, 1)
    )
    assert column([True, False, None]).finding == "boolean"
    assert column(pd.to_datetime(["1970-01-02", "1970-01-04"])).largest == 3


@pytest.mark.parametrize(
    ("values", "finding", "words"),
    [
        ([f"C{row}" for row in range(ROWS)], "identifier", "a text of its own"),
        ([f"so {row % 200}" for row in range(ROWS)], "text", "200 of its 240 texts"),
        (list(range(5, 5 + ROWS)), "identifier", "it counts the rows"),
        ([4] * ROWS, "number", "all its values are '4'"),
        ([None] * ROWS, "category", "it has no values"),
        ([1, "a"] * (ROWS // 2), "text", "of several types"),
    ],
)
def test_what_is_of_no_use_has_a_reason(values: Any, finding: str, words: str) -> None:
    found = column(pd.Series(values, dtype=object) if "a" in values else values)
    assert found.finding == finding
    assert words in found.reason


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(0).normal(size=ROWS),
        np.arange(ROWS) * 3,
        ["red", "green", "blue"] * 80,
        [f"C{row}" for row in range(10)],
    ],
)
def test_what_is_of_use_has_none(values: Any) -> None:
    assert column(values).reason == ""


def test_the_rows_are_counted() -> None:
    profile = profile_of(pd.DataFrame({"a": [1, 2, 3]}))
    assert (profile.format, profile.rows, profile.dialect) == ("frame", 3, None)
    assert profile_of(pd.DataFrame()).rows == 0
