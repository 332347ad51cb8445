"""Damage to files, as a disk, a copy that was cut short or a careless hand does it."""

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hpsearch.errors import HpsearchError

#: How often each kind of damage is done, of 100 times.
WEIGHTS = {"flip": 82, "truncated": 7, "zeroed": 7, "empty": 2, "folder": 2}


@dataclass(frozen=True, slots=True)
class Damage:
    """What is done to a file; ``where`` is a bit, or a byte for what begins there."""

    how: str
    where: int = 0

    def do(self, path: Path) -> None:
        """Damage a file."""
        content = path.read_bytes()
        match self.how:
            case "flip":
                byte, bit = divmod(self.where, 8)
                changed = bytes([content[byte] ^ (1 << bit)])
                path.write_bytes(content[:byte] + changed + content[byte + 1 :])
            case "truncated":
                path.write_bytes(content[: self.where])
            case "zeroed":
                end = min(self.where + 64, len(content))
                path.write_bytes(content[: self.where] + bytes(end - self.where) + content[end:])
            case "empty":
                path.write_bytes(b"")
            case "folder":
                path.unlink()
                path.mkdir()


def any_damage(rng: random.Random, path: Path) -> Damage:
    """Damage of a random kind at a random place."""
    (how,) = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))
    size = path.stat().st_size
    return Damage(how, rng.randrange(8 * size if how == "flip" else size))


class Restored:
    """A folder that is put back to what it was, whatever is done to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._files = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}

    def files(self, pattern: str) -> list[Path]:
        """The files of a pattern, in order."""
        return sorted(file for file in self._files if file.match(pattern))

    def restore(self) -> None:
        """Write what is not as it was, and remove what was not there."""
        for path in self._strangers():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        for path, content in self._files.items():
            if not path.is_file() or path.read_bytes() != content:
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(content)

    def _strangers(self) -> Iterator[Path]:
        folders = {parent for file in self._files for parent in file.parents}
        for path in sorted(self.path.rglob("*")):
            there = path.exists()
            if there and (path in self._files) != path.is_file() and path not in folders:
                yield path


def symptom(attempt: Callable[[], str]) -> str:
    """What ``attempt`` says is wrong, or of what unexpected kind its error is; empty if neither.

    An ``HpsearchError`` of one paragraph is a good answer.
    """
    try:
        return attempt()
    except HpsearchError as error:
        said = str(error)
        return "" if said.strip() and "\n\n" not in said else f"a message like {said!r}"
    except Exception as error:  # noqa: BLE001 - the attack counts them by kind
        return f"{type(error).__name__}: {str(error)[:80]}"
