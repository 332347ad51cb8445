"""A study's rows come from where its ``[data]`` section says, and a substitute is always told."""

from pathlib import Path

import numpy as np
import pytest

from hpsearch.data.load import load
from hpsearch.data.sources.higgs import reading
from hpsearch.data.sources.registry import SOURCES
from hpsearch.data.sources.source import Request, Source
from hpsearch.data.table import Table
from hpsearch.errors import DataError, DownloadError, UsageError
from hpsearch.study.sections import DataSection
from hpsearch.tasks.binary import BINARY
from tests.data.sources.conftest import higgs_text, packed


def section(**keys: object) -> DataSection:
    return DataSection.model_validate({"validation": 10, "train": 60, "test": 30, **keys})


def read(wanted: DataSection, data: Path | None = None, told: list[str] | None = None) -> Table:
    return load(
        wanted,
        data,
        task=BINARY,
        seed=3,
        tell=(told if told is not None else []).append,
        progress=lambda now, of: None,
    )


@pytest.fixture
def higgs(tmp_path: Path) -> Path:
    file = tmp_path / "HIGGS.csv.gz"
    file.write_bytes(packed(higgs_text(200)))
    return file


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    file = tmp_path / "rows.csv"
    file.write_text("a,y\n" + "".join(f"{index},{index % 2}\n" for index in range(200)))
    return file


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*values: object, **named: object) -> Table:
        raise DownloadError("UCI cannot be reached (no route)")

    monkeypatch.setenv("HPSEARCH_CACHE", str(tmp_path))
    monkeypatch.setattr(reading, "fetch_higgs", fail)


def test_a_csv_is_read_whole_whatever_the_parts_need(rows: Path) -> None:
    table = read(section(source="csv", path=str(rows), label="y"))
    assert table.raw.numbers[:, 0].tolist() == list(range(200))
    assert table.origin.kind == "csv"


def test_data_is_enough_where_the_study_names_no_file(rows: Path) -> None:
    table = read(section(source="csv", label="y"), rows)
    assert table.origin.description == f"all 200 rows of {rows.name}"


def test_a_csv_that_nobody_names_is_a_wrong_command() -> None:
    with pytest.raises(UsageError) as caught:
        read(section(source="csv"))
    assert str(caught.value) == (
        "data.source = 'csv' reads a file of rows, and none is named; set data.path, or give --data"
    )


@pytest.mark.parametrize(
    ("entries", "kinds"),
    [
        ({"group": "patient"}, {"patient": "category"}),
        ({"part": "fold", "columns": {"x": "number"}}, {"x": "number", "fold": "category"}),
        ({"group": "patient", "columns": {"patient": "identifier"}}, {"patient": "category"}),
        ({"group": "ward", "columns": {"ward": "number"}}, {"ward": "number"}),
        ({"time": "day"}, None),
    ],
)
def test_columns_that_deal_out_rows_are_read_also_where_they_are_no_features(
    monkeypatch: pytest.MonkeyPatch, entries: dict[str, object], kinds: object
) -> None:
    asked: list[DataSection] = []

    def note(request: Request) -> Table:
        asked.append(request.section)
        return read(section(source="collisions"))

    double = Source("csv", takes_file=True, simulated=False, read=note)
    monkeypatch.setattr("hpsearch.data.load.SOURCES", {**SOURCES, "csv": double})
    read(section(source="csv", path="rows.csv", **entries))
    assert asked[0].columns == kinds


def test_data_goes_before_the_path(rows: Path) -> None:
    table = read(section(source="csv", path="nowhere.csv", label="y"), rows)
    assert table.origin.description.endswith(f" rows of {rows.name}")


def test_higgs_from_a_file(higgs: Path) -> None:
    for table in (read(section(), higgs), read(section(path=str(higgs)))):
        assert table.origin.kind == "higgs"
        assert table.origin.description == f"the first 100 rows of {higgs.name}"
        assert table.raw.numbers.shape == (100, 28)


def test_a_bad_file_is_never_replaced(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No such file"):
        read(section(), tmp_path / "none.csv.gz")


def test_collisions_are_simulated() -> None:
    told: list[str] = []
    table = read(section(source="collisions"), told=told)
    assert table.origin.kind == "collisions"
    assert len(table.labels) == 100
    assert told == []


def test_a_file_for_collisions_is_a_wrong_command(higgs: Path) -> None:
    message = "names a file, but .* are simulated .*; set data.source to 'higgs' or 'file'$"
    with pytest.raises(UsageError, match=f"^--data {message}"):
        read(section(source="collisions"), higgs)
    with pytest.raises(UsageError, match=f"^data.path {message}"):
        read(section(source="collisions", path=str(higgs)))


@pytest.mark.usefixtures("no_network")
def test_without_a_network_the_substitute_is_told() -> None:
    told: list[str] = []
    table = read(section(), told=told)
    assert table.origin.kind == "collisions"
    np.testing.assert_array_equal(table.raw.numbers, read(section(source="collisions")).raw.numbers)
    (line,) = told
    assert "simulated collisions, not HIGGS: UCI cannot be reached (no route)" in line
    assert "--data" in line
    assert "\n" not in line


def test_the_cache_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HPSEARCH_CACHE", str(tmp_path))
    whole = packed(higgs_text(200))
    (tmp_path / "HIGGS-first-rows.csv.gz").write_bytes(whole[: len(whole) * 3 // 4])
    table = read(section())
    assert table.origin.kind == "higgs"
    assert len(table.labels) == 100
