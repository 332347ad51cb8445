"""Every name that a study may give is a source, and every source keeps its contract."""

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from hpsearch.data.kept import keep_rows, read_kept_rows
from hpsearch.data.sources.registry import SOURCES, file_sources
from hpsearch.data.sources.source import Request, Source
from hpsearch.data.table import Table
from hpsearch.errors import DataError
from hpsearch.study.cutting import PREFIX_SOURCES
from hpsearch.study.sections import DataSection, SourceName
from hpsearch.tasks.registry import TASKS
from tests.data.sources.conftest import higgs_text


def test_the_names_of_a_study_and_of_the_registry_are_the_same() -> None:
    assert list(SOURCES) == list(get_args(SourceName))
    assert all(source.name == name for name, source in SOURCES.items())
    assert file_sources() == "'higgs' or 'file'"


#: What is predicted of rows that have no classes; else two classes are.
TASK_OF = {"linear": "regression"}

#: Sources whose rows are HIGGS' or like them.
COLLISIONS = ["higgs", "file", "csv", "collisions"]


@pytest.fixture(params=COLLISIONS)
def source(request: pytest.FixtureRequest) -> Source:
    return SOURCES[request.param]


@pytest.fixture
def file(source: Source, tmp_path: Path) -> Path | None:
    """A file of 50 rows for a source that reads one."""
    if not source.takes_file:
        return None
    path = tmp_path / "rows.csv"
    path.write_bytes(higgs_text(50))
    return path


def read(source: Source, file: Path | None, rows: int = 50, seed: int = 1) -> Table:
    sizes = {"validation": 10, "train": rows - 20, "test": 10}
    task = TASK_OF.get(source.name, "binary")
    section = DataSection.model_validate({"source": source.name, "task": task, **sizes})
    return source.read(Request(section, TASKS[task], file, seed, print, lambda done, total: None))


def test_a_source_gives_what_a_study_asks_for(source: Source, file: Path | None) -> None:
    table = read(source, file)
    assert table.raw.numbers.shape == (50, 28)
    assert table.raw.numbers.dtype in (np.float32, np.float64)
    assert table.labels.dtype == np.float32
    assert np.isfinite(table.raw.numbers).all()
    assert len(table.names) == 28
    assert (table.origin.kind, table.origin.simulated) == (source.name, source.simulated)
    assert table.origin.description.isprintable()


def test_the_same_request_gives_the_same_rows(source: Source, file: Path | None) -> None:
    assert read(source, file).fingerprint() == read(source, file).fingerprint()


@pytest.mark.parametrize("source", [SOURCES[name] for name in PREFIX_SOURCES])
def test_fewer_rows_of_a_prefix_are_the_first_of_more(source: Source, file: Path | None) -> None:
    more, fewer = read(source, file), read(source, file, rows=40)
    np.testing.assert_array_equal(fewer.raw.numbers, more.raw.numbers[:40])
    np.testing.assert_array_equal(fewer.labels, more.labels[:40])


@pytest.mark.parametrize("name", [name for name in PREFIX_SOURCES if SOURCES[name].takes_file])
def test_a_file_that_is_too_short_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(higgs_text(60))
    with pytest.raises(DataError, match="asks for 70 rows, got 60"):
        read(SOURCES[name], tmp_path / "rows.csv", rows=70)


def test_kept_rows_come_back_with_their_origin(
    source: Source, file: Path | None, tmp_path: Path
) -> None:
    table = read(source, file)
    keep_rows(tmp_path / "rows.parquet", table)
    kept = read_kept_rows(tmp_path / "rows.parquet")
    assert (kept.names, kept.origin) == (table.names, table.origin)
    assert kept.fingerprint() == table.fingerprint()
