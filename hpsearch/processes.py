"""What all processes of hpsearch have in common: quiet, of one thread, and never orphaned."""

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from hpsearch.errors import WorkerError

#: Work that ends this many processes is given up.
ATTEMPTS = 3

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


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Block SIGINT: a process started inside inherits that, and Ctrl-C is not its."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def settle() -> None:
    """Make this process one of hpsearch's: one thread, no GPU, and gone when its parent is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()
    os.environ.update(ENVIRONMENT)


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


def start_resource_tracker() -> None:
    """Start multiprocessing's, with nowhere to complain when this process is killed.

    It outlives this process by a moment, and would tell the user of semaphores that it cleans up.
    """
    with native_stderr_silenced():
        resource_tracker.ensure_running()


def _follow_parent() -> None:
    """End this process when the driver's ends, however that ended."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class SideProcess:
    """A process beside this one for packages that this one must not import; a context manager.

    It is started with the first call, and again with the next call if it died. This module imports
    nothing heavy, so that ``settle`` acts before NumPy and its like read the environment there.
    """

    def __init__(self) -> None:
        self._running: tuple[BaseProcess, Connection] | None = None

    def __enter__(self) -> "SideProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What a picklable function returns there; waits for it, and raises what it raises.

        Raises:
            WorkerError: If the call ended ``ATTEMPTS`` processes.
        """
        for _ in range(ATTEMPTS):
            try:
                value, error = self._exchange((function, arguments))
            except (EOFError, ConnectionError):  # it died
                continue
            if error is not None:
                raise error
            return value
        raise WorkerError(
            f"{function.__name__} ended {ATTEMPTS} processes, one after another; "
            f"is there memory enough?"
        )

    def close(self) -> None:
        """End the process at once, if there is one."""
        if self._running is not None:
            process, connection = self._running
            self._running = None
            connection.close()
            process.terminate()
            process.join()

    def _exchange(self, question: Any) -> Any:
        """Send and receive; one that is cut short ends the process, whose answer nobody awaits."""
        if self._running is None:
            self._running = _start()
        _, connection = self._running
        try:
            connection.send(question)
            return connection.recv()
        except BaseException:
            self.close()
            raise


def _start() -> tuple[BaseProcess, Connection]:
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    with interrupts_blocked():
        process.start()
    theirs.close()  # so that its death is the end of ``mine``
    return process, mine


def _serve(connection: Connection) -> None:
    """Answer calls until the other end is closed."""
    settle()
    while True:
        try:
            function, arguments = connection.recv()
        except EOFError:
            return
        value, failure = None, None
        try:
            value = function(*arguments)
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller raises it
            error.add_note(traceback.format_exc())
            failure = error
        connection.send((value, failure))
