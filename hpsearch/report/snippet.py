"""Lines of Python that predict the rows of a CSV file by a saved model, in plain Keras."""

from collections.abc import Sequence

from hpsearch.data.columns import Column
from hpsearch.data.sources.files.words import BOOLEANS
from hpsearch.study.sections import DataSection


def plain_keras(columns: Sequence[Column], data: DataSection) -> str:
    """The lines, to be run from the folder of the model, for a file written as its rows were."""
    lines = [
        "import json",
        "import zipfile",
        "",
        "import keras",
        "import pandas as pd",
        "",
        'about = json.loads(zipfile.ZipFile("best.keras").read("metadata.json"))',
        f"new = pd.read_csv({', '.join(_read(data))})",
        *(['new = new.rename(columns="column {}".format)'] if data.header is False else []),
        *_booleans(columns),
        *_dates(columns, day_first=bool(data.day_first)),
        f"rows = {_rows(columns)}",
        'predictions = keras.models.load_model("best.keras").predict_on_batch(rows)',
    ]
    return "\n".join(lines)


def _read(data: DataSection) -> list[str]:
    """Arguments of ``pandas.read_csv`` for what is not usual in the study's file."""
    return [
        '"new.csv"',
        *(["header=None"] if data.header is False else []),
        *([f"sep={data.delimiter!r}"] if data.delimiter not in (None, ",") else []),
        *([f"decimal={data.decimal!r}"] if data.decimal not in (None, ".") else []),
        *([f"encoding={data.encoding!r}"] if data.encoding not in (None, "utf-8") else []),
        *([f"na_values={list(data.missing)!r}"] if data.missing else []),
    ]


def _booleans(columns: Sequence[Column]) -> list[str]:
    names = [column.name for column in columns if column.kind == "boolean"]
    if not names:
        return []
    words = {word: value for pair in BOOLEANS for value, word in enumerate(pair)}
    return [
        f"truth = {words}",
        f"for name in {names}:",
        "    new[name] = new[name].map(lambda value: truth.get(str(value).lower(), value))",
    ]


def _dates(columns: Sequence[Column], *, day_first: bool) -> list[str]:
    names = [column.name for column in columns if column.kind == "date"]
    if not names:
        return []
    order = ", dayfirst=True" if day_first else ""
    return [
        f"for name in {names}:",
        f'    days = pd.to_datetime(new[name]{order}) - pd.Timestamp("1970-01-01")',
        "    new[name] = days / pd.Timedelta(days=1)",
    ]


def _rows(columns: Sequence[Column]) -> str:
    """What the model takes: one array of numbers, or of texts, or both by their names."""
    numbers = 'new[about["numbers"]].to_numpy("float64")'
    texts = 'new[about["texts"]].astype(object).fillna("").to_numpy(object)'
    if all(column.is_text for column in columns):
        return texts
    if not any(column.is_text for column in columns):
        return numbers
    return f'{{\n    "numbers": {numbers},\n    "texts": {texts},\n}}'
