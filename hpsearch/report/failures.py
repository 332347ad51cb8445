"""What becomes of a part of the report that fails: a sentence stands in its place."""

import os
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from hpsearch.errors import Interrupted

T = TypeVar("T")

#: Set to anything, what a part of the report raises is raised, with its traceback.
DEBUG = "HPSEARCH_DEBUG"

#: Letters of an error that are told; its traceback has the rest.
LETTERS = 200


@dataclass(frozen=True, slots=True)
class Failure:
    """A part that could not be made.

    Attributes:
        what: The kind of part.
        reason: The error's name and message on one line. There are no addresses of memory in it, so
            that the same failure gives the same report.
    """

    what: Literal["section", "figure", "verdict"]
    reason: str

    @property
    def sentence(self) -> str:
        """What stands in the part's place."""
        return (
            f"This {self.what} could not be made: {self.reason}. The rest of the report is not "
            "affected; please report it."
        )


def attempt(what: Literal["section", "figure", "verdict"], make: Callable[[], T]) -> T | Failure:
    """What ``make`` returns, or the failure that stands for whatever it raises.

    Ctrl-C, a timeout and a lack of memory are no failure of a part: they are raised. Warnings are
    kept off the terminal, and from becoming errors where the user's environment asks for that.
    """
    if debugging():
        return make()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return make()
    except (Interrupted, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the rest of the report is written
        return Failure(what, _reason(error))


def debugging() -> bool:
    """Whether errors are raised instead of told."""
    return bool(os.environ.get(DEBUG))


def _reason(error: Exception) -> str:
    message = " ".join(re.sub(r"0x[0-9a-fA-F]{6,}", "0x…", str(error)).split()).rstrip(".")
    cut = message if len(message) <= LETTERS else f"{message[:LETTERS]}…"
    return f"{type(error).__name__}: {cut}" if cut else type(error).__name__
