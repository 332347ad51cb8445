"""The pool of worker processes: results, deaths, replacement."""

import multiprocessing
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from hpsearch import calls
from hpsearch.errors import WorkerError
from hpsearch.execution import local
from hpsearch.execution.local import LocalPool
from hpsearch.execution.server import ForkedProcess
from tests.execution import work


@pytest.fixture
def told() -> list[str]:
    """The lines that a pool tells."""
    return []


@pytest.fixture
def pool(told: list[str]) -> Iterator[LocalPool]:
    with LocalPool(2, hash, work.begin, ("here",), tell=told.append) as pool:
        yield pool


def test_work_runs_in_processes_that_were_set_up(pool: LocalPool) -> None:
    found = [future.result(30) for future in [pool.call(work.whoami) for _ in range(6)]]
    assert {mark for mark, _ in found} == {"here"}
    assert os.getpid() not in {process for _, process in found}


def test_work_that_is_cancelled_while_it_waits_is_not_done(pool: LocalPool, tmp_path: Path) -> None:
    assert pool.idle() == 2
    busy = [pool.call(work.wait_for, str(tmp_path / "go")) for _ in range(2)]
    assert pool.idle() == 0
    waiting = [pool.call(work.touch, str(tmp_path / name)) for name in ("cancelled", "wanted")]
    assert waiting[0].cancel()
    (tmp_path / "go").touch()
    assert [one.result(30) for one in (*busy, waiting[1])] == [None] * 3
    assert (tmp_path / "wanted").exists()
    assert not (tmp_path / "cancelled").exists()


def test_an_exception_is_passed_on_and_the_worker_lives(pool: LocalPool) -> None:
    with pytest.raises(ValueError, match="is wrong"):
        pool.call(work.fail).result(30)
    assert pool.call(work.whoami).result(30)[0] == "here"


def test_work_of_a_worker_that_dies_is_done_again(pool: LocalPool, tmp_path: Path) -> None:
    assert pool.call(work.die_once, str(tmp_path / "died")).result(30) == "done"


def test_a_worker_that_was_killed_while_idle_is_replaced(pool: LocalPool) -> None:
    _, process = pool.call(work.whoami).result(30)
    os.kill(process, signal.SIGKILL)
    time.sleep(0.2)
    found = [future.result(30) for future in [pool.call(work.whoami) for _ in range(4)]]
    assert process not in {one for _, one in found}


def test_work_that_kills_every_worker_is_given_up_and_harms_no_other(
    pool: LocalPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "LONGEST_WAIT_SECONDS", 0.1)
    deadly = pool.call(work.die)
    others = [pool.call(work.whoami) for _ in range(4)]
    with pytest.raises(WorkerError, match=r"workers died with die, one after.*ended with status 9"):
        deadly.result(60)
    assert all(other.result(30)[0] == "here" for other in others)


def test_closing_ends_every_process_that_the_pool_started_and_no_other() -> None:
    """A child of the caller's own, by ``subprocess`` and by ``multiprocessing``, goes on."""
    spawn = multiprocessing.get_context("spawn")
    reading, writing = spawn.Pipe(duplex=False)
    own = spawn.Process(target=reading.recv, daemon=True)
    own.start()
    with subprocess.Popen(("sleep", "60")) as other:
        before = children()
        with LocalPool(2, hash, work.begin, ("here",)) as pool:
            for future in [pool.call(work.rest) for _ in range(2)]:
                future.result(30)
            started = children() - before
        assert len(started) == 3  # two workers, and the server that they are forked from
        _, alive = psutil.wait_procs(
            [process for process in started if not is_over(process)], timeout=10
        )
        assert [process for process in alive if not is_over(process)] == []
        assert other.poll() is None
        assert own.is_alive()
        other.kill()
    writing.send("done")
    own.join(30)
    assert own.exitcode == 0


def children() -> set[psutil.Process]:
    """All processes that this one and its children started."""
    return set(psutil.Process().children(recursive=True))


def is_over(process: psutil.Process) -> bool:
    """Whether a process ended, be it that nobody asked for its exit status."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_number_that_is_another_process_by_now_is_not_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After its exit status was asked for a process's number is free for another."""
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    ended: list[int] = []
    monkeypatch.setattr(os, "kill", lambda pid, _: ended.append(pid))
    process = ForkedProcess(12345, lambda pid: 0)
    assert process.close() == 0
    assert ended == [12345]
    process.kill()
    process.close()
    assert ended == [12345]


def test_a_death_is_told_with_whose_work_it_was(
    pool: LocalPool, tmp_path: Path, told: list[str]
) -> None:
    assert pool.call(work.die_once, str(tmp_path / "died"), name="trial 7").result(30) == "done"
    (line,) = told
    assert line.startswith("a worker was lost with trial 7 (process ")
    assert "ended with status 9), which is done again" in line


def test_a_shortage_of_the_machine_is_no_result_of_a_training(
    tmp_path: Path, told: list[str]
) -> None:
    with LocalPool(
        1,
        lambda _: "model",
        work.begin,
        ("here",),
        tell=told.append,
        run=work.short_of_memory_once,
    ) as pool:
        segment: Any = str(tmp_path / "short")
        found: Any = pool.train(segment, 0.0, name="trial 3").result(30)
    assert found == "done"
    assert "trial 3" in told[0]


def test_deaths_shrink_the_pool_and_results_let_it_grow(
    pool: LocalPool, tmp_path: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "LONGEST_WAIT_SECONDS", 0.1)
    with pytest.raises(WorkerError):
        pool.call(work.die).result(60)
    assert pool.idle() == 1
    assert [line for line in told if line.endswith("; going on with 1 worker")]
    for _ in range(local.RESULTS_TO_GROW):
        pool.call(work.whoami).result(30)
    assert pool.idle() == 2


def test_deaths_while_workers_are_set_up_are_deaths_like_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "LONGEST_WAIT_SECONDS", 0.1)
    arguments = (str(tmp_path / "deaths"), calls.ATTEMPTS - 1)
    with LocalPool(1, hash, work.die_at_first, arguments) as pool:
        assert pool.call(os.getpid).result(60) != os.getpid()
    assert len((tmp_path / "deaths").read_text()) == calls.ATTEMPTS - 1


def test_a_worker_that_cannot_be_set_up_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "LONGEST_WAIT_SECONDS", 0.1)
    with (
        LocalPool(1, hash, work.fail_to_begin, ()) as pool,
        pytest.raises(WorkerError, match="cannot be set up: this piece of work is wrong"),
    ):
        pool.call(work.whoami).result(60)


def test_a_server_that_cannot_import_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "LONGEST_WAIT_SECONDS", 0.1)
    with (
        LocalPool(1, hash, work.begin, ("here",), ("no_such_module",)) as pool,
        pytest.raises(WorkerError, match="cannot start: ModuleNotFoundError: No module named"),
    ):
        pool.call(work.whoami).result(60)
