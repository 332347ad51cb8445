"""Parts in files of their own become one table: columns by name, texts and classes of all."""

from pathlib import Path

import numpy as np
import pytest

from hpsearch.data.columns import Column, RawRows
from hpsearch.data.cutting import cut_rows
from hpsearch.data.joining import join_parts
from hpsearch.data.kept import keep_rows
from hpsearch.data.load import load
from hpsearch.data.table import Origin, Table
from hpsearch.errors import DataError
from hpsearch.study.cutting import FILE_PART
from hpsearch.study.reading import read_study
from hpsearch.study.sections import DataSection
from hpsearch.tasks.binary import BINARY

COLUMNS = (Column("x", "number"), Column("kind", "category"), Column("day", "date"))


def table(
    name: str,
    kinds: tuple[str, ...],
    classes: tuple[str, ...] = ("no", "yes"),
    columns: tuple[Column, ...] = COLUMNS,
) -> Table:
    """Two rows, whose numbers are their column's place."""
    numbers = [place for place, column in enumerate(columns) if not column.is_text]
    return Table(
        RawRows(np.array([numbers, numbers], float), np.array([[0], [-1]], np.int32), (kinds,)),
        np.array([0, 1], np.float32),
        columns,
        Origin("csv", f"all rows of {name}", simulated=False),
        classes,
    )


def test_columns_texts_and_classes_are_matched_by_name() -> None:
    test = table("test.csv", ("b", "a"), ("yes", "maybe"), COLUMNS[::-1])
    joined = join_parts({"train": table("train.csv", ("a",)), "test": test})
    assert joined.names == ("x", "kind", "day", FILE_PART)
    assert joined.raw.numbers.tolist() == [[0, 2], [0, 2], [2, 0], [2, 0]]
    assert joined.raw.texts().tolist() == [
        ["a", "train"],
        ["", "train"],
        ["b", "test"],
        ["", "test"],
    ]
    assert joined.classes == ("no", "yes", "maybe")
    assert joined.labels.tolist() == [0, 1, 1, 2]
    assert joined.labels.dtype == np.float32
    assert joined.origin.description == "all rows of train.csv and all rows of test.csv"


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ((Column("x", "boolean"), *COLUMNS[1:]), "'x' is a number there, got boolean"),
        ((Column("y", "number"), *COLUMNS[1:]), "'x' is a number there, got none of that name"),
    ],
)
def test_a_file_with_other_columns_is_told(columns: tuple[Column, ...], found: str) -> None:
    with pytest.raises(DataError, match=found) as caught:
        join_parts({"train": table("a.csv", ("a",)), "test": table("b.csv", ("a",), (), columns)})
    assert "all rows of b.csv must have the columns of all rows of a.csv" in str(caught.value)


def test_a_file_with_labels_of_another_kind_is_told() -> None:
    with pytest.raises(
        DataError, match=r"must have the classes of .*\['no', 'yes'\], got \[0, 1\]"
    ):
        join_parts({"train": table("a.csv", ("a",)), "test": table("b.csv", ("a",), ())})


def write(path: Path, rows: range) -> None:
    lines = (f"{row},{row % 3},{row % 2}\n" for row in rows)
    path.write_text("x,z,y\n" + "".join(lines), encoding="utf-8")


def read(section: DataSection, data: Path | None = None) -> Table:
    return load(section, data, task=BINARY, seed=1, tell=print, progress=lambda now, wanted: None)


def test_files_of_their_own_are_the_parts(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name, rows in {"a": range(40), "b": range(40, 50), "c": range(50, 70)}.items():
        write(tmp_path / "data" / f"{name}.csv", rows)
    (tmp_path / "mine.toml").write_text(
        '[study]\nname = "mine"\n[space]\nunits = { int = [4, 8] }\n[data]\nsource = "csv"\n'
        'label = "y"\npath = "data/a.csv"\nvalidation_path = "data/b.csv"\n'
        'test_path = "data/c.csv"\n',
        encoding="utf-8",
    )
    section = read_study(tmp_path / "mine.toml").data
    joined = read(section)
    cut = cut_rows(joined, section, 1)
    for part, rows in ((cut.train, range(40)), (cut.validation, range(40, 50))):
        assert set(joined.raw.numbers[part, 0]) == set(rows)
    assert set(joined.raw.numbers[cut.test, 0]) == set(range(50, 70))
    assert cut.left_out == (FILE_PART,)
    keep_rows(tmp_path / "rows.parquet", joined)
    assert read(section, tmp_path / "rows.parquet").fingerprint() == joined.fingerprint()


def test_validation_rows_are_cut_from_the_train_file_where_they_have_none(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", range(40))
    write(tmp_path / "c.csv", range(50, 70))
    paths = {"path": str(tmp_path / "a.csv"), "test_path": str(tmp_path / "c.csv")}
    section = DataSection.model_validate({"source": "csv", "label": "y", **paths})
    cut = cut_rows(read(section), section, 1)
    assert set(cut.test) == set(range(40, 60))
    assert len(cut.validation) == 12  # a fifth of all rows
    assert set(cut.validation) | set(cut.train) == set(range(40))
