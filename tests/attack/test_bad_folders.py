"""Folders that hold no study: told in one line by every command that reads, nothing changed."""

from pathlib import Path

import pytest
import tomli_w

from tests.attack.refusals import STUDY, refused

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
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    command: str,
) -> None:
    for name, content in DAMAGED[kind].items():
        (tmp_path / name).write_bytes(content)
    said = refused(tmp_path, monkeypatch, capsys, *command.split(), "--out", ".", code=1)
    assert len(said.splitlines()) == 1
