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

KILLS = 20
TRIALS = 40
RETRAININGS = 4

SETTINGS = {
    "data.source": "collisions",
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
    "evaluate.baselines": '["tiny", "logistic_regression"]',
    "evaluate.baseline_epochs": 6,
}


def command(out: Path) -> list[str]:
    sets = [word for key, value in SETTINGS.items() for word in ("--set", f"{key}={value}")]
    return [
        *(sys.executable, "-m", "hpsearch", "optimize", "--study", "higgs", "--json"),
        *("--trials", str(TRIALS), "--workers", "2", "--out", str(out), *sets),
    ]


class Attack:
    """Runs the study once, and kills the driver, a worker (or the server that workers are forked
    from) or all of them meanwhile.

    Each run is left alone until it came as far as the one before and some trials further, so that
    kills fall into the whole length of the study; the moment after that is random.
    """

    def __init__(self, out: Path, rng: random.Random) -> None:
        self._out = out
        self._rng = rng
        self._furthest = 0
        self.kills: list[str] = []
        self.said = ""

    def run(self) -> bool:
        """Whether the study was done."""
        victim = self._rng.choice(["driver", "worker", "all"])
        goal, moment = self._furthest + self._rng.randint(0, 3), self._rng.uniform(0, 0.4)
        armed = len(self.kills) < KILLS
        with subprocess.Popen(
            command(self._out), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
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
    curves = {}
    for path in sorted((out / "curves").iterdir()):
        with np.load(path) as arrays:
            about = json.loads(str(arrays["about"]))
            curves[path.name] = (arrays["curve"].tobytes(), about["digests"])
    kept = ("study.toml", "rows.parquet", "report.json", "report.md", "report.html")
    return {
        "trials": json.loads(told),
        "curves": curves,
        "files": {name: (out / name).read_bytes() for name in kept},
        "names": sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()),
    }


@pytest.mark.parametrize("seed", [2014])
def test_a_study_killed_at_random_moments_equals_one_that_ran_through(
    tmp_path: Path, seed: int
) -> None:
    subprocess.run(command(tmp_path / "through"), check=True, capture_output=True)
    through = found(tmp_path / "through")
    attack = Attack(tmp_path / "killed", random.Random(seed))
    for _ in range(KILLS + 10):
        if attack.run():
            break
    else:
        pytest.fail(f"the study was not done after {KILLS + 10} runs: {attack.said[-2000:]}")
    while len(attack.kills) < KILLS:  # what is done stays done, killed or not
        attack.run()
    assert {"driver", "worker", "all"} <= set(attack.kills)
    assert "Traceback" not in attack.said
    assert attack.run()
    killed = found(tmp_path / "killed")
    assert killed["trials"] == through["trials"]
    assert killed["curves"].keys() == through["curves"].keys()
    for name, (curve, digests) in through["curves"].items():
        assert killed["curves"][name][0] == curve, name
        assert digests.items() <= killed["curves"][name][1].items(), name
    assert killed["files"] == through["files"]
    assert killed["names"] == through["names"]
