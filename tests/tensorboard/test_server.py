"""A stand-in for TensorBoard is fed while it runs, and ended with who started it."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hpsearch.errors import RecordError
from hpsearch.evaluation.outcome import Outcome
from hpsearch.tensorboard import server as board_server
from hpsearch.tensorboard import writing as tensorboard
from hpsearch.tensorboard.server import show
from tests.outcomes import MakeOutcome, make_trial, with_standings

#: Waits for the last trial, and ends with 7 if it may hold many files open.
BOARD = """
import os, resource, sys, time
folder = sys.argv[sys.argv.index("--logdir") + 1]
assert sys.argv[-2:] == ["--port", "6006"]
while not os.path.isdir(os.path.join(folder, "trial-0003")):
    time.sleep(0.01)
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
sys.exit(7 if soft in (hard, resource.RLIM_INFINITY) or soft >= 65_536 else 8)
"""

#: Interrupts who started it, and would live on.
INTERRUPTED = """
import os, pathlib, signal, sys, time
pathlib.Path(sys.argv[-1]).write_text(str(os.getpid()))
os.kill(os.getppid(), signal.SIGINT)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_server, "TENSORBOARD", (sys.executable, "-c", BOARD))
    monkeypatch.setattr(tensorboard, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(tensorboard, "LOOKS_APART", 0.0)


def test_tensorboard_is_fed_until_it_ends(make_outcome: MakeOutcome) -> None:
    whole = make_outcome([make_trial(number, epochs=3) for number in range(4)])
    looks = iter(range(1, 5))

    def read() -> Outcome:
        part = replace(whole, trials=whole.trials[: next(looks, 4)], test=None)
        return with_standings(part)

    assert show(whole.folder, read, ["--port", "6006"]) == 7


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_ends_tensorboard(
    make_outcome: MakeOutcome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(board_server, "TENSORBOARD", (sys.executable, "-c", INTERRUPTED))
    outcome = make_outcome([make_trial(0, epochs=3)], standings=0)
    with pytest.raises(KeyboardInterrupt):
        show(outcome.folder, lambda: outcome, [str(tmp_path / "pid")])
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_a_study_that_cannot_be_read_is_not_shown(make_outcome: MakeOutcome) -> None:
    def read() -> Outcome:
        raise RecordError("there is no study")

    with pytest.raises(RecordError, match="no study"):
        show(make_outcome([]).folder, read, ["--port", "6006"])
