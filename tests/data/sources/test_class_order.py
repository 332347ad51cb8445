"""Classes have one order, whatever their rows come from."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from hpsearch.data.sources.class_order import class_order
from hpsearch.data.sources.files.reading import read_file
from hpsearch.data.sources.frames import table_of
from hpsearch.data.table import Table
from hpsearch.tasks.multiclass import MULTICLASS


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (("yes", "no"), ("no", "yes")),
        (("True", "False"), ("False", "True")),
        (("1", "-1"), ("-1", "1")),
        (("2", "1"), ("1", "2")),
        (("10", "9", "-1.5"), ("-1.5", "9", "10")),
        (("positive", "negative"), ("negative", "positive")),
        (("spam", "ham"), ("ham", "spam")),
        (("b", "A", "c"), ("A", "b", "c")),
    ],
)
def test_classes_have_an_order_that_one_expects(
    texts: tuple[str, ...], order: tuple[str, ...]
) -> None:
    assert class_order(texts) == order
    assert class_order(texts[::-1]) == order


@pytest.mark.parametrize(
    "labels",
    [
        ["good", "bad", "good"],
        ["Present", "absent", "absent"],
        ["spam", "ham", "ham"],
        ["b", "A", "c"],
        ["a", "B", "b", "A"],
        ["10", "9", "x"],
        ["10", "9", "-1.5"],
        ["1", "1.0", "2"],
        ["007", "7", "08"],
        ["1e2", "99", "nought"],
        [10, 9, 100],
        [2.0, 0.5, 1.0],
        [True, False, True],
        pd.Categorical(["yes", "No", "yes"]),
    ],
)
def test_a_frame_a_csv_and_a_parquet_file_have_the_same_classes(
    tmp_path: Path, labels: Any
) -> None:
    frame = pd.DataFrame({"a": np.arange(len(labels)) / 4, "y": labels})
    expected = table_of(frame, label="y", task=MULTICLASS)
    frame.to_csv(tmp_path / "rows.csv", index=False)
    frame["y"] = frame["y"].astype(object)
    duckdb.from_df(frame).write_parquet(str(tmp_path / "rows.parquet"))
    for name in ("rows.csv", "rows.parquet"):
        table = read(tmp_path / name)
        np.testing.assert_array_equal(table.labels, expected.labels)
        assert [name.lower() for name in table.classes] == [
            name.lower() for name in expected.classes
        ]


def read(path: Path) -> Table:
    return read_file(path, label="y", task=MULTICLASS, progress=lambda now, of: None, tell=print)
