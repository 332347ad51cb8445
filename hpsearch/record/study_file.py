"""``study.toml`` in a study's folder: what the record holds, for people and other programs."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hpsearch.errors import UsageError
from hpsearch.files import write_whole
from hpsearch.study.reading import check_study
from hpsearch.study.spec import StudySpec
from hpsearch.study.toml import read_toml

NAME = "study.toml"

#: First line of the study file in a folder.
WRITTEN_HERE = (
    "# The study as hpsearch runs it; the record holds the same. Changes here are undone."
)


def written_spec(path: Path) -> StudySpec | None:
    """The study in a folder's ``study.toml``, where that can be read."""
    try:
        # Its paths start where the study was run, not at the folder.
        return check_study(as_written(read_toml(path / NAME)), str(path / NAME))
    except UsageError:
        return None


def as_written(tables: Mapping[str, Any]) -> dict[str, Any]:
    """A written study's tables, which name every default; what older versions did where they don't.

    These exported the single network.
    """
    evaluate = tables.get("evaluate", {})
    if not isinstance(evaluate, Mapping):
        return dict(tables)
    return {**tables, "evaluate": {"export": "single", **evaluate}}


def write_study_file(
    path: Path, begun: StudySpec | None, spec: StudySpec, tell: Callable[[str], None]
) -> None:
    """Write a study into its folder; a changed or damaged file is replaced, and that is told.

    Args:
        begun: What the file should hold so far; None in a new folder.
    """
    if begun is not None and (path / NAME).exists() and written_spec(path) != begun:
        tell(f"{path / NAME} was changed or damaged; it is restored from the record")
    write_whole(path / NAME, f"{WRITTEN_HERE}\n{spec.as_toml()}")


def refuse_foreign_study(path: Path) -> None:
    """Check that a folder without a record has no study file that somebody wrote.

    Raises:
        UsageError: If it has.
    """
    if (path / NAME).is_file() and not _is_ours(path / NAME):
        raise UsageError(
            f"{path / NAME} was not written by hpsearch and would be replaced; "
            f"use another folder (--out), or give the file another name"
        )


def _is_ours(file: Path) -> bool:
    with file.open("rb") as opened:
        start = opened.read(len(WRITTEN_HERE))
    return start == WRITTEN_HERE.encode() or not start  # or it is empty
