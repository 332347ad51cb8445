"""An hour of small trials with random kills: does anything leak, is anything lost?

``python -m benchmarks.soak`` runs one study of very many small trials, kills a worker every few
seconds, some of them as they start, stops one with SIGSTOP every minute or so, kills the driver
every few minutes, some of them as they start, runs the same command again, and samples the driver's
resident memory, open files and threads. It prints a line a minute, and ends with exit code 1 if
one of them grew: memory by more than 0.2 MB a trial, files or threads at all, from the first third
of the trials to the last.
"""

import argparse
import contextlib
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped]

from benchmarks.growth import SMALL
from benchmarks.optimize import ROOT, overrides
from hpsearch.record.folder import read_folder

SETTINGS = {**SMALL, "search.sampler": "random", "search.trials": 100_000}

#: The mean seconds between two kills of a worker, two stops of one, and two kills of the driver.
WORKER_SECONDS, STOP_SECONDS, DRIVER_SECONDS = 7.0, 90.0, 240.0

#: Of the deaths of workers and drivers, how many fall into their first moments.
AT_START = 0.25

#: A worker that was stopped is replaced within this, or something is wrong.
REPLACED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Sample:
    """The driver at one moment; memory in MB."""

    trials: int
    memory: float
    files: int
    threads: int


class Soak:
    """The study, its kills and its samples."""

    def __init__(self, folder: Path, workers: int, seed: int) -> None:
        self._folder = folder
        self._workers = workers
        self._rng = random.Random(seed)
        self.samples: list[Sample] = []
        self.kills = dict.fromkeys(("worker", "starting", "stopped", "driver"), 0)
        self._stopped: list[tuple[psutil.Process, float]] = []

    def run(self, seconds: float) -> None:
        """Keep the study running for so long, whoever is killed."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            command = [
                *(sys.executable, "-m", "hpsearch", "optimize", "--study", "higgs", "--quiet"),
                *("--out", str(self._folder), "--workers", str(self._workers)),
                *overrides(SETTINGS),
            ]
            with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
                lives = self._rng.expovariate(1 / DRIVER_SECONDS)
                if self._rng.random() < AT_START:
                    lives = self._rng.uniform(0.05, 8.0)
                try:
                    self._watch(process, min(time.monotonic() + lives, end))
                finally:
                    process.kill()
                self.kills["driver"] += 1
                self._end_stopped()

    def _watch(self, process: subprocess.Popen[bytes], until: float) -> None:
        """Sample a driver, and kill and stop its workers until its time is up."""
        driver = psutil.Process(process.pid)
        next_kill, next_stop = time.monotonic() + 1.0, time.monotonic() + 30.0
        next_sample = next_line = time.monotonic()
        known: set[int] = set()
        starting = True
        while (now := time.monotonic()) < until:
            if process.poll() is not None:
                raise SystemExit(f"the driver ended by itself with exit code {process.returncode}")
            time.sleep(min(0.1, until - now))
            workers = _workers_of(driver)
            fresh = [one for one in workers if one.pid not in known]
            known = {one.pid for one in workers}
            if now > next_sample and len(workers) == self._workers:
                self._sample(driver)
                next_sample = now + 1.0
            if now > next_kill and (targets := fresh if starting else workers):
                self._strike(self._rng.choice(targets), signal.SIGKILL)
                self.kills["starting" if starting else "worker"] += 1
                next_kill = now + self._rng.expovariate(1 / WORKER_SECONDS)
                starting = self._rng.random() < AT_START
            if now > next_stop and workers:
                self._stopped.append((stopped := self._rng.choice(workers), now))
                self._strike(stopped, signal.SIGSTOP)
                self.kills["stopped"] += 1
                next_stop = now + self._rng.expovariate(1 / STOP_SECONDS)
            self._check_stopped(now)
            if now > next_line and self.samples:
                print(self.samples[-1], self.kills, flush=True)
                next_line = now + 60.0

    def _strike(self, process: psutil.Process, number: int) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):  # replaced just now
            process.send_signal(number)

    def _check_stopped(self, now: float) -> None:
        """A worker that was stopped must be gone after a while."""
        self._stopped = [(one, since) for one, since in self._stopped if one.is_running()]
        for one, since in self._stopped:
            if now - since > REPLACED_SECONDS:
                self._end_stopped()
                raise SystemExit(f"worker {one.pid} was stopped and is not replaced")

    def _end_stopped(self) -> None:
        """End what this benchmark stopped: it can't end itself with its driver."""
        for one, _ in self._stopped:
            self._strike(one, signal.SIGKILL)
        self._stopped = []

    def _sample(self, driver: psutil.Process) -> None:
        if not (self._folder / "study.toml").is_file():
            return
        with read_folder(self._folder) as held:
            trials = len(held.record.trials())
        memory = driver.memory_info().rss / 1e6
        self.samples.append(Sample(trials, memory, driver.num_fds(), driver.num_threads()))


def grown(samples: Sequence[Sample]) -> list[str]:
    """What grew from the first third of the trials to the last, in words."""
    if len(samples) < 30:
        return [f"{len(samples)} samples are too few to tell"]
    third = len(samples) // 3
    early, late = samples[:third], samples[-third:]
    found = []
    slope = np.polyfit([one.trials for one in samples], [one.memory for one in samples], 1)[0]
    if slope > 0.2:
        found.append(f"memory: {slope:+.3f} MB a trial")
    for name in ("files", "threads"):
        before, after = (np.median([getattr(one, name) for one in part]) for part in (early, late))
        if after > before + 2:
            found.append(f"{name}: {before:.0f} at first, {after:.0f} at last")
    return found


def _workers_of(driver: psutil.Process) -> list[psutil.Process]:
    """The grandchildren: workers are forked from a server that is the driver's child."""
    children = {child.pid for child in driver.children()}
    return [one for one in driver.children(recursive=True) if one.pid not in children]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        soak = Soak(Path(name) / "run", given.workers, given.seed)
        soak.run(60 * given.minutes)
    complaints = grown(soak.samples)
    print(f"{soak.kills}; {soak.samples[-1].trials:,} trials;", "; ".join(complaints) or "all flat")
    sys.exit(bool(complaints))
