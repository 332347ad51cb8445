"""Where people run it: working folders, users and disks that are not like ours."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.attack.scale import whole
from tests.attack.studies import ROOT, environment, fine, hpsearch, kept, run

#: Modules that a user may have a file of, beside a study.
SHADOWS = (
    *("keras", "random", "socket", "tensorflow", "optuna", "numpy", "json", "types", "scipy"),
    *("sklearn", "hpsearch", "logging", "string", "multiprocessing", "tensorboard"),
)


@pytest.fixture
def finished(through: Path, tmp_path: Path) -> Path:
    """A copy of the folder of the small study."""
    shutil.copytree(through, tmp_path / "finished")
    return tmp_path / "finished"


def installed(*arguments: str | Path) -> list[str]:
    """``hpsearch`` as its script begins it: the working folder is not on the path."""
    start = f"import sys; sys.path[0] = {str(ROOT)!r}; from hpsearch.cli.app import main; main()"
    return [sys.executable, "-c", start, *map(str, arguments)]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def served(command: Sequence[str], cwd: Path) -> str:
    """What a server says until it answers; it is ended then."""
    port = free_port()
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            [*command, "--port", str(port)],
            stdout=said,
            stderr=said,
            cwd=cwd,
            env=environment(),
        ) as process,
    ):
        try:
            deadline = time.monotonic() + 60
            while not answers(f"http://127.0.0.1:{port}/"):
                assert process.poll() is None, _all_of(said)
                assert time.monotonic() < deadline, _all_of(said)
                time.sleep(0.1)
        finally:
            process.terminate()
        process.wait(20)
        return _all_of(said)


def _all_of(file: Any) -> str:
    file.seek(0)
    return str(file.read().decode())


def answers(address: str) -> bool:
    """Whether a page is there."""
    try:
        with urllib.request.urlopen(address, timeout=5) as page:
            return bool(page.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture
def shadowed(tmp_path: Path) -> Path:
    """A working folder with files that have the names of modules."""
    folder = tmp_path / "work"
    folder.mkdir()
    for name in SHADOWS:
        (folder / f"{name}.py").write_text(f'print("{name}.py runs")\nraise RuntimeError\n')
    return folder


def test_files_of_the_working_folder_are_not_executed(
    study: Path, expected: dict[str, Any], shadowed: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    command = installed("optimize", "--study", study, "--out", out, "--workers", "2")
    done = run(command, cwd=shadowed)
    fine(done)
    assert ".py runs" not in done.stdout + done.stderr
    assert kept(out) == expected


@whole
@pytest.mark.parametrize("command", ["status", "trials", "report", "evaluate"])
def test_no_command_executes_files_of_the_working_folder(
    finished: Path, shadowed: Path, command: str
) -> None:
    done = run(installed(command, "--out", finished), cwd=shadowed)
    fine(done)
    assert ".py runs" not in done.stdout + done.stderr


@whole
@pytest.mark.parametrize("command", ["dashboard", "tensorboard"])
def test_no_server_executes_files_of_the_working_folder(
    finished: Path, shadowed: Path, command: str
) -> None:
    said = served(installed(command, "--out", finished), shadowed)
    assert ".py runs" not in said


@pytest.fixture
def open_to_all(study: Path, through: Path) -> Iterator[Path]:
    """The study and its folder where every user may write."""
    if os.getuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("to become another user takes root and setpriv")
    with tempfile.TemporaryDirectory(prefix="attack-") as name:
        folder = Path(name)
        shutil.copy(study, folder / "tiny.toml")
        shutil.copytree(through, folder / "finished")
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
        if subprocess.run(
            as_nobody([sys.executable, "-c", STARTS_ANOTHER]), check=False
        ).returncode:
            pytest.skip("another user may not run this Python")
        yield folder


#: Exits with 0 where the user may start this Python, also from itself.
STARTS_ANOTHER = "import subprocess, sys; subprocess.run([sys.executable, '-c', ''], check=True)"


def as_nobody(command: Sequence[str]) -> list[str]:
    """A command as a user whom the system does not know."""
    return ["setpriv", "--reuid", "54321", "--regid", "54321", "--clear-groups", *command]


@pytest.mark.parametrize("home", [None, pytest.param("/nonexistent", marks=whole)])
def test_a_user_without_a_home_runs_a_study(
    open_to_all: Path, expected: dict[str, Any], home: str | None
) -> None:
    out = open_to_all / "run"
    command = hpsearch("optimize", "--study", open_to_all / "tiny.toml", "--out", out)
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        as_nobody([*command, "--workers", "2"]),
        capture_output=True,
        text=True,
        check=False,
        cwd=open_to_all,
        env=bare if home is None else {**bare, "HOME": home},
        timeout=120,
    )
    fine(done)
    for path in (out, *out.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    assert kept(out) == expected


READ_ONLY = ("status", "trials", "report", "reproduce")


def read_only(folder: Path, command: Sequence[str]) -> list[str]:
    """A command for which a folder is mounted so that it can only be read."""
    script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", script, str(folder), *command]


@pytest.fixture
def mounted(finished: Path) -> Path:
    """A finished folder, where this user may mount it."""
    tried = shutil.which("unshare") and subprocess.run(
        read_only(finished, ["true"]), check=False, capture_output=True
    )
    if not tried or tried.returncode:
        pytest.skip("to mount a folder takes root")
    return finished


@pytest.mark.parametrize(
    "command",
    ["status", *(pytest.param(name, marks=whole) for name in ("trials", "check", "reproduce"))],
)
def test_a_folder_that_can_only_be_read_is_read(mounted: Path, command: str) -> None:
    more = ["--trial", "1", "--workers", "1"] if command == "reproduce" else []
    done = run(read_only(mounted, hpsearch(command, "--out", mounted, *more)))
    fine(done)
    assert done.stdout == run(hpsearch(command, "--out", mounted, *more)).stdout


@pytest.mark.parametrize("left", [(), ("-wal",), ("-wal", "-shm")])
def test_a_record_with_a_log_is_read_where_nothing_can_be_written(
    mounted: Path, left: Sequence[str]
) -> None:
    with closing(sqlite3.connect(mounted / "study.db")) as connection:
        connection.execute("PRAGMA user_version = 7")
        connection.commit()
        for suffix in left:  # as a process leaves them that is killed
            shutil.copy(mounted / f"study.db{suffix}", mounted / f"kept{suffix}")
    for suffix in left:
        (mounted / f"kept{suffix}").rename(mounted / f"study.db{suffix}")
    names = sorted(path.name for path in mounted.iterdir())
    done = run(read_only(mounted, hpsearch("check", "--out", mounted)))
    fine(done)
    assert sorted(path.name for path in mounted.iterdir()) == names


@pytest.mark.parametrize("command", ["report", pytest.param("optimize", marks=whole)])
def test_where_nothing_can_be_written_that_is_said(
    mounted: Path, study: Path, command: str
) -> None:
    more = ["--study", str(study)] if command == "optimize" else []
    done = run(read_only(mounted, hpsearch(command, "--out", mounted, *more)))
    fine(done, 1)
    told = [line for line in done.stderr.splitlines() if line.startswith("hpsearch: ")]
    assert len(told) == 1
    assert "Read-only file system" in told[0] or "written" in told[0]
    assert str(mounted) in told[0]


@whole
@pytest.mark.parametrize("command", ["dashboard", "tensorboard"])
def test_a_folder_that_can_only_be_read_is_shown(mounted: Path, command: str) -> None:
    served(read_only(mounted, hpsearch(command, "--out", mounted)), mounted)


@whole
def test_a_folder_of_somebody_else_is_read(open_to_all: Path) -> None:
    finished = open_to_all / "finished"
    for path in (finished, *finished.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    for command in ("status", "trials"):
        done = run(as_nobody(hpsearch(command, "--out", finished)), cwd=open_to_all)
        fine(done)
        assert done.stdout == run(hpsearch(command, "--out", finished)).stdout


def test_a_port_that_is_taken_is_said(finished: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        done = run(hpsearch("dashboard", "--out", finished, "--port", port))
    fine(done, 1)
    assert port in done.stderr
    assert "--port" in done.stderr
