"""Resident memory of the driver and its workers over a study of many small trials.

``python benchmarks/memory.py [trials] [compiled|keras]`` prints, as trials end, the driver's
resident set and that of its largest worker in MB, and at last the slope of each in MB a trial over
the second half.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil

SMALL = {
    "data.source": "collisions",
    "data.validation": 500,
    "data.train": 2_000,
    "data.test": 500,
    "training.epochs": 6,
    "search.warmup_epochs": 2,
    "space.units.int": "[4, 32]",
    "evaluate.top": 1,
    "evaluate.seeds": 1,
}


def main(trials: int, engine: str) -> None:
    """Run the study and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        small = {**SMALL, "training.engine": engine}
        sets = [word for key, value in small.items() for word in ("--set", f"{key}={value}")]
        command = [
            *(sys.executable, "-m", "hpsearch", "optimize", "--study", "higgs", "--json"),
            *("--trials", str(trials), "--out", str(Path(folder) / "run"), *sets),
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            ended: list[int] = [0]
            reader = threading.Thread(target=_follow, args=(process, ended), daemon=True)
            reader.start()
            samples = list(_sample(process, ended))
            reader.join()
    table = np.array(samples)
    second = table[table[:, 0] >= trials / 2]
    for name, column in (("driver", 1), ("largest worker", 2)):
        slope = np.polyfit(second[:, 0], second[:, column], 1)[0]
        most = table[:, column].max()
        print(f"{name}: {slope:+.3f} MB a trial over the second half, at most {most:.0f} MB")


def _follow(process: subprocess.Popen[str], ended: list[int]) -> None:
    """Keep the number of trials that ended up to date."""
    for line in process.stdout or ():
        event = json.loads(line)
        if event["event"] == "search":
            ended[0] = event["complete"] + event["pruned"] + event["failed"]


def _sample(process: subprocess.Popen[str], ended: list[int]):  # type: ignore[no-untyped-def]
    """Yield (trials, driver MB, largest worker MB) twice a second; print every 20 trials."""
    driver, printed = psutil.Process(process.pid), -1
    print("trials  driver MB  largest worker MB")
    while process.poll() is None:
        try:
            mine = driver.memory_info().rss / 1e6
            workers = [child.memory_info().rss / 1e6 for child in driver.children(recursive=True)]
        except psutil.NoSuchProcess:
            continue
        sample = (ended[0], mine, max(workers, default=0.0))
        if ended[0] // 20 > printed:
            printed = ended[0] // 20
            print(f"{sample[0]:>6}  {sample[1]:>9.0f}  {sample[2]:>17.0f}", flush=True)
        yield sample
        time.sleep(0.5)


if __name__ == "__main__":
    trials, engine = [*sys.argv[1:], *("200", "compiled")[len(sys.argv) - 1 :]]
    main(int(trials), engine)
