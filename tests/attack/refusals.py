"""A good study with its rows, and what a command says that must refuse a bad one."""

import copy
import sys
from pathlib import Path
from typing import Any

import pytest

from hpsearch.cli import app

STUDY: dict[str, Any] = {
    "study": {"name": "mine", "seed": 1},
    "data": {"source": "csv", "path": "rows.csv", "validation": 4, "train": 8, "test": 4},
    "space": {
        "units": {"int": [2, 8]},
        "optimizer": {"choice": ["sgd", "adam"]},
        "momentum": {"float": [0.0, 0.9], "when": {"optimizer": "sgd"}},
    },
    "training": {"epochs": 2, "batch_size": 4},
    "search": {"trials": 2},
}

ROWS = "".join(f"{row % 2},{row / 7},{(row * 5) % 11}\n" for row in range(20))


def with_entry(place: str, value: Any) -> dict[str, Any]:
    """The good study with one entry replaced."""
    raw = copy.deepcopy(STUDY)
    section, _, key = place.partition(".")
    if key:
        raw.setdefault(section, {})[key] = value
    else:
        raw[section] = value
    return raw


def files(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def refused(
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *arguments: str,
    code: int,
) -> str:
    """What a command says in a folder where it must fail with an exit code and change nothing."""
    monkeypatch.chdir(here)
    before = files(here)
    monkeypatch.setattr(sys, "argv", ["hpsearch", *arguments])
    with pytest.raises(SystemExit) as ended:
        app.main()
    said = capsys.readouterr()
    assert ended.value.code == code, said
    assert "Traceback" not in said.err
    assert said.err.strip()
    assert files(here) == before
    return said.err
