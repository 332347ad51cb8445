"""What all processes of hpsearch have in common: quiet, single-threaded, and never orphaned."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]

#: One thread a process: with four threads inside an operation TensorFlow's bits change, and four
#: workers of one thread are faster than one of four.
ENVIRONMENT = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "OMP_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_prefer_vector_width=512",  # as wide as the processor has them
}

#: Memory that a worker may come to, as measured over studies of wide networks.
WORKER_BYTES = 1_000_000_000

#: What a child runs. The folder of the package comes last on the path, for a checkout that is not
#: installed; the working folder, where a user's random.py may lie, is not on it (``-P``).
_BOOT = """
import sys
sys.path.append(sys.argv[1])
import importlib
module, _, function = sys.argv[2].partition(":")
getattr(importlib.import_module(module), function)(*map(int, sys.argv[3:]))
"""


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def free_bytes() -> int:
    """Memory that is free for more processes: the machine's, or what the control group leaves."""
    free = int(psutil.virtual_memory().available)
    group = Path("/sys/fs/cgroup")
    with suppress(OSError, ValueError):  # no control group, or no limit: "max"
        limit = int((group / "memory.max").read_text())
        free = min(free, limit - int((group / "memory.current").read_text()))
    return max(free, 0)


def fitting_workers() -> int:
    """Workers for this machine: one for each core, as far as their memory is free; at least one."""
    return max(min(cores(), free_bytes() // WORKER_BYTES), 1)


class PythonProcess:
    """A Python process of ours that ends when this one does, however that ends.

    It imports nothing from the working folder, writes nowhere, ignores Ctrl-C and is in a session
    of its own, so that signals to the terminal's processes are for this one alone.

    Args:
        function: What it runs, as ``module:function``; called with two file descriptors, one of
            ``descriptor`` and one for ``settle``.
        descriptor: Inherited; still to be closed here.
    """

    def __init__(self, function: str, descriptor: int) -> None:
        theirs, ours = os.pipe()
        self._lifeline: int | None = ours
        root = str(Path(__file__).parents[1])
        arguments = (root, function, str(descriptor), str(theirs))
        try:
            self._process = subprocess.Popen(
                (sys.executable, "-P", "-W", "ignore", "-c", _BOOT, *arguments),
                pass_fds=(descriptor, theirs),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, **ENVIRONMENT},
            )
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def kill(self) -> None:
        """End it, and nothing that was forked from it; does not wait."""
        self._process.kill()

    def close(self) -> int:
        """End it and all that was forked from it; its exit status, negative for a signal."""
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        self._process.kill()
        return self._process.wait()


def settle(lifeline: int) -> None:
    """Make a child one of ours: deaf to Ctrl-C, and gone when the read end ``lifeline`` closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, args=(lifeline,), daemon=True).start()


def _follow(lifeline: int) -> None:
    os.read(lifeline, 1)
    os._exit(1)


@contextmanager
def native_stderr_silenced() -> Iterator[None]:
    """Drop what TensorFlow's C++ prints while it starts; an exception is still told afterwards."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
