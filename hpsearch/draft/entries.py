"""Lines of a study file: entries with their comments, values written so that they read back."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tomli_w

from hpsearch.errors import printable

__all__ = ["Entry", "lines_of", "section_lines", "toml_key", "toml_value"]

BARE = re.compile(r"[A-Za-z0-9_-]+")

#: Comments stand in one column up to here; behind a longer entry they stand right behind it.
FARTHEST = 44

WIDEST = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value, and what people should know of it."""

    key: str
    value: Any
    comment: str = ""


def lines_of(entries: Sequence[Entry]) -> Iterator[str]:
    """Entries of one table, a line each, with their comments below each other."""
    written = [f"{toml_key(entry.key)} = {toml_value(entry.value)}" for entry in entries]
    widths = [
        len(line)
        for line, entry in zip(written, entries, strict=True)
        if entry.comment and len(line) <= FARTHEST
    ]
    column = max(widths, default=0)
    for line, entry in zip(written, entries, strict=True):
        comment = f"  # {printable(entry.comment)}" if entry.comment else ""
        yield f"{line:<{column}}{comment}" if comment else line


def section_lines(name: str, entries: Sequence[Entry]) -> Iterator[str]:
    """A table: its name, and its entries."""
    yield f"[{name}]"
    yield from lines_of(entries)


def toml_key(key: str) -> str:
    """A key, in quotes where it needs some."""
    return key if BARE.fullmatch(key) else toml_value(key)


def toml_value(value: Any) -> str:
    """A value on one line."""
    match value:
        case Mapping():
            pairs = (f"{toml_key(key)} = {toml_value(part)}" for key, part in value.items())
            return f"{{ {', '.join(pairs)} }}"
        case list() | tuple():
            line = f"[{', '.join(map(toml_value, value))}]"
            return line if len(line) <= WIDEST else _long(value)
    return tomli_w.dumps({"value": value}).removeprefix("value = ").removesuffix("\n")


def _long(values: Sequence[Any]) -> str:
    """A list of a line for each value."""
    return "\n".join(("[", *(f"    {toml_value(value)}," for value in values), "]"))
