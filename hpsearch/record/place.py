"""A folder as it was opened: noticed where it is moved, removed or replaced while a study runs."""

from pathlib import Path

from hpsearch.errors import RecordError


class Place:
    """A folder and some of its files, by what the file system knows them by.

    Args:
        folder: It is there.
        names: Files in it that must stay the same.
    """

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        self._marks = {path: _mark(path) for path in (folder, *(folder / name for name in names))}

    def check(self) -> None:
        """Check that all is where it was.

        Raises:
            RecordError: If something is not.
        """
        for path, mark in self._marks.items():
            now = _mark(path)
            if now != mark:
                happened = "was moved or removed" if now is None else "was replaced by another"
                raise RecordError(
                    f"{path} {happened} while the study ran; nothing is written any more: put it "
                    f"back and run the same command to continue"
                )


def _mark(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
