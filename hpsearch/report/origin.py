"""Which files of a report's names were written by hpsearch, by a mark at their beginning."""

import stat
from collections.abc import Mapping
from pathlib import Path

from hpsearch.errors import UsageError
from hpsearch.wording import listed

#: What stands near the beginning of each of the report's files.
MARKS: Mapping[str, str] = {
    "report.json": '"generator": "hpsearch"',
    "report.md": "<!-- generator: hpsearch -->",
    "report.html": '<meta name="generator" content="hpsearch">',
}

NAMES = tuple(MARKS)

#: Bytes of a file that are read for its mark.
READ = 4_096


def foreign_reports(folder: Path) -> tuple[Path, ...]:
    """The reports in ``folder`` that are there and were not written by hpsearch.

    Links, folders, devices and whatever can't be read count as written by others.
    """
    paths = (folder / name for name in NAMES)
    return tuple(path for path in paths if _is_there(path) and not _is_marked(path))


def refuse_foreign_reports(folder: Path) -> None:
    """Check that writing a report replaces nothing but a report.

    Raises:
        UsageError: If a file of such a name was not written by hpsearch.
    """
    if foreign := foreign_reports(folder):
        raise UsageError(
            "hpsearch replaces only reports that it wrote itself, got "
            f"{listed([str(path) for path in foreign])} of another origin; move "
            f"{'it' if len(foreign) == 1 else 'them'} away, or take another folder with --out"
        )


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def _is_marked(path: Path) -> bool:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):  # to open a pipe is to wait for its writer
            return False
        with path.open("rb") as file:
            beginning = file.read(READ).decode("utf-8", errors="replace")
    except OSError:
        return False
    return MARKS[path.name] in beginning
