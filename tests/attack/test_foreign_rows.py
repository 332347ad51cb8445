"""Files of rows from somebody else: wrong, huge or hostile ones are refused within bounds."""

import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from hpsearch.data.kept import kept_rows, read_kept_rows
from hpsearch.data.parquet import ABOUT, DIGEST, Texts, _digest, _digest_place, write_parquet
from tests.attack.damage import symptom
from tests.attack.studies import environment, optimize, run

#: Address space that is enough for a file of this size, and for no bomb.
LARGEST_BYTES = 3 * 2**30

#: Rows of one column that are too many for it.
BOMB_ROWS = 500_000_000

READ_ROWS = """
import sys
from pathlib import Path
from hpsearch.data.kept import kept_rows
sys.exit(kept_rows(Path(sys.argv[1])) is not None)
"""


def about(columns: Sequence[str], **entries: Any) -> str:
    """What a file says of columns of numbers with these names."""
    said = {
        "columns": [[name, "number"] for name in columns],
        "vocabularies": [],
        "classes": [],
        "numbers": "float32",
        "source": {"kind": "csv", "description": "rows of somebody"},
        **entries,
    }
    return json.dumps(said)


def made(path: Path, query: str, said: str) -> Path:
    """A file of what DuckDB selects, with a digest that is right."""
    metadata = f"{{'{ABOUT}': '{said}', '{DIGEST}': 'sha256:{'0' * 64}'}}"
    duckdb.connect(config={"threads": 1}).execute(
        f"COPY ({query}) TO '{path}' (FORMAT parquet, KV_METADATA {metadata})"
    )
    with path.open("r+b") as file:
        place = _digest_place(file)
        digits = _digest(file, place)
        file.seek(place)
        file.write(digits)
    return path


QUERIES = {
    "dates": "SELECT DATE '2020-01-01' AS a, 1::FLOAT AS label",
    "whole numbers": "SELECT 1 AS a, 1::FLOAT AS label",
    "texts": "SELECT 'text' AS a, 1::FLOAT AS label",
    "lists": "SELECT [1::FLOAT, 2::FLOAT] AS a, 1::FLOAT AS label",
    "tables": "SELECT {'x': 1::FLOAT} AS a, 1::FLOAT AS label",
    "bytes": "SELECT '\\x80'::BLOB AS a, 1::FLOAT AS label",
    "decimals": "SELECT 1.5::DECIMAL(4, 2) AS a, 1::FLOAT AS label",
    "a label of dates": "SELECT 1::FLOAT AS a, DATE '2020-01-01' AS label",
    "no label": "SELECT 1::FLOAT AS a",
    "one more column": "SELECT 1::FLOAT AS a, 2::FLOAT AS b, 1::FLOAT AS label",
    "a missing label": "SELECT 1::FLOAT AS a, NULL::FLOAT AS label",
    "an infinity": "SELECT 'inf'::FLOAT AS a, 1::FLOAT AS label",
}


@pytest.mark.parametrize("kind", QUERIES)
def test_wrong_rows_count_as_not_there(tmp_path: Path, kind: str) -> None:
    path = made(tmp_path / "rows.parquet", QUERIES[kind], about(["a"]))
    assert symptom(lambda: "" if kept_rows(path) is None else "believed") == ""


def test_rows_that_somebody_made_well_are_read(tmp_path: Path) -> None:
    path = made(tmp_path / "rows.parquet", "SELECT 1::FLOAT AS a, 0::FLOAT AS b", about(["a"]))
    table = read_kept_rows(path)
    assert (table.raw.numbers.tolist(), table.labels.tolist()) == ([[1.0]], [0.0])


@pytest.mark.parametrize(
    "said", ["", "[]", "null", "{", '{"columns": {}}', "9" * 5_000, "[" * 100_000]
)
def test_what_says_no_columns_counts_as_not_there(tmp_path: Path, said: str) -> None:
    path = tmp_path / "rows.parquet"
    write_parquet(path, [("a", np.ones(2)), ("label", np.ones(2))], said)
    assert symptom(lambda: "" if kept_rows(path) is None else "believed") == ""


@pytest.mark.parametrize("vocabularies", [[[1]], [["x", "x"]], [["x"], ["y"]], ["x"], 3])
def test_wrong_vocabularies_count_as_not_there(tmp_path: Path, vocabularies: Any) -> None:
    path = tmp_path / "rows.parquet"
    said = about(["a"], vocabularies=vocabularies).replace('"number"', '"category"')
    texts = Texts(np.array([0, 1], np.int32), ("x", "y"))
    write_parquet(path, [("a", texts), ("label", np.ones(2))], said)
    assert symptom(lambda: "" if kept_rows(path) is None else "believed") == ""


@pytest.fixture(scope="module")
def bomb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows that are huge when they are unpacked."""
    query = f"SELECT 0::DOUBLE AS a, 0::DOUBLE AS label FROM range({BOMB_ROWS})"
    said = about(["a"], numbers="float64")
    path = made(tmp_path_factory.mktemp("bomb") / "rows.parquet", query, said)
    assert path.stat().st_size < 2**24
    return path


def limited(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a program that may not have the memory for a bomb."""
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
        timeout=120,
        preexec_fn=partial(resource.setrlimit, resource.RLIMIT_AS, (LARGEST_BYTES, LARGEST_BYTES)),
    )


def test_a_bomb_is_not_unpacked(bomb: Path) -> None:
    done = limited(sys.executable, "-c", READ_ROWS, str(bomb))
    assert (done.returncode, done.stderr) == (0, "")


def test_a_bomb_named_on_the_command_line_is_refused(
    study: Path, bomb: Path, tmp_path: Path
) -> None:
    done = limited(*optimize(study, tmp_path / "run", "--data", str(bomb)))
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "rows.parquet must be the whole rows.parquet of a study's folder" in done.stderr
    assert not (tmp_path / "run").exists()


def test_wrong_rows_named_on_the_command_line_are_refused(study: Path, tmp_path: Path) -> None:
    path = made(tmp_path / "mine.parquet", QUERIES["dates"], about(["a"]))
    done = run(optimize(study, tmp_path / "run", "--data", str(path)))
    assert done.returncode == 1, done.stderr
    assert "mine.parquet" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()
