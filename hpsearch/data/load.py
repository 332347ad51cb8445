"""A study's rows, from wherever its ``[data]`` section says."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hpsearch.data.kept import kept_rows
from hpsearch.data.sources.registry import SOURCES, file_sources
from hpsearch.data.sources.source import Request, RowProgress
from hpsearch.data.table import Table
from hpsearch.errors import DataError, UsageError, named
from hpsearch.inputs import NotAFile, check_regular
from hpsearch.study.sections import DataSection
from hpsearch.tasks.task import Task

__all__ = ["load"]


def load(
    section: DataSection,
    data: Path | None,
    *,
    task: Task,
    seed: int,
    tell: Callable[[str], None],
    progress: RowProgress,
) -> Table:
    """The rows that a study asks for, at least as many as its three parts need.

    A file ``rows.npz`` of another study's folder holds rows of any source.

    Args:
        section: The study's ``[data]``.
        data: The command line's file, before ``section.path``.
        task: What the study predicts.
        seed: Seed of simulated rows.
        tell: Takes a line for the user.
        progress: Called with rows so far and rows wanted.

    Raises:
        DataError: If a file or fetched rows cannot be used.
        UsageError: If the source needs a file and none is named, or a file is named for rows that
            are simulated.
    """
    source = SOURCES[section.source]
    path = data or (_expanded(section.path) if section.path else None)
    if path is not None and path.suffix == ".npz":
        kept = _kept(path)
        if kept is not None:
            return kept
        if source.name in ("higgs", "collisions"):
            raise DataError(
                f"{named(path)} must be the rows.npz of a study's folder, got no rows in it"
            )
    if path is not None and not source.takes_file:
        raise UsageError(
            f"{'--data' if data else 'data.path'} names a file, but the study's rows are simulated "
            f"(data.source = {source.name!r}), got {named(path)}; "
            f"set data.source to {file_sources()}"
        )
    return source.read(Request(section, task, path, seed, tell, progress))


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise DataError(
            f"data.path must begin with a home folder that is known, got {named(path)}; "
            f"write the whole path"
        ) from None


def _kept(path: Path) -> Table | None:
    """The rows of a study's folder; None where the file holds none, but maybe a user's arrays."""
    try:
        with suppress(FileNotFoundError):
            check_regular(path)
    except NotAFile as error:
        raise DataError(f"{named(path)} {error}") from None
    return kept_rows(path)
