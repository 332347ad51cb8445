"""Work for worker processes that need no TensorFlow: it must be importable in them."""

import os
import time
from pathlib import Path


def begin(mark: str) -> None:
    """The initializer: leaves a mark in the process."""
    os.environ["MARK"] = mark


def whoami() -> tuple[str, int]:
    return os.environ["MARK"], os.getpid()


def fail() -> None:
    raise ValueError("this piece of work is wrong")


def die() -> None:
    os._exit(9)


def die_once(path: str) -> str:
    """Ends its process the first time, answers the second."""
    if not Path(path).exists():
        Path(path).touch()
        os._exit(9)
    return "done"


def wait_for(path: str) -> None:
    while not Path(path).exists():
        time.sleep(0.01)


def touch(path: str) -> None:
    Path(path).touch()
