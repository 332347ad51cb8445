"""The process beside this one: answers, exceptions, deaths, and its end."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from hpsearch import calls
from hpsearch.calls import SideProcess
from hpsearch.errors import WorkerError
from tests.execution import work


@pytest.fixture
def side() -> Iterator[SideProcess]:
    with SideProcess() as side:
        yield side


def test_calls_run_in_one_other_process_of_one_thread(side: SideProcess) -> None:
    process = side.call(os.getpid)
    assert process != os.getpid()
    assert side.call(os.getpid) == process
    assert side.call(os.getenv, "OMP_NUM_THREADS") == "1"


def test_an_exception_is_raised_here_and_the_process_lives(side: SideProcess) -> None:
    process = side.call(os.getpid)
    with pytest.raises(ValueError, match="is wrong") as caught:
        side.call(work.fail)
    assert "in fail" in caught.value.__notes__[0]
    assert side.call(os.getpid) == process


def test_a_call_that_ends_its_process_is_made_again(side: SideProcess, tmp_path: Path) -> None:
    assert side.call(work.die_once, str(tmp_path / "died")) == "done"


def test_a_call_that_ends_every_process_is_given_up(
    side: SideProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "LONGEST_WAIT_SECONDS", 0.1)
    with pytest.raises(WorkerError, match=r"die ended 15 processes.*ended with status 9"):
        side.call(work.die)
    assert side.call(os.getpid) != os.getpid()


def test_closing_ends_the_process_and_another_call_starts_one(side: SideProcess) -> None:
    process = side.call(os.getpid)
    side.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert side.call(os.getpid) != process


def test_a_process_that_nobody_calls_is_not_started(side: SideProcess) -> None:
    assert side._running is None


def test_a_process_that_falls_silent_is_replaced(
    side: SideProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "SILENT_SECONDS", 2.0)
    assert side.call(work.stop_once, str(tmp_path / "stopped")) == "done"


def test_a_process_that_works_for_long_is_not_silent(
    side: SideProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "SILENT_SECONDS", 2.0)
    process = side.call(os.getpid)
    side.call(time.sleep, 3.0)
    assert side.call(os.getpid) == process


def test_nothing_is_imported_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("random", "socket", "keras", "json", "numpy"):
        (tmp_path / f"{name}.py").write_text("open('executed', 'w').close()\nraise SystemExit\n")
    monkeypatch.chdir(tmp_path)
    with SideProcess() as side:
        found = side.call(work.file_of, "random")
    assert not found.startswith(str(tmp_path))
    assert not (tmp_path / "executed").exists()


def test_an_exception_of_a_package_comes_back_as_a_plain_one(side: SideProcess) -> None:
    with pytest.raises(RuntimeError, match=r"^Unknown: of a package") as caught:
        side.call(work.fail_strangely)
    assert type(caught.value) is RuntimeError


def test_a_process_ends_with_the_one_that_started_it(tmp_path: Path) -> None:
    script = (
        "import os, sys\n"
        "from hpsearch.calls import SideProcess\n"
        "print(SideProcess().call(os.getpid), flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    process = int(done.stdout)
    _, alive = psutil.wait_procs([psutil.Process(process)] if psutil.pid_exists(process) else [], 9)
    assert not alive
