"""Wrong command lines: told, exit code 2, nothing changed."""

from pathlib import Path

import pytest
import tomli_w

from tests.attack.refusals import ROWS, STUDY, refused

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
    ["optimize", "--study", "mine.toml", "--set", "search.trials=1\nsearch.parallel=2"],
    ["optimize", "--study", "mine.toml", "--set", "data.path="],
    ["optimize", "--study", "/dev/zero"],
    ["optimize", "--study", "mine.toml\0"],
    ["validate", "x" * 10_000],
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


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda words: " ".join(words)[:60])
def test_a_wrong_command_line_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
) -> None:
    (tmp_path / "mine.toml").write_text(tomli_w.dumps(STUDY))
    (tmp_path / "rows.csv").write_text(ROWS)
    refused(tmp_path, monkeypatch, capsys, *arguments, code=2)
