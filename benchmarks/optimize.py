"""One run of ``hpsearch optimize`` as a user starts it, watched from outside."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]

#: Settings with which little but the search takes time.
SEARCH_ALONE = {
    "evaluate.top": 1,
    "evaluate.seeds": 1,
    "evaluate.ablation": "false",
    "evaluate.baselines": "[]",
}

#: Called now and then with the driver's process id and the seconds since it was started.
Look = Callable[[int, float], None]


@dataclass(frozen=True, slots=True)
class Watched:
    """A run that ended well.

    Attributes:
        events: What ``--json`` printed, each with the seconds from the start of the process.
        seconds: Until the process ended: with re-training, test and report.
    """

    events: tuple[tuple[float, Mapping[str, Any]], ...]
    seconds: float

    @property
    def began(self) -> float:
        """Seconds until the search first told where it stands: interpreter, imports, rows."""
        return self.ended[0][0]

    @property
    def search_seconds(self) -> float:
        """Seconds until the last trial ended, from the start of the process."""
        return next(s for s, trials in self.ended if trials == self.ended[-1][1])

    @property
    def ended(self) -> list[tuple[float, int]]:
        """(seconds, trials that ended), ascending in both."""
        return [
            (seconds, event["complete"] + event["pruned"] + event["failed"])
            for seconds, event in self.events
            if event["event"] == "search"
        ]


def optimize(
    out: Path,
    settings: Mapping[str, Any],
    *,
    look: Look,
    every: float,
    workers: int | None = None,
    data: Path | None = None,
    study: str = "higgs",
) -> Watched:
    """Run a study with some entries replaced and nothing cached.

    Args:
        settings: ``section.key`` and the value that takes the place of the study file's.
        look: Called every ``every`` seconds while the process runs, and once when it ended.

    Raises:
        SystemExit: If hpsearch fails.
    """
    command = [
        *(sys.executable, "-m", "hpsearch", "optimize", "--study", study, "--json"),
        *("--out", str(out), *overrides(settings)),
        *([] if workers is None else ["--workers", str(workers)]),
        *([] if data is None else ["--data", str(data)]),
    ]
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "HPSEARCH_CACHE": cache}
        began = time.monotonic()
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
        ) as process:
            over = threading.Event()

            def looks() -> None:
                while not over.wait(every):
                    look(process.pid, time.monotonic() - began)

            looking = threading.Thread(target=looks, daemon=True)
            looking.start()
            events = [(time.monotonic() - began, json.loads(line)) for line in process.stdout or ()]
            process.wait()
            seconds = time.monotonic() - began
            over.set()
            looking.join()
            look(process.pid, seconds)
    if process.returncode:
        raise SystemExit(f"hpsearch ended with exit code {process.returncode}")
    return Watched(tuple(events), seconds)


def overrides(settings: Mapping[str, Any]) -> Sequence[str]:
    """Settings as words of a command line."""
    return [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
