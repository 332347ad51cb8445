"""Which files of a report's names were written by hpsearch, by a mark at their beginning."""

import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

#: Of the report, by format: JSON, Markdown, HTML.
NAMES = ("report.json", "report.md", "report.html")

#: What stands near the beginning of a report; the later ones stood there before there was a mark.
MARKS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "report.json": (
            '"generator": "hpsearch"',
            '{\n  "format": 2,\n  "objective": "val_binary_crossentropy"',
        ),
        "report.md": ("<!-- generator: hpsearch -->", ": what the search found\n"),
        "report.html": (
            '<meta name="generator" content="hpsearch">',
            '<p class="kicker">hpsearch study</p>',
        ),
    }
)

#: Bytes of a file that are read for its mark; the style sheet stands before a page's oldest one.
READ = 65_536


def foreign_reports(folder: Path) -> tuple[Path, ...]:
    """The reports in ``folder`` that are there and were not written by hpsearch.

    Links, folders, devices and whatever can't be read count as written by others.
    """
    paths = (folder / name for name in NAMES)
    return tuple(path for path in paths if _is_there(path) and not _is_marked(path))


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
    return any(mark in beginning for mark in MARKS[path.name])
