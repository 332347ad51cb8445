"""Work and initializers for worker processes under attack; none needs TensorFlow."""

import os
import time
from pathlib import Path


def begin_slowly(seconds: float) -> None:
    """An initializer that takes its time, so that deaths fall into the start."""
    time.sleep(seconds)


def die_at_start(tally: str) -> None:
    """An initializer that ends its process, and adds a letter to the file ``tally`` before."""
    with Path(tally).open("a", encoding="ascii") as file:
        file.write("x")
    os._exit(9)


def square(number: int, seconds: float) -> int:
    """Work that takes a moment."""
    time.sleep(seconds)
    return number * number


def tell_process(path: str, seconds: float) -> str:
    """Write down which process does this work, then do it."""
    with Path(path).open("a", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")
    time.sleep(seconds)
    return "done"
