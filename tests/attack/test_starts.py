"""Workers, their server and the resource tracker die while they start; no work is lost by it."""

import multiprocessing
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from hpsearch import calls
from hpsearch.errors import WorkerError
from hpsearch.execution.local import LocalPool
from tests.attack import jobs
from tests.attack.scale import amount
from tests.attack.studies import environment, kept, optimize, run
from tests.attack.victims import KINDS, MARK, marked, strike, victims

#: After this a piece of work counts as lost.
SECONDS = 60.0

JOBS, KILLS = 10, 5


@contextmanager
def pool(
    workers: int, initializer: Callable[..., None], *arguments: Any, tell: Callable[[str], None]
) -> Iterator[LocalPool]:
    """A pool of light workers."""
    with LocalPool(workers, hash, initializer, arguments, tell=tell) as made:
        yield made


def silent(line: str) -> None:
    """Nobody listens."""


class Killer(threading.Thread):
    """Kills descendants of a process: as soon as one appears, or at random moments.

    Args:
        driver: Whose descendants.
        kinds: Of which kinds.
        kills: How many, at most.
        longest: Seconds between two kills, at most; 0 for each one as it appears.
    """

    def __init__(
        self, driver: int, kinds: tuple[str, ...], kills: int, rng: random.Random, longest: float
    ) -> None:
        super().__init__(daemon=True)
        self._driver, self._kinds, self._rng, self._longest = driver, kinds, rng, longest
        self._left = kills
        self._known: set[int] = set()
        self._over = threading.Event()
        self.kills: list[str] = []

    def run(self) -> None:
        """Kill until it was enough, or told to stop."""
        while self._left and not self._over.wait(self._rng.uniform(0, self._longest)):
            there = victims(self._driver)
            found = [(kind, process) for kind in self._kinds for process in there[kind]]
            fresh = [(kind, process) for kind, process in found if process not in self._known]
            if not fresh:
                time.sleep(0.002)
                continue
            kind, process = self._rng.choice(fresh)
            if strike(process):
                self._known.add(process)
                self.kills.append(kind)
                self._left -= 1

    def stop(self) -> None:
        """No more kills."""
        self._over.set()
        self.join()


@pytest.mark.parametrize("seed", range(amount(6, 40)))
def test_no_work_is_lost_whatever_dies_while_workers_start(seed: int) -> None:
    rng = random.Random(seed)
    kinds = rng.choice([("worker",), ("server",), KINDS, KINDS])
    longest = rng.choice([0.0, 0.0, 0.1, 0.3])
    killer = Killer(os.getpid(), kinds, KILLS, rng, longest)
    killer.start()
    try:
        with pool(2, jobs.begin_slowly, rng.choice([0.0, 0.2]), tell=silent) as attacked:
            waiting = [
                attacked.call(jobs.square, number, 0.05, name=f"job {number}")
                for number in range(JOBS)
            ]
            found = [future.result(SECONDS) for future in waiting]
            killer.stop()
            assert found == [number * number for number in range(JOBS)]
            assert attacked.call(jobs.square, 9, 0.0, name="last").result(SECONDS) == 81
            assert 1 <= attacked.idle() <= 2  # it may have shrunk
    finally:
        killer.stop()


def test_deaths_between_two_jobs_lose_none() -> None:
    rng = random.Random(0)
    with pool(2, jobs.begin_slowly, 0.0, tell=silent) as attacked:
        for number in range(amount(6, 30)):
            found = attacked.call(jobs.square, number, 0.0, name=f"job {number}").result(SECONDS)
            assert found == number * number
            for kind in rng.sample(KINDS, rng.randint(1, 2)):
                for process in victims(os.getpid())[kind]:
                    strike(process)
            time.sleep(rng.choice([0.0, 0.01, 0.3]))


def test_a_pool_whose_every_worker_dies_at_once_gives_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "LONGEST_WAIT_SECONDS", 1.0)
    tally = tmp_path / "tally"
    told: list[str] = []
    with pool(2, jobs.die_at_start, str(tally), tell=told.append) as attacked:
        waiting = [attacked.call(jobs.square, n, 0.0, name=f"job {n}") for n in range(4)]
        for future in waiting:
            with pytest.raises(WorkerError) as caught:
                future.result(120)
            assert len(str(caught.value).splitlines()) == 1
    assert len(tally.read_text()) <= 40


@pytest.mark.parametrize("starting", [False, True])
def test_a_worker_that_does_not_answer_is_named_and_replaced(
    tmp_path: Path, starting: bool
) -> None:
    told: list[str] = []
    with pool(2, jobs.begin_slowly, 1.0 * starting, tell=told.append) as attacked:
        tracks = tmp_path / "processes"
        future = attacked.call(jobs.tell_process, str(tracks), 1.0, name="trial 7")
        stopped = await_one(partial(find_worker, tracks, starting))
        strike(stopped, signal.SIGSTOP)
        try:
            assert future.result(SECONDS) == "done"
        finally:
            strike(stopped, signal.SIGKILL)
        assert int(tracks.read_text().split()[-1]) != stopped
        assert [line for line in told if "trial 7" in line and str(stopped) in line]


def find_worker(tracks: Path, starting: bool) -> int | None:
    """The worker that wrote itself down, or any that starts."""
    if starting:
        return next(iter(victims(os.getpid())["worker"]), None)
    return int(tracks.read_text()) if tracks.is_file() and tracks.read_text().strip() else None


def await_one(find: Callable[[], int | None]) -> int:
    """What ``find`` finds, as soon as it does."""
    deadline = time.monotonic() + SECONDS
    while (found := find()) is None:
        assert time.monotonic() < deadline, "no worker started"
        time.sleep(0.005)
    return found


def test_a_pool_that_is_closed_while_workers_start_leaves_no_process() -> None:
    before = {child.pid for child in multiprocessing.active_children()}
    for number in range(amount(3, 20)):
        with pool(2, jobs.begin_slowly, 0.3, tell=silent) as attacked:
            for _ in range(4):
                attacked.call(jobs.square, 3, 0.0, name="square")
            time.sleep(0.03 * number)
        workers = victims(os.getpid())["worker"]
        _, alive = psutil.wait_procs([psutil.Process(pid) for pid in living(workers)], timeout=20)
        assert not [one for one in alive if one.pid not in before]


def living(processes: list[int]) -> list[int]:
    return [process for process in processes if psutil.pid_exists(process)]


class Attacked:
    """The small study under attack, from the command line."""

    def __init__(self, study: Path, out: Path) -> None:
        self._command = optimize(study, out, "--quiet")
        self._out = out

    def run(self, attack: Callable[[int], Killer]) -> tuple[int, str, list[str]]:
        """Exit code, standard error and kills of one run; nothing is alive afterwards."""
        mark = f"{self._out}-{time.monotonic_ns()}"
        with subprocess.Popen(
            self._command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(**{MARK: mark}),
        ) as process:
            killer = attack(process.pid)
            killer.start()
            try:
                _, errors = process.communicate(timeout=120)
            except subprocess.TimeoutExpired:
                for left in marked(mark):
                    left.kill()
                pytest.fail(f"the study hangs after {killer.kills}: {process.stderr}")
            finally:
                killer.stop()
        _, alive = psutil.wait_procs(list(marked(mark)), timeout=20)
        assert not alive
        return process.returncode, errors, killer.kills


@pytest.mark.parametrize(
    ("kinds", "kills", "longest"),
    [
        (("worker",), 1, 0.0),
        (KINDS, 6, 1.0),
        *[
            (kinds, kills, longest)
            for kinds in (("worker",), ("server",), KINDS)
            for kills, longest in ((1, 0.0), (2, 0.0), (3, 0.0), (6, 1.0), (12, 0.5), (30, 0.3))
        ][: amount(0, 18)],
    ],
)
def test_a_study_whose_workers_die_while_they_start_is_the_same(
    study: Path,
    expected: dict[str, Any],
    tmp_path: Path,
    kinds: tuple[str, ...],
    kills: int,
    longest: float,
) -> None:
    out = tmp_path / "run"
    rng = random.Random(kills)
    attacked = Attacked(study, out)
    code, errors, struck = attacked.run(lambda driver: Killer(driver, kinds, kills, rng, longest))
    assert struck, "nothing was killed"
    assert "Traceback" not in errors
    assert code in (0, 1), errors
    if code == 1:
        assert errors.strip().splitlines()[-1].startswith("hpsearch: "), errors
        again = run(optimize(study, out, "--quiet"))
        assert again.returncode == 0, again.stderr
    found = kept(out)
    assert found["trials"] == expected["trials"]
    assert {trial.state for trial in found["trials"]} <= {"complete", "pruned"}
    assert found == expected


def test_a_study_whose_every_worker_dies_stops_before_the_test(
    study: Path, expected: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    attacked = Attacked(study, out)
    code, errors, _ = attacked.run(
        lambda driver: Killer(driver, ("worker",), 10_000, random.Random(0), 0.0)
    )
    assert code == 1, errors
    assert "Traceback" not in errors
    assert len([line for line in errors.splitlines() if line.startswith("hpsearch: ")]) == 1
    assert not (out / "report.json").exists()
    assert not (out / "models" / "best.keras").exists()
    again = run(optimize(study, out, "--quiet"))
    assert again.returncode == 0, again.stderr
    assert kept(out) == expected
