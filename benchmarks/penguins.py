"""From a table to a report: seconds of ``hpsearch optimize penguins.csv --label species``.

Nothing is cached, all trials are run, and the command prints nothing but its result. The table is
that of the package palmerpenguins where it is installed, else one of the same columns is made.

    python -m benchmarks.penguins --workers 2
"""

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.optimize import ROOT
from benchmarks.printing import print_table, write_json

#: Of each species: share, means of bill length and depth, flipper length and body mass, islands.
SPECIES = {
    "Adelie": (0.44, (38.8, 18.3, 190.0, 3_700.0), ("Torgersen", "Biscoe", "Dream")),
    "Chinstrap": (0.20, (48.8, 18.4, 196.0, 3_730.0), ("Dream",)),
    "Gentoo": (0.36, (47.5, 15.0, 217.0, 5_080.0), ("Biscoe",)),
}
DEVIATIONS = (2.9, 1.1, 6.7, 460.0)
ROWS = 344


def write_penguins(path: Path) -> str:
    """Write the table, and say which it is."""
    package = importlib.util.find_spec("palmerpenguins")
    if package is not None and package.origin is not None:
        shutil.copyfile(Path(package.origin).parent / "data" / "penguins.csv", path)
        return "palmerpenguins"
    path.write_text(made_penguins(seed=0), encoding="utf-8")
    return "made"


def made_penguins(seed: int) -> str:
    """A table like that of the penguins: 344 rows of three species, with gaps."""
    rng = np.random.default_rng(seed)
    shares = [share for share, *_ in SPECIES.values()]
    lines = ["species,island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year"]
    for species in sorted(rng.choice(list(SPECIES), ROWS, p=shares)):
        _, means, islands = SPECIES[species]
        values = rng.normal(means, DEVIATIONS)
        shown = [f"{values[0]:.1f}", f"{values[1]:.1f}", f"{values[2]:.0f}", f"{values[3]:.0f}"]
        sex = str(rng.choice(["male", "female"]))
        if rng.random() < 0.01:
            shown, sex = ["NA"] * 4, "NA"
        elif rng.random() < 0.03:
            sex = "NA"
        year = str(rng.integers(2007, 2010))
        lines.append(",".join((species, str(rng.choice(islands)), *shown, sex, year)))
    return "\n".join(lines) + "\n"


def run(workers: int) -> tuple[str, float]:
    """Which table it was, and the seconds from the start of the command to its end."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        table = write_penguins(folder / "penguins.csv")
        command = [
            *(sys.executable, "-m", "hpsearch", "optimize", "penguins.csv"),
            *("--label", "species", "--workers", str(workers), "--quiet"),
        ]
        paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        environment = {
            **os.environ,
            "HPSEARCH_CACHE": str(folder / "cache"),
            "PYTHONPATH": paths,
        }
        began = time.monotonic()
        subprocess.run(command, cwd=folder, env=environment, check=True)
        seconds = time.monotonic() - began
        if not (folder / "runs" / "penguins" / "report.html").is_file():
            raise SystemExit("hpsearch wrote no report")
    return table, seconds


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    kind, took = run(given.workers)
    print_table(
        "hpsearch optimize penguins.csv --label species",
        ("table", "workers", "seconds"),
        [(kind, str(given.workers), f"{took:.1f}")],
    )
    write_json(given.json, {"table": kind, "workers": given.workers, "seconds": took})
