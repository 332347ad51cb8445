"""The folder, the record or the lock is moved, removed or replaced while a run goes: it is told."""

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from tests.attack.scale import amount
from tests.attack.studies import environment, optimize
from tests.attack.victims import MARK, marked


def move_folder(out: Path, other: Path) -> None:
    """Somebody renames the folder."""
    out.rename(out.with_name("renamed"))


def remove_folder(out: Path, other: Path) -> None:
    """Somebody removes the folder while files are written into it."""
    for _ in range(50):
        shutil.rmtree(out, ignore_errors=True)
        if not out.exists():
            return


def replace_folder(out: Path, other: Path) -> None:
    """Another study's folder comes in its place."""
    out.rename(out.with_name("renamed"))
    shutil.copytree(other, out, dirs_exist_ok=True)


def empty_folder(out: Path, other: Path) -> None:
    """A new folder of the same name comes in its place."""
    out.rename(out.with_name("renamed"))
    out.mkdir()


def replace_record(out: Path, other: Path) -> None:
    """The record of another study comes in the place of this one's."""
    shutil.copy(other / "study.db", out / "fresh")
    (out / "fresh").rename(out / "study.db")


def remove_record(out: Path, other: Path) -> None:
    """The record is removed with its log."""
    for path in out.glob("study.db*"):
        path.unlink()


def move_record(out: Path, other: Path) -> None:
    """Somebody follows the advice to move the record away."""
    for path in out.glob("study.db*"):
        path.rename(path.with_name(f"{path.name}.old"))


def remove_lock(out: Path, other: Path) -> None:
    """The lock is removed, so that another could begin."""
    (out / ".lock").unlink()


def replace_lock(out: Path, other: Path) -> None:
    """The lock is another file, so that another could begin."""
    (out / ".lock").unlink()
    (out / ".lock").touch()


MOVES = (
    *(move_folder, replace_record, remove_lock, remove_folder, replace_folder),
    *(empty_folder, remove_record, move_record, replace_lock),
)


@pytest.mark.parametrize("move", MOVES[: amount(3, len(MOVES))])
def test_what_is_moved_away_under_a_run_ends_it(
    study: Path, through: Path, tmp_path: Path, move: Callable[[Path, Path], None]
) -> None:
    out, mark = tmp_path / "run", str(tmp_path)
    command = optimize(study, out, "--json", "--set", "search.trials=400")
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**{MARK: mark}),
    ) as process:
        said: list[str] = []
        errors = threading.Thread(target=lambda: said.extend(process.stderr or ()), daemon=True)
        errors.start()
        moved = False
        deadline = threading.Timer(120, lambda: [left.kill() for left in marked(mark)])
        deadline.start()
        for line in process.stdout or ():
            if not moved and json.loads(line).get("complete", 0) >= 3:
                move(out, through)
                moved = True
        process.wait()
        deadline.cancel()
        errors.join()
    told = "".join(said)
    assert moved
    assert process.returncode == 1, f"exit code {process.returncode}: {told}"
    assert "Traceback" not in told
    lines = [line for line in told.splitlines() if line.startswith("hpsearch: ")]
    assert len(lines) == 1
    assert str(out) in lines[0]
    _, alive = psutil.wait_procs(list(marked(mark)), timeout=20)
    assert not alive
    if move in (move_folder, remove_folder):
        time.sleep(0.1)
        assert not out.exists(), "it was made anew"
