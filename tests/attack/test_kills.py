"""A real study, killed at random moments until it is done, equals one that ran through."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil  # type: ignore[import-untyped]
import pytest

from tests.attack.mixed import write_mixed
from tests.attack.scale import amount, whole

KILLS, TRIALS = amount(9, 20), amount(16, 40)
RETRAININGS = 4

#: Who is killed, in turn.
VICTIMS = ("driver", "worker", "all")

SETTINGS = {
    "data.validation": 200,
    "data.train": 400,
    "data.test": 300,
    "training.batch_size": 100,
    "training.epochs": 8,
    "search.warmup_epochs": 2,
    "search.sampler.startup_trials": 5,
    "search.pruner.startup_trials": 5,
    "space.layers": 1,
    "space.units.int": "[4, 16]",
    "space.batch_normalization": "false",
    "evaluate.top": 2,
    "evaluate.seeds": 2,
    "evaluate.baseline_epochs": 6,
}


#: The linear baseline of each task.
LINEAR = {
    "binary": "logistic_regression",
    "multiclass": "logistic_regression",
    "regression": "ridge_regression",
}


def options(folder: Path, task: str) -> list[str]:
    """The study of a task and its settings, for the command line."""
    more = {"evaluate.baselines": f'["tiny", "{LINEAR[task]}"]'}
    if task == "binary":
        study, more = "higgs", {**more, "data.source": "collisions"}
    else:
        study = str(write_mixed(folder, task))
    sets = {**SETTINGS, **more}.items()
    return [
        "--study",
        study,
        *(word for key, value in sets for word in ("--set", f"{key}={value}")),
    ]


def command(chosen: list[str], out: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "hpsearch", "optimize", *chosen, "--json"),
        *("--trials", str(TRIALS), "--workers", "2", "--out", str(out)),
    ]


class Attack:
    """Runs the study once, and kills the driver, a worker (or the server that workers are forked
    from) or all of them meanwhile.

    Each run is left alone until it came as far as the one before and some trials further, so that
    kills fall into the whole length of the study; the moment after that is random.
    """

    def __init__(self, command: list[str], rng: random.Random) -> None:
        self._command = command
        self._rng = rng
        self._furthest = 0
        self.kills: list[str] = []
        self.said = ""

    def run(self) -> bool:
        """Whether the study was done."""
        victim = VICTIMS[len(self.kills) % len(VICTIMS)]
        goal, moment = self._furthest + self._rng.randint(0, 3), self._rng.uniform(0, 0.4)
        armed = len(self.kills) < KILLS
        with subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            said: list[str] = []
            errors = threading.Thread(target=lambda: said.extend(process.stderr or ()), daemon=True)
            errors.start()
            for line in process.stdout or ():
                self._furthest = max(self._furthest, progress(json.loads(line)))
                if armed and self._furthest >= goal:
                    time.sleep(moment)
                    self._kill(process.pid, victim)
                    armed = False
            process.wait()
            errors.join()
        self.said += "".join(said)
        if process.returncode == 0:
            self._furthest = 0
        return process.returncode == 0

    def _kill(self, pid: int, victim: str) -> None:
        driver = psutil.Process(pid)
        children = driver.children(recursive=True)
        workers = [child for child in children if "resource_tracker" not in child.cmdline()[-1]]
        match victim:
            case "driver":
                targets = [driver]
            case "worker":
                targets = [self._rng.choice(workers)] if workers else []
            case _:
                targets = [driver, *children]
        for process in targets:
            try:
                os.kill(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.kills.append(victim)
        if driver in targets:
            _, alive = psutil.wait_procs(children, timeout=20)
            assert not alive, "workers outlived the driver"


def progress(event: dict[str, Any]) -> int:
    """Trials that ended, and trainings after them that are done."""
    match event["event"]:
        case "search":
            return int(event["complete"] + event["pruned"] + event["failed"])
        case "retraining":
            return TRIALS + int(event["done"])
        case "comparison":
            return TRIALS + RETRAININGS + int(event["done"])
    return 0


def found(out: Path) -> dict[str, Any]:
    """All that a study leaves, times apart."""
    report = [sys.executable, "-m", "hpsearch", "report", "--no-times", "--out", str(out)]
    subprocess.run(report, check=True, capture_output=True)
    listed = [sys.executable, "-m", "hpsearch", "trials", "--format", "json", "--out", str(out)]
    told = subprocess.run(listed, check=True, capture_output=True, text=True).stdout
    predicted = out.parent / f"{out.name}.csv"
    kept = (*("--data", str(out / "rows.parquet")), *("--output", str(predicted)))
    predict = [sys.executable, "-m", "hpsearch", "predict", "--out", str(out), *kept]
    subprocess.run(predict, check=True, capture_output=True)
    curves = {}
    for path in sorted((out / "curves").iterdir()):
        with np.load(path) as arrays:
            about = json.loads(str(arrays["about"]))
            curves[path.name] = (arrays["curve"].tobytes(), about["digests"])
    files = ("study.toml", "rows.parquet", "report.json", "report.md", "report.html")
    return {
        "trials": json.loads(told),
        "curves": curves,
        "predictions": predicted.read_bytes(),
        "files": {name: (out / name).read_bytes() for name in files},
        "names": sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()),
    }


@pytest.mark.parametrize(
    ("task", "seed"),
    [
        ("binary", 2014),
        pytest.param("multiclass", 2026, marks=whole),
        pytest.param("regression", 13, marks=whole),
    ],
)
def test_a_study_killed_at_random_moments_equals_one_that_ran_through(
    tmp_path: Path, task: str, seed: int
) -> None:
    chosen = options(tmp_path, task)
    subprocess.run(command(chosen, tmp_path / "through"), check=True, capture_output=True)
    through = found(tmp_path / "through")
    attack = Attack(command(chosen, tmp_path / "killed"), random.Random(seed))
    for _ in range(KILLS + 10):
        if attack.run():
            break
    else:
        pytest.fail(f"the study was not done after {KILLS + 10} runs: {attack.said[-2000:]}")
    while len(attack.kills) < KILLS:  # what is done stays done, killed or not
        attack.run()
    assert set(VICTIMS) <= set(attack.kills)
    assert "Traceback" not in attack.said
    assert attack.run()
    killed = found(tmp_path / "killed")
    assert killed["trials"] == through["trials"]
    assert killed["curves"].keys() == through["curves"].keys()
    for name, (curve, digests) in through["curves"].items():
        assert killed["curves"][name][0] == curve, name
        assert digests.items() <= killed["curves"][name][1].items(), name
    assert killed["predictions"] == through["predictions"]
    assert killed["files"] == through["files"]
    assert killed["names"] == through["names"]
