"""The process beside this one: answers, exceptions, deaths, and its end."""

import os
from collections.abc import Iterator
from pathlib import Path

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
