"""The processes of a run, by what they do, so that an attack can pick one."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress

import psutil  # type: ignore[import-untyped]

#: What is attacked: a worker, and the server that workers are forked from.
KINDS = ("worker", "server")

#: The variable of the environment by which all processes of a run are found.
MARK = "HPSEARCH_ATTACK_MARK"


def victims(driver: int) -> dict[str, list[int]]:
    """The descendants of a process by their kind; all but the server are workers."""
    found: dict[str, list[int]] = {kind: [] for kind in KINDS}
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(driver).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                words = " ".join(child.cmdline())
                assert "resource_tracker" not in words, "another process that can be killed"
                if child.ppid() == driver:  # the server, or what is about to become it
                    if "hpsearch.execution.server" in words:
                        found["server"].append(child.pid)
                elif words:  # else it is dead already
                    found["worker"].append(child.pid)
    return found


def strike(process: int, number: int = signal.SIGKILL) -> bool:
    """Send a signal; whether the process was still there."""
    try:
        os.kill(process, number)
    except ProcessLookupError:
        return False
    return True


def marked(mark: str) -> Iterator[psutil.Process]:
    """The processes alive that have ``mark`` in their environment, as all of a run do."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                yield process
