"""A piece of work on its way through a pool."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any


@dataclass(order=True, slots=True)
class Job:
    """Work that waits or runs; jobs sort by urgency, the least first, then by arrival.

    Attributes:
        model: What a worker has to build before it can run the job; None where that is nothing.
        name: Whose work it is, for messages.
        shortages: What it raises where the machine is short of something, which is no result.
        deaths: How many workers died with it.
    """

    urgency: float
    sequence: int
    function: Callable[..., Any] = field(compare=False)
    arguments: tuple[Any, ...] = field(compare=False)
    model: Hashable = field(compare=False)
    name: str = field(compare=False)
    shortages: tuple[type[Exception], ...] = field(compare=False)
    result: Future[Any] = field(compare=False)
    deaths: int = field(compare=False, default=0)
