"""Study files that break a rule: told with their place, exit code 2, nothing changed."""

import sys
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from hpsearch.cli import app
from tests.attack.refusals import STUDY, refused, with_entry

NAN, INFINITE = float("nan"), float("inf")

#: Values that break the rule of an entry of the study file.
COUNT = [0, -5, 1.5, "many", True, [], 10**12]
BROKEN: dict[str, list[Any]] = {
    "study.name": ["", "Mine", "two words", "a" * 65, "../up", 5, []],
    "study.seed": [-1, 2**32, 1.5, "one", True, NAN],
    "study.description": [5, ["text"], "\x1b[31m"],
    "data.source": ["parquet", "", 1, []],
    "data.path": [5, [], "", " ", "a\0b"],
    "data.label": [-1, 1.5, [], 10**12, "\0"],
    "data.validation": [*COUNT, 1],
    "data.train": [*COUNT, 1],
    "data.test": [*COUNT, 1],
    "data.shuffle": [1, "yes"],
    "training.engine": ["torch", 1],
    "training.batch_size": COUNT,
    "training.epochs": [*COUNT, 100_001],
    "training.patience": COUNT,
    "training.decay_epochs": COUNT,
    "search.sampler": ["grid", 1, [], {"name": "grid"}, {"name": 1}, {"name": ["tpe"]}],
    "search.pruner": ["hope", 1, True],
    "search.sampler.startup_trials": [-1, 1.5, "x", 10**12],
    "search.pruner.startup_trials": [-1, 1.5, "x", 10**12],
    "search.warmup": [-0.1, 1.1, NAN, INFINITE, True, "half"],
    "search.warmup_epochs": [-1, 1.5, 3],
    "search.reduction_factor": [3],
    "search.patience_reports": [3],
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
        {"int": [2, 8], "step": 10**12},
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
    "space.layers": [{"int": [1, 9]}, {"int": [-1, 3]}, 9, -1, 1.5, "deep"],
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
        {"float": [0.0, 0.9], "when": {"optimizer": []}},
        {"float": [0.0, 0.9], "when": {"optimizer": [["sgd"]]}},
        {"float": [0.0, 0.9], "when": {"units": 2.0}},
        {"float": [0.0, 0.9], "when": {"units": True}},
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


def test_the_good_study_is_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.toml").write_text(tomli_w.dumps(STUDY))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["hpsearch", "validate", "mine.toml"])
    with pytest.raises(SystemExit) as ended:
        app.main()
    assert ended.value.code == 0


@pytest.mark.parametrize(
    ("place", "value"), MADE, ids=[f"{place}={str(value)[:40]}" for place, value in MADE]
)
def test_a_broken_entry_is_told_with_its_place(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    place: str,
    value: Any,
) -> None:
    (tmp_path / "mine.toml").write_text(tomli_w.dumps(with_entry(place, value)))
    said = refused(tmp_path, monkeypatch, capsys, "validate", "mine.toml", code=2)
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
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    content, words = TEXTS[kind]
    (tmp_path / "mine.toml").write_bytes(content)
    assert words in refused(tmp_path, monkeypatch, capsys, "validate", "mine.toml", code=2)
