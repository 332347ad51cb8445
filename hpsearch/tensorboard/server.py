"""TensorBoard on a study that may still run: a process beside this one, which keeps it fed."""

import resource
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import Popen
from threading import Event, Thread

from hpsearch.evaluation.outcome import Outcome
from hpsearch.tensorboard.writing import CURVES, follow, update

TENSORBOARD = (sys.executable, "-P", "-m", "tensorboard.main")

#: TensorBoard holds a file open for each run, and leaves out, silently, those that it can't open.
OPEN_FILES = 65_536


def show(
    folder: Path, read: Callable[[], Outcome], arguments: Sequence[str], *, curves: int = CURVES
) -> int:
    """Run TensorBoard on ``folder / "tensorboard"`` until it ends, and keep that up to date.

    Args:
        folder: The study's, or another that can be written to in place of it.
        read: Reads it; called in a thread of its own.
        arguments: Of TensorBoard's command line, besides the folder.

    Returns:
        TensorBoard's exit code.

    Raises:
        RecordError: If the study cannot be read at first.
        KeyboardInterrupt: On Ctrl-C, with TensorBoard ended.
    """
    stop, written = Event(), update(folder, read, {}, curves=curves)
    feeding = Thread(target=follow, args=(folder, read, written, stop), kwargs={"curves": curves})
    _raise_file_limit()
    logs = ("--logdir", str(folder / "tensorboard"))
    with Popen([*TENSORBOARD, *logs, *arguments]) as board:
        feeding.start()
        try:
            return board.wait()
        finally:
            stop.set()
            board.terminate()
            board.wait()
            feeding.join()


def _raise_file_limit() -> None:
    """Let processes started from here on hold more files open than the usual 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError):  # macOS allows fewer than it says
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
