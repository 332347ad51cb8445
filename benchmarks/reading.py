"""How fast a million mixed rows are read with known kinds, and looked at without them.

``python -m benchmarks.reading``: CPU seconds and the growth of the process's peak memory.
"""

import argparse
import os
import resource
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.tables import print_table, write_json
from hpsearch.data.sources.files.engine import connect
from hpsearch.data.sources.files.profiling import profile_file
from hpsearch.data.sources.files.reading import read_file
from hpsearch.study.table_keys import TableKeys
from hpsearch.tasks.binary import BINARY

KINDS = {
    **{f"n{place}": "number" for place in range(8)},
    **{f"b{place}": "boolean" for place in range(2)},
    **{f"c{place}": "category" for place in range(3)},
    "d": "date",
}


def main(rows: int, file: Path | None) -> None:
    """Write a table, read it and look at it, each measured once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        _write(path, rows)
        megabytes = path.stat().st_size / 1e6
        with connect() as connection:
            connection.execute("SELECT 1").fetchall()
        seconds, memory = _cpu_seconds(), _peak_megabytes()
        given = TableKeys.model_validate(
            {
                **{"columns": KINDS, "delimiter": ",", "decimal": ".", "encoding": "utf-8"},
                **{"header": True, "missing": ["NA"], "day_first": False},
            }
        )
        table = read_file(
            path, label="y", task=BINARY, given=given, progress=lambda now, of: None, tell=print
        )
        reading, growth = _cpu_seconds() - seconds, _peak_megabytes() - memory
        del table
        seconds = _cpu_seconds()
        profile_file(path)
        profiling = _cpu_seconds() - seconds
    found = {"rows": rows, "read": reading, "megabytes": growth, "profile": profiling}
    print_table(
        f"{rows:,} rows of {len(KINDS) + 1} columns, {megabytes:.0f} MB",
        ("what", "CPU seconds", "memory in MB"),
        [
            ("read with known kinds", f"{reading:.2f}", f"{growth:.0f}"),
            ("looked at", f"{profiling:.2f}", ""),
        ],
    )
    write_json(file, found)


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


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system


def _peak_megabytes() -> float:
    unit = 1 if sys.platform == "darwin" else 1_024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    main(asked.rows, asked.json)
