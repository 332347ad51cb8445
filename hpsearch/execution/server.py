"""The server that workers are forked from: it has imported what they need, and computed nothing.

Importing TensorFlow takes seconds and hundreds of megabytes; a fork of a process that did takes
milliseconds and shares the memory. A process in which TensorFlow has computed can't be forked, so
the server does nothing else, in one thread.
"""

import importlib
import os
import signal
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection

from hpsearch.calls import Callee, CannotStart, ProcessDied, serve
from hpsearch.processes import PythonProcess, settle

#: A server that has not answered for so long is given up: at first it imports TensorFlow.
START_SECONDS = 90

#: Told to the kernel: short of memory it ends a worker before any other process, above all before
#: the driver.
_OOM_SCORE = "900"


class ForkServer:
    """This side of the server: started when a worker is wanted, and again where it died.

    Args:
        preload: Modules that it imports before it forks.
    """

    def __init__(self, preload: Sequence[str]) -> None:
        self._preload = tuple(preload)
        self._lock = threading.Lock()
        self._control: Connection | None = None
        self._servers: list[PythonProcess] = []
        self._closed = False

    def fork(self) -> Callee:
        """A new worker.

        Raises:
            ProcessDied: If the server ends or is silent.
            CannotStart: If it cannot import what workers need.
        """
        with self._lock:
            try:
                ours, theirs = socket.socketpair()
                try:
                    with theirs:
                        pid = self._ask(theirs)
                except BaseException:
                    ours.close()
                    raise
            except (EOFError, OSError) as error:
                self._stop()
                reason = f": {error}" if str(error) else ""
                raise ProcessDied(
                    f"the server that workers are forked from ended{reason}"
                ) from None
            if isinstance(pid, str):
                ours.close()
                self._stop()
                raise CannotStart(f"it cannot start: {pid}")
            return Callee(ours, ForkedProcess(pid, self._status))

    def close(self) -> None:
        """End the server and all that was forked from it, also while it starts."""
        self._closed = True
        for server in self._servers:
            server.kill()  # so that a fork that waits for it gives up
        with self._lock:
            self._stop()
            for server in self._servers:
                server.close()

    def _ask(self, theirs: socket.socket) -> int | str:
        """Have a worker forked that holds a socket; its pid, or why it cannot be."""
        if self._closed:
            raise EOFError
        control = self._control or self._start()
        if self._closed:  # meanwhile, when the server may not have been there to be ended
            raise EOFError
        control.send("fork")
        with _channel(control) as channel:
            socket.send_fds(channel, [b"."], [theirs.fileno()])
        pid: int | str = control.recv()
        return pid

    def _start(self) -> Connection:
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", START_SECONDS, 0))
        self._control = Connection(ours.detach())
        with theirs:
            process = PythonProcess("hpsearch.execution.server:run", theirs.fileno())
        self._servers.append(process)
        self._control.send(self._preload)
        return self._control

    def _status(self, pid: int) -> int | None:
        """How a worker that was ended did end, where the server that forked it still runs."""
        with self._lock:
            if self._control is None:
                return None
            try:
                self._control.send(pid)
                status: int | None = self._control.recv()
            except (EOFError, OSError):
                self._stop()
                return None
            return status

    def _stop(self) -> None:
        """Forget the server, so that the next fork starts another; its workers live on."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._servers:
            self._servers[-1].kill()


class ForkedProcess:
    """A process that the server forked.

    It is ended by a handle, as its number may be another process's once it ended, and where there
    are no handles only until its exit status was asked for: so long the number is its own.
    """

    def __init__(self, pid: int, status: Callable[[int], int | None]) -> None:
        self.pid = pid
        self._status = status
        self._lock = threading.Lock()
        self._closed = False
        self._handle: int | None = None
        with suppress(OSError, AttributeError):  # it ended already; macOS has no handles
            self._handle = os.pidfd_open(pid)

    def kill(self) -> None:
        """End it, unless it was closed; does not wait."""
        with self._lock:
            self._kill()

    def close(self) -> int | None:
        """End it; its exit status where the server still knows it."""
        with self._lock:
            self._kill()
            if self._handle is not None:
                os.close(self._handle)
                self._handle = None
            self._closed = True
        return self._status(self.pid)

    def _kill(self) -> None:
        if self._closed:
            return
        with suppress(OSError):
            if self._handle is None:
                os.kill(self.pid, signal.SIGKILL)
            else:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)


def _channel(control: Connection) -> socket.socket:
    """The control connection as a socket, for passing a descriptor."""
    return socket.fromfd(control.fileno(), socket.AF_UNIX, socket.SOCK_STREAM)


def run(descriptor: int, lifeline: int) -> None:
    """What the server runs: asked ``"fork"``, with a socket, or a pid, for the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = Connection(descriptor)
    problem = None
    with suppress(EOFError, OSError):  # the driver is gone
        for module in control.recv():
            try:
                importlib.import_module(module)
            except Exception as error:  # noqa: BLE001 - the driver tells it
                problem = f"{type(error).__name__}: {error}"
        while True:
            asked = control.recv()
            if asked != "fork":
                control.send(_status(asked))
                continue
            with _channel(control) as channel:
                _, (theirs,), *_ = socket.recv_fds(channel, 1, 1)
            pid = problem or os.fork()
            if pid == 0:
                control.close()
                _work(theirs, lifeline)
            os.close(theirs)
            control.send(pid)
    os._exit(0)


def _work(descriptor: int, lifeline: int) -> None:
    """What a worker runs."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
        score.write(_OOM_SCORE)
    settle(lifeline)
    serve(descriptor)
    os._exit(0)


def _status(pid: int) -> int | None:
    """The exit status of a worker that was ended; None for one of an earlier server."""
    try:
        _, status = os.waitpid(pid, 0)
    except ChildProcessError:
        return None
    return os.waitstatus_to_exitcode(status)
