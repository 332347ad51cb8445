"""A study's rows, from wherever its ``[data]`` section says."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hpsearch.data.given import given_rows, is_kept
from hpsearch.data.joining import join_parts
from hpsearch.data.room import IN_MEMORY, Room
from hpsearch.data.sources.registry import SOURCES, file_sources
from hpsearch.data.sources.source import Request, RowProgress
from hpsearch.data.table import Table
from hpsearch.errors import DataError, UsageError, named
from hpsearch.study.cutting import FILE_PART
from hpsearch.study.kinds import Finding
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
    room: Room = IN_MEMORY,
) -> Table:
    """The rows that a study asks for, at least as many as its three parts need.

    A file ``rows.parquet`` of another study's folder holds rows of any source. Where the parts are
    separate files, all are read.

    Args:
        section: The study's ``[data]``.
        data: The command line's file, before ``section.path``.
        task: What the study predicts.
        seed: Seed of simulated rows.
        tell: Takes a line for the user.
        progress: Called with rows so far and rows wanted.
        room: For the values of rows.

    Raises:
        DataError: If a file or fetched rows cannot be used.
        UsageError: If the source needs a file and none is named, or a file is named for rows that
            are simulated.
    """
    named_path = data or (_expanded(section.path, "path") if section.path else None)
    request = Request(_with_keys(section), task, named_path, seed, tell, progress, room)
    first = _read(request, "--data" if data else "data.path")
    if section.test_path is None or FILE_PART in first.names:  # kept rows have all parts
        return first
    tables = {"train": first}
    for part in ("validation", "test"):
        if path := getattr(section, f"{part}_path"):
            file = _expanded(path, f"{part}_path")
            tables[part] = _read(replace(request, path=file), f"data.{part}_path")
    return join_parts(tables, room)


def _with_keys(section: DataSection) -> DataSection:
    """The section with kinds for columns that are read though they are no features."""
    kinds = section.columns or {}
    keys: dict[str, Finding] = {
        name: "category"
        for name in (section.group, section.part)
        if name is not None and kinds.get(name, "text") in ("text", "identifier")
    }
    if section.weight is not None:
        keys[section.weight] = "number"
    return section.model_copy(update={"columns": {**kinds, **keys}}) if keys else section


def _read(request: Request, entry: str) -> Table:
    """The rows of one file, or of a source that needs none; ``entry`` names the file."""
    source, path = SOURCES[request.section.source], request.path
    if path is not None and is_kept(path):
        return given_rows(path, request.room)
    if path is not None and not source.takes_file:
        raise UsageError(
            f"{entry} names a file, but the study's rows are simulated "
            f"(data.source = {source.name!r}), got {named(path)}; "
            f"set data.source to {file_sources()}"
        )
    return source.read(request)


def _expanded(path: str, key: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise DataError(
            f"data.{key} must begin with a home folder that is known, got {named(path)}; "
            f"write the whole path"
        ) from None
