"""Memory and seconds at 10 thousand, 1 million and 11 million rows: ``python -m benchmarks.large``.

Rows of HIGGS's form are made and written to a Parquet file: 28 columns, of which the first seven
have long tails, and a label that depends on them not only linearly. Then ``hpsearch optimize`` runs
a short study on it from end to end, with nothing cached. Memory is what a process has to itself at
most, of the driver and of the largest worker: anonymous pages and those of shared memory. Pages of
mapped files do not count, as the system takes them back where it needs room. The largest size takes
some 12 GB of disk.
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
from hpsearch.data.sources.higgs.columns import NAMES

#: Rows that are made at a time.
PART_ROWS = 250_000

#: Columns with long tails, as momenta have.
TAILED = 7

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
    "training.epochs": 1,
    "search.trials": 3,
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


def write_rows(file: Path, rows: int, seed: int = 0) -> None:
    """Write made rows as a Parquet file: the label, then HIGGS's columns."""
    columns = Room(file.parent).zeros((1 + len(NAMES), rows), np.float32)
    weights = np.random.default_rng(seed).normal(size=len(NAMES))
    for part, start in enumerate(range(0, rows, PART_ROWS)):
        rng = np.random.default_rng((seed, part))
        values = rng.normal(size=(min(PART_ROWS, rows - start), len(NAMES)))
        values[:, :TAILED] = np.exp(values[:, :TAILED])
        scores = np.tanh(values) @ weights / 3 + 0.3 * values[:, 8] * values[:, 9]
        end = start + len(values)
        columns[0, start:end] = rng.random(len(values)) < 1 / (1 + np.exp(-scores))
        columns[1:, start:end] = values.T
    named = dict(zip(("label", *NAMES), columns, strict=True))
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("made", named)
        connection.execute(f"COPY made TO '{file}' (FORMAT parquet)")


def measure(rows: int, workers: int) -> dict[str, Any]:
    """Run the study on so many rows and say what it took."""
    memory = PrivateMemory()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "rows.parquet"
        write_rows(data, rows)
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
