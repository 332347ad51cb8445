"""Everything that hpsearch raises for a reason a user can act on.

    HpsearchError                 1   the work failed
    ├── UsageError                2   the command is wrong
    │   ├── StudyFileError        2   the study file is wrong; holds every mistake
    │   └── StudyMismatchError    2   the folder holds another study, or other rows
    ├── DataError                 1   rows that cannot be used
    │   └── DownloadError         1   rows that could not be fetched
    ├── RecordError               1   a study's folder that cannot be read
    ├── WorkerError               1   a piece of work that kills every worker it is given to
    └── Interrupted             130   Ctrl-C; 143 SIGTERM, 129 SIGHUP; the study can be continued

The number is the exit code of the command line.
"""

import difflib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time

__all__ = [
    "DataError",
    "DownloadError",
    "HpsearchError",
    "Interrupted",
    "Mistake",
    "RecordError",
    "StudyFileError",
    "StudyMismatchError",
    "UsageError",
    "WorkerError",
    "cut",
    "did_you_mean",
    "named",
    "printable",
    "shown",
]

LONGEST_SHOWN = 80
LONGEST_PATH = 300
MOST_MISTAKES = 100  # told at once; who has more begins with these


def printable(text: str) -> str:
    """Text on one line that a terminal can only print: all else is written as an escape."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def cut(text: str, longest: int = LONGEST_SHOWN) -> str:
    """Text of at most ``longest`` characters; the middle of a longer one is left out."""
    if len(text) <= longest:
        return text
    tail = longest // 4
    return f"{text[: longest - tail - 3]}...{text[-tail:]}"


def named(path: object) -> str:
    """A file's path for a message: on one line, printable and cut."""
    return printable(cut(str(path), LONGEST_PATH))


def shown(value: object) -> str:
    """A value that was found, for a message: on one line, printable and cut.

    Text stands in quotes, dates as they are written. A whole number of more digits than Python
    writes out is described, and so is a table that is nested too deep.
    """
    match value:
        case str():
            return cut(repr(cut(value)))
        case int() if abs(value) >= 10**LONGEST_SHOWN:
            return f"a number of {math.floor(math.log10(abs(value))) + 1:,} digits"
        case date() | time():
            return value.isoformat()
    try:
        return cut(printable(repr(value)))
    except (ValueError, RecursionError):
        kind = "table" if isinstance(value, dict) else "list"
        return f"a {kind} with entries that are too large to show"


class HpsearchError(Exception):
    """Root of the tree: a message made of the rule, what was found and the way out.

    Names of files and texts of others may stand in it: control characters are written as escapes.
    """

    exit_code: int = 1

    def __init__(self, message: str) -> None:
        super().__init__("\n".join(map(printable, message.split("\n"))))


class UsageError(HpsearchError):
    """The command line asks for something that does not exist or does not fit."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake of a study file: where it stands, and the rule with what was found."""

    place: str
    message: str


class StudyFileError(UsageError):
    """A study file with one or more mistakes, told at once, the first hundred of very many."""

    def __init__(self, file: str, mistakes: Sequence[Mistake]) -> None:
        self.file = file
        self.mistakes = tuple(mistakes)
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes):,} mistakes"
        listed = [
            (cut(printable(cut(mistake.place))), mistake.message)
            for mistake in mistakes[:MOST_MISTAKES]
        ]
        width = max(len(place) for place, _ in listed)
        lines = [f"{named(file)} has {count}"]
        lines += (printable(f"  {place:<{width}}   {message}") for place, message in listed)
        if len(mistakes) > len(listed):
            lines.append(f"  and {len(mistakes) - len(listed):,} more")
        super().__init__("\n".join(lines))


class StudyMismatchError(UsageError):
    """The folder belongs to another study or to other rows than the command names."""


class DataError(HpsearchError):
    """Rows that break a rule, with the line and what was found there."""


class DownloadError(DataError):
    """Rows that could not be fetched from any of their sources."""


class RecordError(HpsearchError):
    """A study's folder that is missing, damaged or of an unknown version."""


class WorkerError(HpsearchError):
    """A piece of work that ended every worker process it was given to."""


class Interrupted(HpsearchError):
    """The search was stopped by a signal; what is recorded is kept and can be continued."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` with the nearest known name, or nothing."""
    if len(name) > LONGEST_SHOWN:
        return ""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
