"""Calls of functions in another process, which may die or fall silent at any moment.

A call ends with what the function returned or raised, or with ``ProcessDied``. The two never mix: a
death says nothing about the work, which is done again elsewhere, and gives the same result.
"""

import os
import pickle
import signal
import socket
import struct
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, Protocol

from hpsearch.errors import WorkerError
from hpsearch.processes import PythonProcess, settle

#: Work that ends this many processes, one after another, is given up.
ATTEMPTS = 15

#: The wait after the first death, which doubles with each further one, up to the longest.
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.1, 5.0

#: A process says that it is alive this often while it works, and is given up after such a silence.
BEAT_SECONDS, SILENT_SECONDS = 1.0, 10.0

#: Kinds of message from a process: it works, it returned, it raised.
_ALIVE, _RETURNED, _RAISED = range(3)


class ProcessDied(Exception):
    """A process ended, or fell silent and was ended, before it answered; the message says how."""


class CannotStart(ProcessDied):
    """A process says itself why it cannot work: a package that it cannot import, say."""


def wait_seconds(deaths: int) -> float:
    """How long to wait after so many deaths, one after another, before the next process."""
    return min(FIRST_WAIT_SECONDS * 2.0 ** (deaths - 1), LONGEST_WAIT_SECONDS)


class Process(Protocol):
    """A process that can be ended."""

    @property
    def pid(self) -> int:
        """Its number."""
        ...

    def kill(self) -> None:
        """End it; does not wait."""
        ...

    def close(self) -> int | None:
        """End it; its exit status, negative for a signal, or None where nobody knows it."""
        ...


class Callee:
    """This side of a process that answers calls, one at a time.

    Args:
        ours: Its socket; closed with it.
        process: The process itself.
    """

    def __init__(self, ours: socket.socket, process: Process) -> None:
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            ours.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", int(SILENT_SECONDS), 0))
        self._connection = Connection(ours.detach())
        self._process = process

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What a picklable function returns there; raises what it raises.

        Raises:
            ProcessDied: If the process ends or is silent for ``SILENT_SECONDS``; it is no more.
        """
        question = pickle.dumps((function, arguments))
        try:
            self._connection.send_bytes(question)
            kind = _ALIVE
            value: Any = None
            while kind == _ALIVE:
                kind, value = pickle.loads(self._connection.recv_bytes())
        except BlockingIOError:
            self.close()
            raise ProcessDied(
                f"process {self._process.pid} did not answer for {SILENT_SECONDS:g} s"
            ) from None
        except (EOFError, OSError):
            raise ProcessDied(_how_it_ended(self._process.pid, self.close())) from None
        except BaseException:  # interrupted: nobody awaits the answer
            self.close()
            raise
        if kind == _RAISED:
            raise value
        return value

    @property
    def is_open(self) -> bool:
        """Whether it can be called."""
        return not self._connection.closed

    def kill(self) -> None:
        """End the process; a call that waits for it raises ``ProcessDied``."""
        self._process.kill()

    def close(self) -> int | None:
        """End the process at once; returns its exit status, None where nobody knows it."""
        status = self._process.close()
        self._connection.close()
        return status


def _how_it_ended(pid: int, status: int | None) -> str:
    if status is None or status >= 0:
        return f"process {pid} ended" + (f" with status {status}" if status else "")
    with suppress(ValueError):
        return f"process {pid} was ended by {signal.Signals(-status).name}"
    return f"process {pid} was ended by signal {-status}"


def serve(descriptor: int) -> None:
    """Answer calls over a socket until the other end is closed; run in the process."""
    connection = Connection(descriptor)
    sending, working = threading.Lock(), threading.Event()

    def send(message: bytes) -> None:
        with sending:
            connection.send_bytes(message)

    def beat() -> None:
        while True:
            working.wait()
            send(pickle.dumps((_ALIVE, None)))
            time.sleep(BEAT_SECONDS)

    threading.Thread(target=beat, daemon=True).start()
    with suppress(EOFError, OSError):  # nobody asks any more
        while True:
            question = connection.recv_bytes()
            working.set()
            answer = _answer(question)
            working.clear()
            send(answer)


def _answer(question: bytes) -> bytes:
    """The message that answers a call."""
    try:
        function, arguments = pickle.loads(question)
        return pickle.dumps((_RETURNED, function(*arguments)))
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller raises it
        return pickle.dumps((_RAISED, _portable(error)))


def _portable(error: Exception) -> Exception:
    """An exception that the driver can read without the packages that this process has imported."""
    plain = type(error).__module__ == "builtins" or type(error).__module__.startswith("hpsearch.")
    with suppress(Exception):
        if plain and type(pickle.loads(pickle.dumps(error))) is type(error):
            error.add_note(traceback.format_exc())
            return error
    plain_error = RuntimeError(f"{type(error).__name__}: {error}")
    plain_error.add_note(traceback.format_exc())
    return plain_error


class SideProcess:
    """A process beside this one for packages that this one must not import; a context manager.

    It is started with the first call, and again where it died.
    """

    def __init__(self) -> None:
        self._running: Callee | None = None

    def __enter__(self) -> "SideProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What a picklable function returns there; waits for it, and raises what it raises.

        Raises:
            WorkerError: If the call ended ``ATTEMPTS`` processes.
        """
        for deaths in range(1, ATTEMPTS + 1):
            if self._running is None or not self._running.is_open:
                self._running = _start()
            try:
                return self._running.call(function, *arguments)
            except ProcessDied as death:
                last = death
                time.sleep(wait_seconds(deaths))
        raise WorkerError(
            f"{function.__name__} ended {ATTEMPTS} processes, one after another, the last: {last}; "
            f"is there memory enough?"
        )

    def close(self) -> None:
        """End the process at once, if there is one."""
        if self._running is not None:
            self._running.close()
            self._running = None


def _start() -> Callee:
    ours, theirs = socket.socketpair()
    with theirs:
        process = PythonProcess("hpsearch.calls:run", theirs.fileno())
    return Callee(ours, process)


def run(descriptor: int, lifeline: int) -> None:
    """What a ``SideProcess`` runs."""
    settle(lifeline)
    serve(descriptor)
    os._exit(0)
