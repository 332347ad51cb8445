"""Bad input of every kind: a message by the house rules, the right exit code, nothing changed."""

import copy
import gzip
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w

from hpsearch import cli

NAN, INFINITE = float("nan"), float("inf")

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

#: Values that break the rule of an entry of the study file.
COUNT = [0, -5, 1.5, "many", True, [], 10**12]
BROKEN: dict[str, list[Any]] = {
    "study.name": ["", "Mine", "two words", "a" * 65, "../up", 5, []],
    "study.seed": [-1, 2**32, 1.5, "one", True, NAN],
    "study.description": [5, ["text"]],
    "data.source": ["parquet", "", 1, []],
    "data.path": [5, []],
    "data.label": [-1, 1.5, []],
    "data.validation": [*COUNT, 1],
    "data.train": [*COUNT, 1],
    "data.test": [*COUNT, 1],
    "data.shuffle": [1, "yes"],
    "training.engine": ["torch", 1],
    "training.batch_size": COUNT,
    "training.epochs": [*COUNT, 100_001],
    "training.patience": COUNT,
    "training.decay_epochs": COUNT,
    "search.sampler": ["grid", 1],
    "search.pruner": ["hope", 1],
    "search.startup_trials": [-1, 1.5, "x"],
    "search.warmup_epochs": [-1, 1.5, 3],
    "search.reduction_factor": [1, 0, "x"],
    "search.patience_reports": [-1, "x"],
    "search.trials": [*COUNT[1:], 1_000_001],
    "search.parallel": [*COUNT, 1_025],
    "evaluate.top": [*COUNT, 101],
    "evaluate.seeds": [*COUNT, 101],
    "evaluate.ablation": [1, "yes"],
    "evaluate.baselines": ["tiny", ["tinny"], ["tiny", "tiny"], 3, [3]],
    "evaluate.baseline_epochs": [*COUNT, 100_001],
    "space.units": [
        {"int": [8, 2]},
        {"int": [0, 8]},
        {"int": [2, 10**9]},
        {"int": [2]},
        {"int": []},
        {"int": ["2", "8"]},
        {"int": [2, 8], "step": 0},
        {"int": [2, 8], "log": 1},
        {"int": [2, 8], "lg": True},
        {"int": [2, 8], "float": [2.0, 8.0]},
        {"float": [2.0, 8.0]},
        {"choice": []},
        {"choice": [2, "four"]},
        {},
        0,
        9_000,
        "wide",
        NAN,
        [],
    ],
    "space.layers": [{"int": [1, 9]}, {"int": [0, 3]}, 9, 0, -1, 1.5, "deep"],
    "space.l2": [
        {"float": [1e-2, 1e-5]},
        {"float": [0.0, 1e-2], "log": True},
        {"off_or": [0.0, 1e-2], "log": True},
        {"off_or": [-1.0, 1e-2]},
        {"off_or": [1e-5, INFINITE]},
        {"off_or": [NAN, 1e-2]},
        {"off_or": 3},
        -1.0,
        NAN,
        INFINITE,
        "much",
    ],
    "space.dropout": [{"float": [0.0, 1.0]}, {"off_or": [0.5, 1.5]}, 1.0, -0.1, "half"],
    "space.learning_rate": [{"float": [0.0, 0.1]}, {"float": [-1.0, 0.1]}, 0, -0.1, NAN, "fast"],
    "space.optimizer": [{"choice": ["lion"]}, {"choice": "sgd"}, "lion", 1],
    "space.schedule": ["step", {"choice": ["constant", "step"]}, 1],
    "space.nesterov": [1, "yes"],
    "space.weight_decay": [-1.0, "x"],
    "space.clip_norm": [-1.0, "x"],
    "network.activation": ["swish", 1, {"choice": ["relu", "swish"]}],
    "space.momentum": [
        {"float": [0.0, 1.5]},
        {"float": [0.0, 0.9], "when": {"optimiser": "sgd"}},
        {"float": [0.0, 0.9], "when": {"optimizer": "lion"}},
        {"float": [0.0, 0.9], "when": {"momentum": 0.5}},
        {"float": [0.0, 0.9], "when": "sgd"},
        {"float": [0.0, 0.9], "when": {}},
    ],
    "study.nmae": ["x"],
    "data.rows": [1],
    "training.epoch": [1],
    "search.trial": [1],
    "evaluate.seed": [1],
    "space.unit": [1],
    "network.colour": ["blue"],
    "model": [{}, 1],
    "space": [1, []],
    "study": ["mine", {}],
}

MADE = [(place, value) for place, values in BROKEN.items() for value in values]


def with_entry(place: str, value: Any) -> dict[str, Any]:
    """The good study with one entry replaced."""
    raw = copy.deepcopy(STUDY)
    section, _, key = place.partition(".")
    if key:
        raw.setdefault(section, {})[key] = value
    else:
        raw[section] = value
    return raw


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


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
    """What a command says that must fail with an exit code and change nothing."""
    before = files(here)
    monkeypatch.setattr(sys, "argv", ["hpsearch", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    assert ended.value.code == code, said
    assert "Traceback" not in said.err
    assert said.err.strip()
    assert files(here) == before
    return said.err


def test_the_good_study_is_good(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "mine.toml").write_text(tomli_w.dumps(STUDY))
    monkeypatch.setattr(sys, "argv", ["hpsearch", "validate", "mine.toml"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0


@pytest.mark.parametrize(
    ("place", "value"), MADE, ids=[f"{place}={str(value)[:40]}" for place, value in MADE]
)
def test_a_broken_entry_is_told_with_its_place(
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    place: str,
    value: Any,
) -> None:
    (here / "mine.toml").write_text(tomli_w.dumps(with_entry(place, value)))
    said = refused(here, monkeypatch, capsys, "validate", "mine.toml", code=2)
    assert said.startswith("hpsearch: mine.toml has ")
    mistakes = said.splitlines()[1:]
    assert any(line.split()[0].startswith(place) for line in mistakes), said
    assert all(len(line.split(maxsplit=1)) == 2 for line in mistakes)


CYCLE = """
[study]
name = "mine"
[space]
l1 = { float = [0.1, 0.2], when = { l2 = 0.1 } }
l2 = { choice = [0.1, 0.2], when = { l1 = 0.1 } }
"""

TEXTS = {
    "nothing": (b"", "study.name"),
    "no sections": (b"name = 'mine'\n", "study.name"),
    "no equals": (b"[study]\nname\n", "line 2"),
    "not closed": (b"[study\nname = 'mine'\n", "line 1"),
    "twice": (b"[study]\nname = 'a'\nname = 'b'\n", "line 3"),
    "latin-1": ("[study]\nname = 'é'\n".encode("latin-1"), "UTF-8"),
    "bytes": (bytes(range(256)), "UTF-8"),
    "a cycle": (CYCLE.encode(), "space.l"),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_a_file_that_is_no_study_is_told(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    content, words = TEXTS[kind]
    (here / "mine.toml").write_bytes(content)
    assert words in refused(here, monkeypatch, capsys, "validate", "mine.toml", code=2)


GOOD = "".join(f"{row % 2},{row / 7},{(row * 5) % 11}\n" for row in range(20))


def changed(row: int, line: str) -> bytes:
    lines = GOOD.splitlines()
    lines[row] = line
    return ("\n".join(lines) + "\n").encode()


ROWS = {
    "nothing": b"",
    "blank lines": b"\n\n\n",
    "a header alone": b"label,x,y\n",
    "too few": "".join(GOOD.splitlines(keepends=True)[:15]).encode(),
    "one class": b"1,0.5,2\n" * 20,
    "not a number": changed(6, "1,NaN,3"),
    "infinite": changed(6, "1,inf,3"),
    "too large": changed(6, "1,1e39,3"),
    "text": changed(6, "1,much,3"),
    "a field less": changed(6, "1,0.5"),
    "a field more": changed(6, "1,0.5,3,4"),
    "empty field": changed(6, "1,,3"),
    "label two": changed(6, "2,0.5,3"),
    "label minus": changed(6, "-1,0.5,3"),
    "label half": changed(6, "0.5,0.5,3"),
    "labels alone": b"0\n1\n" * 10,
    "semicolons": GOOD.replace(",", ";").encode(),
    "bytes": bytes(range(256)) * 20,
    "latin-1": changed(6, "1,é,3").decode().encode("latin-1"),
    "zeros": bytes(4096),
    "pickle": b"\x80\x04\x95" + b"K" * 100,
}


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_rows_that_cannot_be_used_are_told(
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    packed: bool,
) -> None:
    name = "rows.csv.gz" if packed else "rows.csv"
    (here / name).write_bytes(gzip.compress(ROWS[kind], mtime=0) if packed else ROWS[kind])
    (here / "mine.toml").write_text(tomli_w.dumps(with_entry("data.path", name)))
    said = refused(here, monkeypatch, capsys, "optimize", "--study", "mine.toml", code=1)
    last = said.splitlines()[-1]
    assert last.startswith("hpsearch: ")
    assert name in said or "rows must hold" in last


def test_a_file_of_rows_that_is_damaged_or_none_is_told(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = gzip.compress(GOOD.encode(), mtime=0)
    (here / "torn.csv.gz").write_bytes(packed[:-12])
    (here / "wrong.csv.gz").write_bytes(packed[:30] + b"???" + packed[33:])
    (here / "plain.csv.gz").write_bytes(GOOD.encode())
    (here / "folder.csv").mkdir()
    (here / "letter.npz").write_bytes(b"dear aunt")
    np.savez(here / "other.npz", x=np.zeros(3))
    for name in (
        *("torn.csv.gz", "wrong.csv.gz", "folder.csv"),
        *("nowhere.csv", "letter.npz", "other.npz"),
    ):
        (here / "mine.toml").write_text(tomli_w.dumps(with_entry("data.path", name)))
        whole = ("--study", "mine.toml", "--set", "data.shuffle=true")
        assert name in refused(here, monkeypatch, capsys, "optimize", *whole, code=1)


COMMANDS = [
    ["optimise"],
    ["optimize"],
    ["optimize", "--study"],
    ["optimize", "--study", "higs"],
    ["optimize", "--study", "nowhere.toml"],
    ["optimize", "--study", "."],
    ["optimize", "--study", ""],
    ["optimize", "--study", "mine.toml", "more"],
    ["optimize", "--study", "mine.toml", "--color"],
    *[["optimize", "--study", "mine.toml", "--trials", n] for n in ("0", "-1", "1.5", "ten", "")],
    *[["optimize", "--study", "mine.toml", "--trials", n] for n in ("99999999999",)],
    *[["optimize", "--study", "mine.toml", "--workers", n] for n in ("0", "-1", "1.5", "all", "")],
    *[["optimize", "--study", "mine.toml", "--timeout", t] for t in ("", "0", "-1", "1d", "soon")],
    *[
        ["optimize", "--study", "mine.toml", "--set", entry]
        for entry in ("", "=", "x", "x=1", "search.trials", "search..trials=1", "=1", "a.b.c=1")
    ],
    ["optimize", "--study", "mine.toml", "--set", "search.trials=-1"],
    ["optimize", "--study", "mine.toml", "--set", "study.name.first=x"],
    ["validate"],
    ["validate", "nowhere.toml"],
    ["trials"],
    ["trials", "--out", ".", "--format", "yaml"],
    ["status"],
    ["report"],
    ["evaluate"],
    ["evaluate", "--workers", "none"],
    ["reproduce", "--out", "."],
    ["reproduce", "--out", ".", "--best", "--all"],
    ["reproduce", "--out", ".", "--trial", "first"],
    ["tensorboard", "--out", ".", "--port", "70000"],
    ["tensorboard", "--out", ".", "--port", "-1"],
    ["dashboard", "--out", ".", "--port", "http"],
    ["dashboard"],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_wrong_command_line_is_told(
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
) -> None:
    (here / "mine.toml").write_text(tomli_w.dumps(STUDY))
    (here / "rows.csv").write_text(GOOD)
    refused(here, monkeypatch, capsys, *arguments, code=2)


READERS = ["status", "trials", "report", "evaluate", "reproduce --best", "tensorboard", "dashboard"]
DAMAGED = {
    "nothing": {},
    "an empty record": {"study.db": b""},
    "a letter": {"study.db": b"dear aunt, " * 1_000, "study.toml": b"dear aunt"},
    "no record": {"study.toml": tomli_w.dumps(STUDY).encode()},
}


@pytest.mark.parametrize("kind", DAMAGED)
@pytest.mark.parametrize("command", READERS)
def test_a_folder_that_is_no_study_is_told(
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    command: str,
) -> None:
    for name, content in DAMAGED[kind].items():
        (here / name).write_bytes(content)
    said = refused(here, monkeypatch, capsys, *command.split(), "--out", ".", code=1)
    assert len(said.splitlines()) == 1
