"""Ctrl-C, SIGTERM and SIGHUP at any moment: what is done is kept, one line, and nobody stays."""

import os
import random
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from tests.attack.scale import WHOLE
from tests.attack.studies import environment, kept, optimize, run
from tests.attack.victims import MARK, marked

SIGNALS = {"term": signal.SIGTERM, "hup": signal.SIGHUP, "int": signal.SIGINT}

#: Seconds after the start; a run of the study takes some 8. Those of the whole are shifted by less
#: than what lies between two, so that each round hits others.
MOMENTS = (0.05, 0.1, 0.2, 0.4, 0.7, 1.2, 2.0, 3.5, 5.5, 7.5)

#: A signal, and whether the whole group of processes gets it. The first three are the quick part.
ROUNDS = [
    *(("term", False), ("hup", True), ("int", True)),
    *(("term", True), ("hup", False), ("int", False)),
]

#: Until then Python may not have come to the first line of hpsearch, and ends by the signal itself:
#: for a shell the same exit code, but without a line.
STARTED = 0.1


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended that was sent a signal, and its processes that were alive afterwards."""

    code: int
    errors: str
    alive: list[str]


def interrupted(
    command: list[str], number: int, moment: float, *, group: bool, second: float | None = None
) -> Ended:
    """Run a command and send a signal at a moment, and once more so many seconds later."""
    mark = f"{time.monotonic_ns()}"
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=environment(**{MARK: mark}),
    ) as process:
        wait(process, moment)
        send(process, number, group=group)
        if second is not None:
            time.sleep(second)
            send(process, number, group=group)
        try:
            _, errors = process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            for left in marked(mark):
                left.kill()
            pytest.fail(f"it goes on 30 s after the signal at {moment} s")
    _, alive = psutil.wait_procs(list(marked(mark)), timeout=10)
    left = [f"{one.pid} {' '.join(one.cmdline())[:80]}" for one in alive]
    for one in alive:
        one.kill()
    return Ended(process.returncode, errors, left)


def wait(process: subprocess.Popen[str], moment: float) -> None:
    """Wait for a moment; on a busy machine until Python has had the time to start, too."""
    time.sleep(moment)
    with_cpu = psutil.Process(process.pid)
    while process.poll() is None and sum(with_cpu.cpu_times()[:2]) < min(moment, 0.05):
        time.sleep(0.001)


def send(process: subprocess.Popen[str], number: int, *, group: bool) -> None:
    """Send a signal to a driver, or to all processes of its group as a terminal does."""
    if process.poll() is None:
        (os.killpg if group else os.kill)(process.pid, number)


def complain(ended: Ended, number: int, moment: float) -> list[str]:
    """What is wrong with how a run ended that was sent a signal."""
    lines = [line for line in ended.errors.splitlines() if line.startswith("hpsearch: ")]
    done = ended.code == 0
    by_python = ended.code == -number and moment <= STARTED and not ended.errors
    rules = {
        f"exit code {ended.code}": done or by_python or ended.code == 128 + number,
        f"{len(lines)} lines on it: {ended.errors[-300:]!r}": done or by_python or len(lines) == 1,
        f"traceback: {ended.errors[-300:]!r}": "Traceback" not in ended.errors,
        f"unknown words: {ended.errors[-300:]!r}": all(map(is_known, ended.errors.splitlines())),
        f"alive: {ended.alive}": not ended.alive,
    }
    return [f"at {moment:.2f} s: {said}" for said, holds in rules.items() if not holds]


def is_known(line: str) -> bool:
    """Whether a line on standard error is one of hpsearch's."""
    return line.startswith(("rows: ", "hpsearch: ")) or "trained again" in line


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize(("name", "group"), ROUNDS if WHOLE else ROUNDS[:3])
def test_a_signal_at_any_moment_keeps_what_is_done(
    study: Path, expected: dict[str, Any], tmp_path: Path, name: str, group: bool
) -> None:
    number, share = SIGNALS[name], ROUNDS.index((name, group))
    moments = [
        early + (late - early) * share / len(ROUNDS) for early, late in pairwise((*MOMENTS, 9.0))
    ]
    out = tmp_path / "run"
    complaints = []
    for moment in moments if WHOLE else moments[share::3]:
        ended = interrupted(optimize(study, out, "--quiet"), number, moment, group=group)
        complaints += complain(ended, number, moment)
        if ended.code == 0:
            assert kept(out) == expected
            shutil.rmtree(out)
    done = run(optimize(study, out, "--quiet"))
    assert done.returncode == 0, done.stderr
    assert kept(out) == expected
    assert not complaints, "\n".join(complaints)


@pytest.mark.usefixtures("interruptible")
def test_a_second_signal_while_it_ends_is_harmless(
    study: Path, expected: dict[str, Any], tmp_path: Path
) -> None:
    rng = random.Random(0)
    out = tmp_path / "run"
    complaints = []
    moments = (0.5, 2.5, 4.0, 6.0) * 5 if WHOLE else (0.5, 4.0)
    for moment in moments:
        number = rng.choice(list(SIGNALS.values()))
        command = optimize(study, out, "--quiet")
        second = rng.choice([0.0, 0.01, 0.1, 0.3])
        ended = interrupted(command, number, moment, group=True, second=second)
        complaints += complain(ended, number, moment)
    done = run(optimize(study, out, "--quiet"))
    assert done.returncode == 0, done.stderr
    assert kept(out) == expected
    assert not complaints, "\n".join(complaints)
