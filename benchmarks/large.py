"""Memory and seconds at 10 thousand, 1 million and 11 million rows: ``python -m benchmarks.large``.

Simulated collisions, which have HIGGS's columns, are written to a Parquet file. Then ``hpsearch
optimize`` runs a short study on it from end to end, with nothing cached. Memory is what a process
has to itself at most, of the driver and of the largest worker: anonymous pages and those of shared
memory. Pages of mapped files do not count, as the system takes them back where it needs room. The
largest size takes some 12 GB of disk.
"""

import argparse
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import psutil  # type: ignore[import-untyped]

from benchmarks.optimize import SEARCH_ALONE, optimize
from benchmarks.printing import print_table, write_json
from hpsearch.data.room import Room
from hpsearch.data.sources.collisions.simulation import simulate
from hpsearch.data.sources.higgs.columns import NAMES

#: Collisions that are simulated at a time, each part with a seed of its own.
PART_ROWS = 250_000

STUDY: Mapping[str, Any] = {
    **SEARCH_ALONE,
    "data.source": "file",
    "data.label": "label",
    "data.columns": "{" + ", ".join(f'"{name}" = "number"' for name in NAMES) + "}",
    "data.validation": 0.05,
    "data.train": 0.9,
    "data.test": 0.05,
    "space.layers": 2,
    "space.units": 32,
    "space.batch_normalization": "false",
    "training.batch_size": 4_096,
    "training.epochs": 2,
    "search.trials": 4,
    "search.parallel": 2,
    "search.pruner": "none",
}


class PrivateMemory:
    """The most that a driver and one of its children ever had to themselves, in MB; a ``Look``."""

    def __init__(self) -> None:
        self.driver = self.worker = 0.0

    def __call__(self, pid: int, seconds: float) -> None:
        """Look at a process and its children; at none where it has just ended."""
        try:
            children = psutil.Process(pid).children(recursive=True)
        except psutil.Error:
            return
        self.driver = max(self.driver, private_mb(pid))
        self.worker = max(self.worker, *(private_mb(child.pid) for child in children), 0.0)


def private_mb(pid: int) -> float:
    """Resident memory of a process that is no file's, in MB; 0 where it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    entries = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    held = (entries.get(name, "0 kB") for name in ("RssAnon", "RssShmem"))
    return sum(1024 * int(entry.split()[0]) for entry in held) / 1e6


def write_collisions(file: Path, rows: int) -> None:
    """Write simulated collisions as a Parquet file: the label, then HIGGS's columns."""
    columns = Room(file.parent).zeros((1 + len(NAMES), rows), np.float32)
    for part, start in enumerate(range(0, rows, PART_ROWS)):
        some = min(PART_ROWS, rows - start)
        table = simulate(some, seed=part, progress=lambda done, total: None)
        columns[0, start : start + some] = table.labels
        columns[1:, start : start + some] = table.raw.numbers.T
    named = dict(zip(("label", *NAMES), columns, strict=True))
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("collisions", named)
        connection.execute(f"COPY collisions TO '{file}' (FORMAT parquet)")


def measure(rows: int, workers: int) -> dict[str, Any]:
    """Run the study on so many rows and say what it took."""
    memory = PrivateMemory()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "collisions.parquet"
        write_collisions(data, rows)
        run = optimize(
            Path(folder) / "run", STUDY, look=memory, every=0.05, workers=workers, data=data
        )
    return {
        "rows": rows,
        "bytes": 8 * rows * len(NAMES),
        "seconds_before": run.began,
        "search_seconds": run.search_seconds - run.began,
        "seconds": run.seconds,
        "driver_mb": memory.driver,
        "worker_mb": memory.worker,
    }


def main(given: argparse.Namespace) -> None:
    """Measure, print each size as it is done, and write."""
    found = []
    for rows in given.rows:
        found.append(measure(rows, given.workers))
        print_table(
            f"{STUDY['search.trials']} trials of {STUDY['training.epochs']} epochs, "
            f"{given.workers} workers",
            ["rows", "as float64", "rows s", "search s", "all s", "driver MB", "worker MB"],
            [
                [
                    f"{each['rows']:,}",
                    f"{each['bytes'] / 1e6:,.0f} MB",
                    *(
                        f"{each[name]:,.1f}"
                        for name in ("seconds_before", "search_seconds", "seconds")
                    ),
                    *(f"{each[name]:,.0f}" for name in ("driver_mb", "worker_mb")),
                ]
                for each in found
            ],
        )
    write_json(given.json, {"workers": given.workers, "sizes": found})


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",") if number]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=_numbers, default=[10_000, 1_000_000, 11_000_000])
    parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 2))
    parser.add_argument("--json", type=Path)
    main(parser.parse_args())
