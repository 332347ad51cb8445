"""A small real study for the attacks, the command line that runs it, and all that it leaves."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hpsearch.evaluation.reading import read_outcome
from hpsearch.record.folder import read_folder
from hpsearch.report.report import report_values

ROOT = Path(__file__).parents[2]

#: Simulated rows, one shape of network: a run with two workers takes seconds.
TINY = """\
[study]
name = "tiny"
seed = 3

[data]
source = "collisions"
validation = 100
train = 200
test = 100

[space]
units = { int = [8, 9] }
learning_rate = { float = [1e-3, 1e-1], log = true }

[network]
layers = 1

[training]
batch_size = 100
epochs = 6
patience = 6

[search]
trials = 8
parallel = 4
sampler = { name = "tpe", startup_trials = 3 }
pruner = { name = "median", startup_trials = 3 }
warmup_epochs = 2

[evaluate]
top = 1
seeds = 2
ablation = false
baselines = ["logistic_regression"]
"""


def write_study(folder: Path) -> Path:
    """``TINY`` as a file in ``folder``."""
    path = folder / "tiny.toml"
    path.write_text(TINY, encoding="utf-8")
    return path


def hpsearch(*arguments: str | Path) -> list[str]:
    """The command line, with this Python."""
    return [sys.executable, "-m", "hpsearch", *map(str, arguments)]


def optimize(study: Path, out: Path, *more: str) -> list[str]:
    """The command that runs ``TINY``, or goes on with it."""
    return hpsearch("optimize", "--study", study, "--out", out, "--workers", "2", *more)


def environment(**changes: str) -> dict[str, str]:
    """This process's environment, in which ``hpsearch`` is found from any folder."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **changes}


def run(
    command: Sequence[str], *, cwd: Path | None = None, **changes: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, within two minutes."""
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
        cwd=cwd,
        env=environment(**changes),
        stdin=subprocess.DEVNULL,
        timeout=120,
    )


def fine(done: subprocess.CompletedProcess[str], *codes: int) -> None:
    """The command ended without a traceback and with one of these codes, 0 if none is named."""
    assert "Traceback" not in done.stderr, done.stderr[-2_000:]
    assert done.returncode in (codes or (0,)), done.stderr[-2_000:]


def kept(out: Path) -> dict[str, Any]:
    """All that a study's folder holds that must be equal to the bit in every run of it."""
    with read_folder(out) as folder:
        found = {
            "trials": folder.record.trials(),
            "report": report_values(read_outcome(folder), times=False),
        }
    found["rows"] = (out / "rows.parquet").read_bytes()
    return {**found, "study": (out / "study.toml").read_text("utf-8"), "curves": curves(out)}


def curves(out: Path) -> Mapping[str, tuple[bytes, dict[str, str]]]:
    """Every epoch of every run with the digests of its states, by the file's name.

    A resumed run may know the state after more epochs than one that ran through, so digests are
    those of the last epoch alone.
    """
    found = {}
    for path in sorted((out / "curves").glob("*.npz")):
        with np.load(path) as arrays:
            digests: dict[str, str] = json.loads(str(arrays["about"]))["digests"]
            last = max(digests, key=int)
            found[path.name] = (arrays["curve"].tobytes(), {last: digests[last]})
    return found
