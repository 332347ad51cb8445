"""Resident memory and processor time of a driver and its workers, sampled from outside."""

import numpy as np
import psutil  # type: ignore[import-untyped]
from numpy.typing import NDArray

Column = NDArray[np.float64]

#: Of a sample: seconds since the start, resident memory in MB, processor time in seconds.
COLUMNS = ("seconds", "driver_mb", "largest_mb", "workers_mb", "driver_cpu", "workers_cpu")


class Sampler:
    """Samples a process and its children; a ``Look``.

    ``largest_mb`` is that of the largest child, ``workers_mb`` the sum over all; ``workers_cpu``
    counts all children that ever were, each as it was last seen.
    """

    def __init__(self) -> None:
        self._samples: list[tuple[float, ...]] = []
        self._workers: dict[int, float] = {}

    def __call__(self, pid: int, seconds: float) -> None:
        """Take a sample; none where the process has just ended."""
        try:
            driver = psutil.Process(pid)
            workers = [self._worker(child) for child in driver.children(recursive=True)]
            memory = (driver.memory_info().rss / 1e6, max(workers, default=0.0), sum(workers))
            self._samples.append((seconds, *memory, _cpu(driver), sum(self._workers.values())))
        except psutil.Error:
            return

    def between(self, first: float, last: float, column: str) -> Column:
        """A column of the samples from ``first`` to ``last`` seconds."""
        seconds = self._column("seconds")
        return self._column(column)[(seconds >= first) & (seconds <= last)]

    def spent(self, column: str, first: float, last: float) -> float:
        """By how much a column grew between two moments, linear between samples."""
        begin, end = np.interp([first, last], self._column("seconds"), self._column(column))
        return float(end - begin)

    def _column(self, name: str) -> Column:
        return np.array([sample[COLUMNS.index(name)] for sample in self._samples])

    def _worker(self, worker: psutil.Process) -> float:
        """Its resident memory in MB; its processor time is noted."""
        try:
            self._workers[worker.pid] = _cpu(worker)
            return float(worker.memory_info().rss / 1e6)
        except psutil.Error:
            return 0.0


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
