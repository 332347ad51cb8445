"""Odd tables: each is drafted, read and cut, or refused in a sentence; never a traceback."""

import sys
from pathlib import Path

import numpy as np
import pytest

from hpsearch.cli import app
from hpsearch.data.table import Features
from hpsearch.errors import HpsearchError
from hpsearch.progress import SILENT
from hpsearch.rows import read_rows, split_rows
from hpsearch.study.reading import read_study
from tests.attack.odd_tables import tables
from tests.attack.scale import whole
from tests.attack.studies import fine, hpsearch, run

TABLES = tables()


def said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str]:
    """The exit code of a command and all that it said."""
    monkeypatch.setattr(sys, "argv", ["hpsearch", *arguments])
    with pytest.raises(SystemExit) as ended:
        app.main()
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    code = ended.value.code
    assert code is None or isinstance(code, int)
    return code or 0, captured.out + captured.err


@pytest.mark.parametrize("name", TABLES)
def test_an_odd_table_is_cut_or_refused_in_a_sentence(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = TABLES[name]
    monkeypatch.chdir(tmp_path)
    Path(table.name).write_bytes(table.content)
    code, words = said(monkeypatch, capsys, "init", table.name, "--label", "y")
    assert words.isprintable() or "\n" in words
    assert all(line.isprintable() for line in words.splitlines()), words
    if code == 0:
        code, words = said(monkeypatch, capsys, "validate", "odd.toml")
        assert code == 0, words
        features = cut(Path("odd.toml"))
        assert (features is not None) == table.usable
        assert features is None or (np.isfinite(features).all() and features.shape[1] > 0)
    else:
        assert not table.usable, words
        assert code in (1, 2)
        assert words.splitlines()[-1].startswith("hpsearch: ") or "mistake" in words, words


def cut(study: Path) -> Features | None:
    """Features of the train rows; None where they are refused in a sentence."""
    spec = read_study(study)
    try:
        table = read_rows(spec, study.with_suffix(""), None, SILENT)
        return split_rows(table, spec).fold.train_features
    except HpsearchError as error:
        print(error)
        return None


@whole
@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.usable])
def test_a_study_runs_on_an_odd_table(name: str, tmp_path: Path) -> None:
    table = TABLES[name]
    (tmp_path / table.name).write_bytes(table.content)
    small = ("--set", "training.epochs=3", "--set", "evaluate.seeds=1", "--trials", "2")
    command = hpsearch("optimize", table.name, "--label", "y", "--workers", "1", *small)
    fine(run(command, cwd=tmp_path))
    assert (tmp_path / "runs" / "odd" / "report.html").is_file()
