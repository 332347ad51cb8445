"""The contract of a source: where a study's rows come from."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hpsearch.data.profile import Profile
from hpsearch.data.room import IN_MEMORY, Room
from hpsearch.data.table import Table
from hpsearch.errors import UsageError
from hpsearch.study.sections import DataSection, SourceName
from hpsearch.tasks.task import Task

RowProgress = Callable[[int, int], None]
"""Called with rows so far and rows wanted; the second is 0 where all are wanted."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a study asks of a source.

    Attributes:
        section: The study's ``[data]``.
        task: What the study predicts, and so what a label must be.
        path: The file that the user names, on the command line or in the study; None if neither.
        seed: Seed of simulated rows.
        tell: Takes a line for the user.
        progress: Called while rows come.
        room: For their values.
    """

    section: DataSection
    task: Task
    path: Path | None
    seed: int
    tell: Callable[[str], None]
    progress: RowProgress
    room: Room = IN_MEMORY

    @property
    def rows(self) -> int:
        """Rows that the three parts need together, of a source that is read no further.

        The sizes of its parts are counts, as ``study.cutting`` holds them to.
        """
        section = self.section
        return sum(int(size or 0) for size in (section.validation, section.train, section.test))

    def name(self) -> str:
        """The name of a set, for a source that has several.

        Raises:
            UsageError: If none is given.
        """
        if self.section.name is None:
            raise UsageError(
                f"data.source = {self.section.source!r} has tables by name, and none is given; "
                f"set data.name"
            )
        return self.section.name

    def file(self) -> Path:
        """The file, for a source that has no rows without one.

        Raises:
            UsageError: If none is named.
        """
        if self.path is None:
            raise UsageError(
                f"data.source = {self.section.source!r} reads a file of rows, and none is named; "
                f"set data.path, or give --data"
            )
        return self.path


@dataclass(frozen=True, slots=True)
class Sight:
    """What a source has under a name.

    Attributes:
        label: The column that the set was made to predict, where it says so.
        description: One line for people.
    """

    profile: Profile
    label: str | None
    description: str


class Look(Protocol):
    """Looks at the rows that a source has under a name, so that a study file can be written."""

    def __call__(self, name: str, tell: Callable[[str], None]) -> Sight:
        """What is there; ``tell`` takes a line for the user.

        Raises:
            DataError: If it can't be read or fetched.
            UsageError: If there is nothing of this name.
        """


class Read(Protocol):
    """Reads at least as many rows as a study asks for; the same request gives the same rows."""

    def __call__(self, request: Request) -> Table:
        """Rows in the order of their source.

        Raises:
            DataError: If there are too few, or some break a rule.
            UsageError: If a file is needed and none is named.
        """


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of rows.

    Attributes:
        name: What ``data.source`` calls it.
        takes_file: Whether it reads files; a request to one that does not has no path.
        simulated: Whether no detector and no user ever measured its rows.
        read: Reads the rows.
        look: Looks at rows by their name, where ``data.name`` names them.
    """

    name: SourceName
    takes_file: bool
    simulated: bool
    read: Read
    look: Look | None = None
