"""A study's rows, from wherever its ``[data]`` section says."""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hpsearch.data.kept import kept_rows
from hpsearch.data.sources.collisions.simulation import simulate
from hpsearch.data.sources.higgs import cache_file, fetch_higgs, read_higgs
from hpsearch.data.sources.readers import RowProgress, read_csv
from hpsearch.data.table import Table
from hpsearch.errors import DataError, DownloadError, UsageError, named
from hpsearch.inputs import NotAFile, check_regular
from hpsearch.study.sections import DataSection

__all__ = ["load"]


def load(
    section: DataSection,
    data: Path | None,
    *,
    seed: int,
    tell: Callable[[str], None],
    progress: RowProgress,
) -> Table:
    """The rows that a study asks for, as many as its three parts need; all of a csv it shuffles.

    HIGGS comes from a file if one is named, else from the cache, else from UCI. Where UCI cannot be
    reached, collisions are simulated in its place, and ``tell`` gets one line that says so. A file
    ``rows.npz`` of another study's folder holds rows of any source.

    Args:
        section: The study's ``[data]``.
        data: The command line's file, before ``section.path``.
        seed: Of simulated collisions.
        tell: Takes a line for the user.
        progress: Called with rows so far and rows wanted.

    Raises:
        DataError: If a file or UCI's rows cannot be used.
        UsageError: If a file is named for rows that the study simulates.
    """
    rows = section.validation + section.train + section.test
    path = data or (_expanded(section.path) if section.path else None)
    if path is not None and path.suffix == ".npz":
        return _kept(path)
    match section.source, path:
        case "csv", Path():
            wanted = None if section.shuffle else rows
            return read_csv(path, label=section.label, rows=wanted, progress=progress)
        case "higgs", Path():
            return read_higgs(path, rows=rows, progress=progress)
        case "collisions", None:
            return simulate(rows, seed=seed, progress=progress)
        case _, Path():
            raise UsageError(
                f"--data names a file, but the study's rows are simulated (data.source = "
                f"'collisions'), got {named(path)}; set data.source to 'higgs' or 'csv'"
            )
    try:
        with tempfile.TemporaryDirectory() as elsewhere:
            cache = cache_file(os.environ) or Path(elsewhere) / "HIGGS.csv.gz"
            return fetch_higgs(cache, rows=rows, progress=progress)
    except DownloadError as error:
        tell(
            f"These are simulated collisions, not HIGGS: {error}. For the real rows run again with "
            f"a network, or name a HIGGS.csv.gz (or its first part) with --data."
        )
        return simulate(rows, seed=seed, progress=progress)


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise DataError(
            f"data.path must begin with a home folder that is known, got {named(path)}; "
            f"write the whole path"
        ) from None


def _kept(path: Path) -> Table:
    try:
        with suppress(FileNotFoundError):
            check_regular(path)
    except NotAFile as error:
        raise DataError(f"{named(path)} {error}") from None
    table = kept_rows(path)
    if table is None:
        raise DataError(
            f"{named(path)} must be the rows.npz of a study's folder, got no rows in it"
        )
    return table
