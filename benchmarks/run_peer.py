"""Starts the processes of a peer and waits for them."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.optimize import ROOT, overrides
from benchmarks.traces import PeerEpoch, read_epochs


@dataclass(frozen=True, slots=True)
class PeerRun:
    """Seconds from the start of the first process to the end of the last, and all epochs.

    ``stopped`` says that it was not done when its time was up.
    """

    seconds: float
    stopped: bool
    epochs: tuple[PeerEpoch, ...]


def run_peer(
    peer: str,
    folder: Path,
    settings: Mapping[str, Any],
    fold: Path,
    *,
    processes: int,
    limit_seconds: float,
) -> PeerRun:
    """Start the processes of a peer, and wait for them; after ``limit_seconds`` they are stopped.

    A process that is alone has TensorFlow's own choice of threads. Of several each has one, so that
    they are not in each other's way; they share an Optuna journal, which is what Optuna recommends
    for several processes of one machine.

    Raises:
        SystemExit: If one of them fails, with what it said last.
    """
    folder.mkdir()
    together = ["--threads", "1", "--journal", str(folder / "journal")] if processes > 1 else []
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    began = time.monotonic()
    running = []
    for index in range(processes):
        command = [
            *(sys.executable, "-m", "benchmarks.peers", peer, *overrides(settings), *together),
            *("--fold", str(fold), "--trace", str(folder / f"{index}.jsonl")),
            *("--began", str(began), "--index", str(index)),
        ]
        with (folder / f"{index}.log").open("w", encoding="utf-8") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT, env=environment)
        running.append(process)
    in_time = [_wait(process, began + limit_seconds) for process in running]
    stopped = not all(in_time)
    seconds = time.monotonic() - began
    for index, process in enumerate(running):
        if process.returncode and not stopped:
            said = (folder / f"{index}.log").read_text(encoding="utf-8")
            raise SystemExit(f"{peer} ended with exit code {process.returncode}: {said[-2_000:]}")
    return PeerRun(seconds, stopped, tuple(read_epochs(sorted(folder.glob("*.jsonl")))))


def _wait(process: subprocess.Popen[bytes], deadline: float) -> bool:
    """Whether the process ended by itself before the deadline; it has ended in any case."""
    try:
        process.wait(max(deadline - time.monotonic(), 0.0))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    return True
