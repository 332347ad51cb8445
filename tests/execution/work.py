"""Work for worker processes that need no TensorFlow: it must be importable in them."""

import importlib
import os
import signal
import time
from pathlib import Path
from typing import Any

from hpsearch.training.segment import Progress, Segment


def begin(mark: str) -> None:
    """The initializer: leaves a mark in the process."""
    os.environ["MARK"] = mark


def die_at_first(tally: str, deaths: int) -> None:
    """An initializer that ends its process so many times."""
    path = Path(tally)
    before = path.read_text() if path.exists() else ""
    if len(before) < deaths:
        path.write_text(before + "x")
        os._exit(9)


def fail_to_begin() -> None:
    fail()


def whoami() -> tuple[str, int]:
    return os.environ["MARK"], os.getpid()


def rest() -> None:
    """Keeps its worker busy for a moment, so that other work goes to another."""
    time.sleep(0.5)


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


def stop_once(path: str) -> str:
    """Stops its process the first time, as a machine that swaps does; answers the second."""
    if not Path(path).exists():
        Path(path).touch()
        os.kill(os.getpid(), signal.SIGSTOP)
    return "done"


def file_of(module: str) -> str:
    return importlib.import_module(module).__file__ or ""


class Unknown(Exception):
    """As of a package that the driver must not import."""


def fail_strangely() -> None:
    raise Unknown("of a package")


def follow_formula(segment: Segment) -> Progress:
    """Trains without TensorFlow."""
    from tests.doubles import FormulaTrainer, tiny_fold

    return FormulaTrainer().run(segment, tiny_fold())


def short_of_memory_once(path: Any) -> Any:
    """Raises what a machine short of memory does, the first time."""
    if not Path(path).exists():
        Path(path).touch()
        raise MemoryError
    return "done"


def greet() -> str:
    return "hello"
