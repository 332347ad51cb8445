"""All benchmarks one after the other: ``python -m benchmarks``.

Prints their tables and writes ``epoch.json``, ``penguins.json``, ``folds.json``, ``search.json``,
``growth.json``, ``reading.json`` and ``large.json``. An hour or two; ``--quick`` takes some minutes
and says less.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from benchmarks.optimize import ROOT

QUICK = {
    "folds": ("--trials", "2", "--rounds", "1"),
    "search": ("--trials", "12", "--epochs", "20"),
    "growth": ("--trials", "10,30", "--ordinary", "10", "--rows", "10_000,50_000"),
    "reading": ("--rows", "100_000"),
    "large": ("--rows", "10_000,1_000_000"),
}


def main(folder: Path, data: Path | None, *, quick: bool) -> None:
    """Run each in a process of its own, since some set how TensorFlow works in theirs."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("epoch", "penguins", "folds", "search", "growth", "reading", "large"):
        command = [
            *(sys.executable, "-m", f"benchmarks.{name}"),
            *("--json", str(folder.resolve() / f"{name}.json")),
            *(QUICK.get(name, ()) if quick else ()),
            *(("--data", str(data.resolve())) if data and name == "search" else ()),
        ]
        print(f"\n== {name}", flush=True)
        subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "results")
    parser.add_argument("--data", type=Path, help="HIGGS.csv.gz or any beginning, for search")
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    main(given.json, given.data, quick=given.quick)
