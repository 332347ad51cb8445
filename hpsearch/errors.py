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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
    "did_you_mean",
]


class HpsearchError(Exception):
    """Root of the tree: a message made of the rule, what was found and the way out."""

    exit_code: int = 1


class UsageError(HpsearchError):
    """The command line asks for something that does not exist or does not fit."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake of a study file: where it stands, and the rule with what was found."""

    place: str
    message: str


class StudyFileError(UsageError):
    """A study file with one or more mistakes, all of them told at once."""

    def __init__(self, file: str, mistakes: Sequence[Mistake]) -> None:
        self.file = file
        self.mistakes = tuple(mistakes)
        width = max(len(mistake.place) for mistake in mistakes)
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        lines = (f"  {mistake.place:<{width}}   {mistake.message}" for mistake in mistakes)
        super().__init__("\n".join((f"{file} has {count}", *lines)))


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
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
