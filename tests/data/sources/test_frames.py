"""Tables in memory: what their types say, and what is refused."""

import datetime
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hpsearch.data.columns import MISSING, Column
from hpsearch.data.kept import keep_rows, read_kept_rows
from hpsearch.data.sources.frame_profile import profile_of
from hpsearch.data.sources.frames import FRAME, table_of
from hpsearch.data.sources.registry import SOURCES
from hpsearch.data.sources.source import Request
from hpsearch.errors import DataError, UsageError
from hpsearch.study.sections import DataSection
from hpsearch.tasks.binary import BINARY

NOON = pd.Timestamp("1970-01-03 12:00")

#: Columns of three rows, of which the second is missing, with their kind and their numbers.
COLUMNS: dict[str, tuple[Any, str, list[float]]] = {
    "float": ([1.5, None, -2], "number", [1.5, np.nan, -2]),
    "nullable": (pd.array([1, None, 3], dtype="Int64"), "number", [1, np.nan, 3]),
    "unlike": (pd.Series([1, None, 2.5], dtype=object), "number", [1, np.nan, 2.5]),
    "boolean": (pd.array([True, None, False], dtype="boolean"), "boolean", [1, np.nan, 0]),
    "objects": (pd.Series([False, None, True], dtype=object), "boolean", [0, np.nan, 1]),
    "instant": (pd.Series([NOON, pd.NaT, NOON]), "date", [2.5, np.nan, 2.5]),
    "zone": (
        pd.Series([NOON, pd.NaT, NOON]).dt.tz_localize("Etc/GMT-12"),
        "date",
        [2, np.nan, 2],
    ),
    "day": (
        pd.Series([datetime.date(1899, 12, 31), None, NOON.date()], dtype=object),
        "date",
        [-25568, np.nan, 2],
    ),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_numbers_keep_their_values_and_missing_is_nan(name: str) -> None:
    values, kind, numbers = COLUMNS[name]
    frame = pd.DataFrame({name: values, "y": [0, 1, 1]})
    table = table_of(frame, label="y", task=BINARY)
    assert table.columns == (Column(name, kind),)  # type: ignore[arg-type]
    np.testing.assert_array_equal(table.raw.numbers[:, 0], numbers)
    np.testing.assert_array_equal(table.labels, [0, 1, 1])
    assert table.labels.dtype == np.float32
    assert table.classes == ()


@pytest.mark.parametrize(
    "values",
    [
        ["b", None, "a"],
        pd.Categorical(["b", None, "a"]),
        pd.Series(["b", "", "a"], dtype=object),
        pd.Series(["b", np.nan, "a"], dtype=object),
    ],
)
def test_texts_are_places_in_the_alphabet_and_an_empty_one_is_missing(values: Any) -> None:
    table = table_of(pd.DataFrame({"t": values, "y": [0, 1, 1]}), label="y", task=BINARY)
    assert table.columns == (Column("t", "category"),)
    assert table.raw.vocabularies == (("a", "b"),)
    np.testing.assert_array_equal(table.raw.codes, [[1], [MISSING], [0]])
    assert table.raw.numbers.shape == (3, 0)


def test_numbers_of_few_digits_stay_narrow_and_others_do_not() -> None:
    narrow = pd.DataFrame({"a": np.array([1, 2], np.int16), "y": [0, 1]})
    assert table_of(narrow, label="y", task=BINARY).raw.numbers.dtype == np.float32
    wide = narrow.assign(ms=[1_700_000_000_001, 1_700_000_000_002])
    raw = table_of(wide, label="y", task=BINARY).raw
    np.testing.assert_array_equal(np.diff(raw.numbers[:, 1]), [1])


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        (["yes", "no", "yes"], ("no", "yes")),
        ([True, False, True], ("false", "true")),
        ([10, 9, 10], ("9", "10")),
        ([2.0, 1.0, 2.0], ("1", "2")),
        (pd.Categorical(["lo", "hi", "lo"], categories=["lo", "hi"], ordered=True), ("lo", "hi")),
    ],
)
def test_classes_have_an_order(values: Any, classes: tuple[str, ...]) -> None:
    table = table_of(pd.DataFrame({"a": [1, 2, 3], "y": values}), label="y", task=BINARY)
    assert table.classes == classes
    expected = [classes.index(text) for text in _texts(values)]
    np.testing.assert_array_equal(table.labels, expected)


def _texts(values: Any) -> list[str]:
    return [
        str(value).lower() if isinstance(value, bool) else str(value).removesuffix(".0")
        for value in values
    ]


def test_columns_and_classes_may_be_given() -> None:
    frame = pd.DataFrame({"a": [1, 2], "code": [7, 8], "y": ["x", "y"]})
    columns = [Column("code", "category")]
    table = table_of(frame, label="y", task=BINARY, classes=("y", "x"), columns=columns)
    assert table.columns == tuple(columns)
    assert table.raw.vocabularies == (("7", "8"),)
    np.testing.assert_array_equal(table.labels, [1, 0])


@pytest.mark.parametrize(
    ("frame", "label", "words"),
    [
        ([1, 2], "y", "pandas, polars or Arrow, got list"),
        (pd.DataFrame([[1, 2, 0]], columns=["a", "a", "y"]), "y", "one name twice"),
        (pd.DataFrame([[1, 2, 0]], columns=[1, "1", "y"]), "y", "the same number as text"),
        (pd.DataFrame({"age": [1], "Churned": [0]}), "churned", "did you mean 'Churned'"),
        (pd.DataFrame({"age": [1], "Churned": [0]}), "z", "its columns are 'age', 'Churned'"),
        (pd.DataFrame({"y": [0, 1]}), "y", "columns besides its label 'y', got none"),
        (pd.DataFrame({"a": [1, 2], "y": [0, None]}), "y", "not be missing, got none in row 1"),
        (pd.DataFrame({"a": [1, 2, 3], "y": list("abc")}), "y", "got 3 classes in 'y'"),
        (pd.DataFrame({"a": [1, np.inf], "y": [0, 1]}), "y", "'a' must be finite or missing"),
        (pd.DataFrame({"a": [1j, 2], "y": [0, 1]}), "y", "got complex in 'a'"),
        (pd.DataFrame({"a": [1, "b"], "y": [0, 1]}, dtype=object), "y", "got int, str in 'a'"),
    ],
)
def test_what_is_refused(frame: Any, label: str, words: str) -> None:
    with pytest.raises(DataError) as caught:
        table_of(frame, label=label, task=BINARY)
    assert words in str(caught.value)


def test_rows_of_classes_may_be_left_out() -> None:
    frame = pd.DataFrame({"a": [1, 2, 3, 4], "y": [1.0, 7.0, 0.0, 1.0]})
    table = table_of(frame, label="y", task=BINARY, leave_out=["7"])
    np.testing.assert_array_equal(table.raw.numbers[:, 0], [1, 3, 4])
    assert (table.labels.tolist(), table.classes) == ([1, 0, 1], ())


def test_a_column_must_be_of_the_kind_that_is_given() -> None:
    frame = pd.DataFrame({"a": ["x", "y"], "b": [1, 2], "y": [0, 1]})
    with pytest.raises(DataError, match="of kind number, got category"):
        table_of(frame, label="y", task=BINARY, columns=[Column("a", "number")])
    with pytest.raises(DataError, match="must be 0 or 1, got 2 in row 1"):
        table_of(frame, label="y", task=BINARY, columns=[Column("b", "boolean")])


def test_a_studys_folder_keeps_them(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.5, None], "t": ["x", None], "y": ["no", "yes"]})
    table = table_of(frame, label="y", task=BINARY)
    keep_rows(tmp_path / "rows.parquet", table)
    kept = read_kept_rows(tmp_path / "rows.parquet")
    assert kept.origin == table.origin
    assert kept.fingerprint() == table.fingerprint()


def test_a_study_file_cannot_name_a_table_in_memory() -> None:
    section = DataSection.model_validate({"source": "frame"})
    request = Request(section, BINARY, None, 0, print, lambda done, total: None)
    assert SOURCES["frame"] is FRAME
    with pytest.raises(UsageError, match="only Python code can give"):
        FRAME.read(request)


def polars_frame(columns: dict[str, list[Any]]) -> Any:
    polars = pytest.importorskip("polars", reason="needs polars, which is not installed")
    frame = polars.DataFrame(columns)
    return frame.with_columns(polars.col("colour").cast(polars.Categorical))


def arrow_table(columns: dict[str, list[Any]]) -> Any:
    arrow = pytest.importorskip("pyarrow", reason="needs pyarrow, which is not installed")
    table = arrow.table(columns)
    place = table.column_names.index("colour")
    return table.set_column(place, "colour", table["colour"].dictionary_encode())


@pytest.mark.parametrize("make", [polars_frame, arrow_table])
def test_polars_and_arrow_give_the_same_rows(make: Callable[..., Any]) -> None:
    noon = NOON.to_pydatetime()
    columns = {
        "float": [1.5, None, -2.0, math.nan],
        "whole": [1, None, 3, 2**40],
        "truth": [True, None, False, True],
        "day": [datetime.date(1899, 12, 31), None, noon.date(), noon.date()],
        "instant": [noon, None, noon, noon],
        "zone": [
            noon.replace(tzinfo=datetime.UTC),
            None,
            *[NOON.tz_localize("UTC").to_pydatetime()] * 2,
        ],
        "text": ["x", None, "", "y"],
        "colour": ["red", None, "blue", "red"],
        "nothing": [None, None, None, None],
        "y": ["Yes", "no", "Yes", "no"],
    }
    frame, other = pd.DataFrame(columns), make(columns)
    expected, found = (table_of(each, label="y", task=BINARY) for each in (frame, other))
    assert (found.classes, found.columns) == (("no", "Yes"), expected.columns)
    np.testing.assert_array_equal(found.raw.numbers, expected.raw.numbers)
    assert found.fingerprint() == expected.fingerprint()
    assert profile_of(other) == profile_of(frame)


@pytest.mark.parametrize("make", [polars_frame, arrow_table])
def test_a_list_is_no_column_of_polars_or_arrow(make: Callable[..., Any]) -> None:
    frame = make({"list": [[1], [2]], "colour": ["red", "blue"], "y": [0, 1]})
    with pytest.raises(DataError, match="got list in 'list'; convert it, or leave it out"):
        table_of(frame, label="y", task=BINARY)


def test_an_enum_of_polars_keeps_its_order() -> None:
    polars = pytest.importorskip("polars", reason="needs polars, which is not installed")
    levels = polars.Series("y", ["high", "low", "high"], dtype=polars.Enum(["low", "mid", "high"]))
    table = table_of(
        polars.DataFrame([polars.Series("a", [1, 2, 3]), levels]), label="y", task=BINARY
    )
    assert (table.classes, table.labels.tolist()) == (("low", "high"), [1, 0, 1])
