"""How fast a million mixed rows are read with known kinds, and looked at without them.

``python -m benchmarks.reading``: CPU seconds and the growth of the process's peak memory of a
reading, and both of a whole ``hpsearch init``; the same of 200 rows of very many columns. Each runs
in a process of its own.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.printing import print_table, write_json
from hpsearch.data.sources.files.engine import connect
from hpsearch.data.sources.files.reading import read_file
from hpsearch.study.reading import read_study
from hpsearch.study.table_keys import TableKeys
from hpsearch.tasks.binary import BINARY

KINDS = {
    **{f"n{place}": "number" for place in range(8)},
    **{f"b{place}": "boolean" for place in range(2)},
    **{f"c{place}": "category" for place in range(3)},
    "d": "date",
}


WIDE_ROWS = 200


def main(rows: int, columns: int, file: Path | None) -> None:
    """Measure both tables."""
    long, wide = measure_long(rows), measure_wide(columns)
    write_json(file, {**long, "wide": wide})


def measure_wide(columns: int) -> dict[str, float]:
    """Draft a study of a table of numbers, and read its rows as the study says."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        names = ",".join(f"column {place}" for place in range(columns))
        rng = np.random.default_rng(0)
        with path.open("w", encoding="utf-8") as table:
            table.write(f"y,{names}\n")
            for row in range(WIDE_ROWS):
                numbers = rng.normal(size=columns).round(4).astype(str)
                table.write(f"{('no', 'yes')[row % 2]},{','.join(numbers)}\n")
        drafting, drafting_peak = _draft(path)
        with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as processes:
            study = path.with_suffix(".toml")
            reading, growth = processes.submit(_read_drafted, study).result()
        length = study.stat().st_size
    print_table(
        f"{WIDE_ROWS} rows of {columns + 1:,} columns, study file of {length / 1e3:.0f} kB",
        ("what", "CPU seconds", "memory in MB"),
        [
            ("hpsearch init", f"{drafting:.2f}", f"{drafting_peak:.0f}"),
            ("read as drafted", f"{reading:.2f}", f"+{growth:.0f}"),
        ],
    )
    return {"columns": columns, "init": drafting, "read": reading, "study_bytes": length}


def measure_long(rows: int) -> dict[str, float]:
    """Write a table, read it and draft a study of it, each measured once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as processes:
            processes.submit(_write, path, rows).result()
            reading, growth = processes.submit(_read, path).result()
        megabytes = path.stat().st_size / 1e6
        drafting, drafting_peak = _draft(path)
    found = {"rows": rows, "read": reading, "megabytes": growth}
    print_table(
        f"{rows:,} rows of {len(KINDS) + 1} columns, {megabytes:.0f} MB",
        ("what", "CPU seconds", "memory in MB"),
        [
            ("read with known kinds", f"{reading:.2f}", f"+{growth:.0f}"),
            ("hpsearch init", f"{drafting:.2f}", f"{drafting_peak:.0f}"),
        ],
    )
    return {**found, "init": drafting, "init_megabytes": drafting_peak}


def _read(path: Path) -> tuple[float, float]:
    """CPU seconds of a reading, and by how many MB it raises the peak of its process."""
    with connect() as connection:
        connection.execute("SELECT 1").fetchdf()
    given = TableKeys.model_validate(
        {
            **{"columns": KINDS, "delimiter": ",", "decimal": ".", "encoding": "utf-8"},
            **{"header": True, "missing": ["NA"], "day_first": False},
        }
    )
    return _measured(path, given)


def _read_drafted(study: Path) -> tuple[float, float]:
    """The same of the rows of a drafted study."""
    data = read_study(study).data
    return _measured(Path(str(data.path)), data)


def _measured(path: Path, given: TableKeys) -> tuple[float, float]:
    before = resource.getrusage(resource.RUSAGE_SELF)
    read_file(path, label="y", task=BINARY, given=given, progress=lambda now, of: None, tell=print)
    after = resource.getrusage(resource.RUSAGE_SELF)
    return _cpu_seconds(after) - _cpu_seconds(before), _megabytes(after) - _megabytes(before)


def _draft(path: Path) -> tuple[float, float]:
    """CPU seconds of ``hpsearch init``, with Python's start, and its peak in MB."""
    command = [sys.executable, "-m", "hpsearch", "init", str(path), "--label", "y"]
    with subprocess.Popen(command, cwd=path.parent, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return _cpu_seconds(used), _megabytes(used)


def _write(path: Path, rows: int) -> None:
    import pandas as pd

    rng = np.random.default_rng(0)
    columns: dict[str, object] = {"y": rng.choice(["no", "yes"], rows)}
    for place in range(8):
        numbers = rng.normal(size=rows).round(4).astype(str)
        columns[f"n{place}"] = np.where(rng.random(rows) < 0.05, "NA", numbers)
    for place, pair in enumerate((["true", "false"], ["yes", "no"])):
        columns[f"b{place}"] = rng.choice(pair, rows)
    for place, texts in enumerate((3, 30, 2_000)):
        columns[f"c{place}"] = [f"value {text}" for text in rng.integers(0, texts, rows)]
    days = np.datetime64("1950-01-01") + rng.integers(0, 25_000, rows).astype("timedelta64[D]")
    columns["d"] = days.astype(str)
    pd.DataFrame(columns).to_csv(path, index=False)


def _cpu_seconds(used: resource.struct_rusage) -> float:
    return used.ru_utime + used.ru_stime


def _megabytes(used: resource.struct_rusage) -> float:
    """The peak of a process."""
    return used.ru_maxrss * (1 if sys.platform == "darwin" else 1_024) / 1e6


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=10_000)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    main(asked.rows, asked.columns, asked.json)
