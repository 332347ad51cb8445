"""Rows that cannot be used: told with their file, exit code 1, nothing changed."""

import gzip
import sys
from pathlib import Path

import numpy as np
import pytest
import tomli_w

from hpsearch.cli import app
from tests.attack.refusals import ROWS as GOOD
from tests.attack.refusals import refused, with_entry


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
    "infinite": changed(6, "1,inf,3"),
    "too large": changed(6, "1,1e399,3"),
    "text": changed(6, "1,much,3"),
    "a field less": changed(6, "1,0.5"),
    "a field more": changed(6, "1,0.5,3,4"),
    "label two": changed(6, "2,0.5,3"),
    "label minus": changed(6, "-1,0.5,3"),
    "label half": changed(6, "0.5,0.5,3"),
    "labels alone": b"0\n1\n" * 10,
    "bytes": bytes(range(256)) * 20,
    "latin-1": changed(6, "1,é,3").decode().encode("latin-1"),
    "zeros": bytes(4096),
    "pickle": b"\x80\x04\x95" + b"K" * 100,
}


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_rows_that_cannot_be_used_are_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    packed: bool,
) -> None:
    name = "rows.csv.gz" if packed else "rows.csv"
    (tmp_path / name).write_bytes(gzip.compress(ROWS[kind], mtime=0) if packed else ROWS[kind])
    (tmp_path / "mine.toml").write_text(tomli_w.dumps(with_entry("data.path", name)))
    said = refused(tmp_path, monkeypatch, capsys, "optimize", "--study", "mine.toml", code=1)
    last = said.splitlines()[-1]
    assert last.startswith("hpsearch: ")
    assert name in said or "rows must hold" in last


def test_a_file_of_rows_that_is_damaged_or_none_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = gzip.compress(GOOD.encode(), mtime=0)
    (tmp_path / "torn.csv.gz").write_bytes(packed[:-12])
    (tmp_path / "wrong.csv.gz").write_bytes(packed[:30] + b"???" + packed[33:])
    (tmp_path / "plain.csv.gz").write_bytes(GOOD.encode())
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "letter.npz").write_bytes(b"dear aunt")
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    for name in (
        *("torn.csv.gz", "wrong.csv.gz", "folder.csv"),
        *("nowhere.csv", "letter.npz", "other.npz"),
    ):
        (tmp_path / "mine.toml").write_text(tomli_w.dumps(with_entry("data.path", name)))
        whole = ("--study", "mine.toml", "--set", "data.shuffle=true")
        assert name in refused(tmp_path, monkeypatch, capsys, "optimize", *whole, code=1)


def test_a_csv_that_neither_the_study_nor_the_command_names_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    study = with_entry("data.source", "csv")
    del study["data"]["path"]
    (tmp_path / "mine.toml").write_text(tomli_w.dumps(study))
    said = refused(tmp_path, monkeypatch, capsys, "optimize", "--study", "mine.toml", code=2)
    assert said.splitlines()[-1] == (
        "hpsearch: data.source = 'csv' reads a file of rows, and none is named; "
        "set data.path, or give --data"
    )
    (tmp_path / "rows.csv").write_text(changed(6, "1,much,3").decode())
    named = ("optimize", "--study", "mine.toml", "--data", "rows.csv")
    assert "rows.csv, line 7" in refused(tmp_path, monkeypatch, capsys, *named, code=1)
    monkeypatch.setattr(sys, "argv", ["hpsearch", "validate", "mine.toml"])
    with pytest.raises(SystemExit) as ended:
        app.main()
    assert ended.value.code in (0, None), capsys.readouterr()
