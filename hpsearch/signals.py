"""Signals that end a run: Ctrl-C, SIGTERM and SIGHUP, at any moment from the first on.

Where nothing would be lost a signal ends the process at once, with one line. While a study runs it
is raised as ``Stopped``, so that what is trained and not yet decided is written down; a second
signal, or ``GRACE_SECONDS`` without an end, ends the process at once all the same. That is safe at
every moment: what is recorded survives a kill.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

#: How long a run may take to write down what it has when it is stopped.
GRACE_SECONDS = 10.0


class Stopped(KeyboardInterrupt):
    """A signal that ends a run."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)

    @property
    def exit_code(self) -> int:
        """What a shell says of a process that the signal ended."""
        return 128 + self.number


def end_at_once(number: int, _: FrameType | None = None) -> NoReturn:
    """A handler that ends the process with one line; nothing is cleaned up."""
    word = signal.Signals(number).name
    os.write(2, f"hpsearch: ended by {word}; nothing recorded is lost\n".encode())
    os._exit(128 + number)


def install() -> None:
    """From here on a signal ends the process at once; one that was ignored, by nohup, stays so."""
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, end_at_once)


def ignore() -> None:
    """The work is done, and the exit code is known: a signal changes nothing any more."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def raised() -> Iterator[None]:
    """In the block the first signal is raised as ``Stopped``."""
    before = {
        number: signal.signal(number, _stop)
        for number in SIGNALS
        if signal.getsignal(number) != signal.SIG_IGN
    }
    hook = sys.unraisablehook

    def again(unraisable: "sys.UnraisableHookArgs") -> None:
        """Raise once more what was raised where Python lets nothing through: in a ``__del__``."""
        if isinstance(unraisable.exc_value, Stopped):
            signal.signal(unraisable.exc_value.number, _stop)
            os.kill(os.getpid(), unraisable.exc_value.number)
        else:
            hook(unraisable)

    sys.unraisablehook = again
    try:
        yield
    finally:
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, _: FrameType | None) -> NoReturn:
    for stop_number in SIGNALS:
        if signal.getsignal(stop_number) != signal.SIG_IGN:
            signal.signal(stop_number, end_at_once)
    timer = threading.Timer(GRACE_SECONDS, end_at_once, (number,))
    timer.daemon = True
    timer.start()
    raise Stopped(number)
