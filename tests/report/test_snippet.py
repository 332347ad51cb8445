"""The lines of the model card make of a user's file what the saved model takes."""

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.data.columns import Column
from hpsearch.report.snippet import plain_keras
from hpsearch.study.sections import DataSection

COLUMNS = (
    Column("size", "number"),
    Column("garage", "boolean"),
    Column("it's", "category"),
    Column("sold", "date"),
)


def rows_of(
    lines: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    columns: Sequence[Column] = COLUMNS,
) -> Any:
    """What the lines would give the model."""
    monkeypatch.chdir(folder)
    names = {
        "numbers": [column.name for column in columns if not column.is_text],
        "texts": [column.name for column in columns if column.is_text],
    }
    with zipfile.ZipFile("best.keras", "w") as file:
        file.writestr("metadata.json", json.dumps(names))
    *before, load = lines.replace("import keras\n", "").splitlines()
    assert load.startswith("predictions = keras.models.load_model")
    variables: dict[str, Any] = {}
    exec("\n".join(before), variables)
    return variables["rows"]


@pytest.mark.parametrize(("no", "yes"), [("no", "yes"), ("False", "TRUE"), ("0", "1")])
def test_words_dates_and_gaps_become_numbers(
    no: str, yes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new.csv").write_text(
        "sold;it's;garage;more;size\n"
        f"02/03/1970;a;{yes};x;1,5\n31/01/1970;;{no};x;?\n;b;;x;2\n31/01/1970;b;{yes};x;3\n"
    )
    data = DataSection.model_validate(
        {
            **{"source": "file", "path": "x.csv", "delimiter": ";", "decimal": ","},
            **{"missing": ["?"], "day_first": True},
        }
    )
    rows = rows_of(plain_keras(COLUMNS, data), tmp_path, monkeypatch)
    expected = [[1.5, 1, 60], [np.nan, 0, 30], [2, np.nan, np.nan], [3, 1, 30]]
    np.testing.assert_array_equal(rows["numbers"], np.array(expected))
    assert rows["texts"].tolist() == [["a"], [""], ["b"], ["b"]]


def test_columns_without_names_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "new.csv").write_text("1.5,x,2\n3,y,4\n")
    data = DataSection.model_validate({"source": "file", "path": "x.csv", "header": False})
    columns = (Column("column 0", "number"), Column("column 2", "number"))
    rows = rows_of(plain_keras(columns, data), tmp_path, monkeypatch, columns)
    assert rows.tolist() == [[1.5, 2], [3, 4]]


def test_one_kind_of_values_is_one_array() -> None:
    data = DataSection.model_validate({"source": "file", "path": "x.csv"})
    assert 'rows = new[about["numbers"]]' in plain_keras(COLUMNS[:2], data)
    assert 'rows = new[about["texts"]]' in plain_keras(COLUMNS[2:3], data)
    assert 'pd.read_csv("new.csv")' in plain_keras(COLUMNS, data)
