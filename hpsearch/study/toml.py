"""A study file as plain tables, read within limits.

``tomllib`` has no limits of its own: it recurses into brackets, is quadratic in the parts of a
dotted key, and leaves whole numbers to ``int``, which gives up on long ones. So size and depth are
looked at before it parses.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

from hpsearch.errors import Mistake, StudyFileError, UsageError, cut, named
from hpsearch.inputs import NotAFile, open_regular

MOST_BYTES = 1 << 20
DEEPEST = 16

#: What a terminal or a UTF-8 file cannot take: control characters but tabs, and half surrogates.
CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff]")

# Strings and comments. One that is not closed goes on to the end, as no parser reads further.
_HIDDEN = re.compile(
    r'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*(?:"{3,5}|\Z)'
    r"|'''[^']*(?:'(?!'')[^']*)*(?:'{3,5}|\Z)"
    r'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"?'
    r"|'[^'\n]*'?"
    r"|#[^\n]*",
    re.DOTALL,
)
# A key, or what is left of one; a value, in which a dot is that of a number, follows on "=".
_KEY = re.compile(r"(?:^|[\[\]{},])([^\[\]{}=,]*)")
_LONG_NUMBER = re.compile(r"[0-9][0-9_]{4299}")


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a regular file of at most 1 MiB.

    Raises:
        StudyFileError: If the file is no TOML.
        UsageError: If the file cannot be read as text.
    """
    name = named(path)
    try:
        with open_regular(path) as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise UsageError(f"a study file must be at most 1 MiB of text, got more in {name}")
        text = content.decode("utf-8")
    except NotAFile as error:
        raise UsageError(f"{name} {error}") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"a study file must be readable, got {name}: {reason}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"a study file must be readable UTF-8 text, got {name}: {error}") from None
    try:
        return parse(text.replace("\r\n", "\n").replace("\r", "\n"))
    except ValueError as error:
        mistake = Mistake("TOML", f"cannot be parsed: {cut(str(error), 200)}")
        raise StudyFileError(str(path), [mistake]) from None


def parse(text: str) -> dict[str, Any]:
    """Parse TOML of limited depth.

    Raises:
        ValueError: If it is no TOML, is nested too deep, or holds a number of too many digits.
    """
    structure = _HIDDEN.sub(lambda hidden: "\n" * hidden[0].count("\n"), text)
    _check_depth(structure)
    try:
        return loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:
        number = _LONG_NUMBER.search(structure)
        line = structure.count("\n", 0, number.start() if number else 0) + 1
        raise ValueError(f"{error} (at line {line})") from None


def loads(text: str) -> dict[str, Any]:
    """Parse TOML of any depth; raises as ``parse``."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:  # of int(), which says how to loosen its limit
        raise ValueError("a whole number must have at most 4,300 digits") from None


def _check_depth(structure: str) -> None:
    """Refuse many brackets in each other, and keys of many parts."""
    depth = 0
    for number, line in enumerate(structure.split("\n"), 1):
        for bracket in re.findall(r"[\[\]{}]", line):
            depth = depth + 1 if bracket in "[{" else max(depth - 1, 0)
            if depth > DEEPEST:
                raise ValueError(
                    f"brackets must be nested at most {DEEPEST} deep, got more (at line {number})"
                )
        if any(key.count(".") >= DEEPEST for key in _KEY.findall(line)):
            raise ValueError(
                f"a key must have at most {DEEPEST} parts, got more (at line {number})"
            )
