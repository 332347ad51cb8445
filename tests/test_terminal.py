"""What a person sees while a study runs: events and lines."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.progress import SILENT, BestTrial, Snapshot
from hpsearch.rows import read_rows
from hpsearch.study.reading import check_study
from hpsearch.study.spec import StudySpec
from hpsearch.terminal import JsonView, PlainView

ROWS = 1_300

BEST = BestTrial(2, "val_loss", 0.4321, {"units": 8, "learning_rate": 0.01})
SNAPSHOT = Snapshot(12, 3, 2, 0, 4, 57, BEST)


@pytest.fixture
def many_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A csv that is read in many blocks."""
    monkeypatch.setattr("hpsearch.data.sources.files.records.BLOCK_BYTES", 2_000)
    file = tmp_path / "rows.csv"
    rng = np.random.default_rng(0)
    values = rng.normal(size=(ROWS, 3))
    labels = rng.integers(0, 2, ROWS)
    lines = (
        f"{label}," + ",".join(f"{x:.4f}" for x in row)
        for label, row in zip(labels, values, strict=True)
    )
    file.write_text("\n".join(lines) + "\n")
    return file


def study(shuffle: bool) -> StudySpec:
    data = {"source": "csv", "path": "rows.csv", "validation": 300, "train": 600, "test": 400}
    return check_study(
        {
            "study": {"name": "mine"},
            "data": {**data, "shuffle": shuffle},
            "space": {"units": {"int": [2, 4]}},
        },
        "mine.toml",
    )


def events(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("shuffle", [True, False])
def test_rows_are_one_event_at_their_end(many_blocks: Path, shuffle: bool) -> None:
    """A csv that is shuffled is read whole, and nobody knows beforehand how long it is."""
    stream = io.StringIO()
    table = read_rows(study(shuffle), many_blocks.parent / "run", many_blocks, JsonView(stream))
    assert len(table.labels) == ROWS
    assert events(stream) == [{"event": "rows", "done": ROWS, "total": ROWS}]


def test_rows_of_unknown_number_are_lines_now_and_then(many_blocks: Path) -> None:
    stream = io.StringIO()
    read_rows(study(True), many_blocks.parent / "run", many_blocks, PlainView(stream))
    first, last = stream.getvalue().splitlines()
    assert first.startswith("rows ")
    assert " of " not in first
    assert last == "rows 1,300 of 1,300"


def test_an_event_of_the_search_says_where_it_stands() -> None:
    stream = io.StringIO()
    with JsonView(stream) as view:
        for _ in range(3):
            view.search(SNAPSHOT)
        view.tell("a message")
        view.retraining(1, 2)
        view.comparison(0, 3)
    search, *others = events(stream)
    assert search == {
        **{"event": "search", "total": 12, "complete": 3, "pruned": 2, "failed": 0, "running": 4},
        "best": {"number": 2, "value": 0.4321, "params": {"units": 8, "learning_rate": 0.01}},
    }
    assert others == [
        {"event": "message", "text": "a message"},
        {"event": "retraining", "done": 1, "total": 2},
        {"event": "comparison", "done": 0, "total": 3},
    ]


def test_plain_lines_say_the_best_so_far() -> None:
    stream = io.StringIO()
    with PlainView(stream) as view:
        view.search(SNAPSHOT)
        view.search(SNAPSHOT)
    assert stream.getvalue() == (
        "trials 5 of 12 (3 complete, 2 pruned, 4 running)  best 0.4321 by trial 2\n"
    )


def test_the_preparing_of_a_large_table_is_told_in_rows() -> None:
    stream = io.StringIO()
    with PlainView(stream) as view:
        for rows in (3_000_000, 4_000_000, 11_000_000):
            view.preparing(rows, 11_000_000)
    assert stream.getvalue().splitlines() == [
        "preparing rows: 3,000,000 of 11,000,000",
        "preparing rows: 11,000,000 of 11,000,000",
    ]
    stream = io.StringIO()
    with JsonView(stream) as view:
        for rows in (3_000_000, 11_000_000):
            view.preparing(rows, 11_000_000)
    assert events(stream) == [{"event": "preparing", "done": 11_000_000, "total": 11_000_000}]


def test_the_silent_view_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with SILENT as view:
        view.tell("a message")
        view.rows(1, 0)
        view.preparing(1, 2)
        view.search(SNAPSHOT)
        view.retraining(1, 2)
        view.comparison(1, 2)
    assert capfd.readouterr() == ("", "")
