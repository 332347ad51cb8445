"""A folder as it was opened: noticed where it is moved, removed or replaced while a study runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from hpsearch.errors import RecordError

#: Device and number of a file; None where there is none.
Mark = tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Place:
    """A folder and some of its files, by what the file system knows them by."""

    marks: Mapping[Path, Mark]

    @classmethod
    def of_folder(cls, folder: Path, names: tuple[str, ...]) -> Self:
        """The place of a folder as it is now.

        Args:
            folder: It exists.
            names: Files in it that must stay the same.
        """
        return cls({path: _mark(path) for path in (folder, *(folder / name for name in names))})

    def check(self) -> None:
        """Check that all is where it was.

        Raises:
            RecordError: If something is not.
        """
        for path, mark in self.marks.items():
            now = _mark(path)
            if now != mark:
                happened = "was moved or removed" if now is None else "was replaced by another"
                raise RecordError(
                    f"{path} {happened} while the study ran; nothing is written any more: put it "
                    f"back and run the same command to continue"
                )


def _mark(path: Path) -> Mark:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
