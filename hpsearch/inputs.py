"""Files that a user names: looked at before they are opened, so that none of them waits for ever.

A pipe without a writer blocks whoever opens it, ``/dev/zero`` never ends, and a terminal takes the
next command's keys.
"""

import os
import stat
from pathlib import Path
from typing import BinaryIO

KINDS = {
    stat.S_IFIFO: "a pipe; write it to a file first",
    stat.S_IFCHR: "a device; write what it gives to a file first",
    stat.S_IFBLK: "a device; write what it gives to a file first",
    stat.S_IFSOCK: "a socket; write what it gives to a file first",
    stat.S_IFDIR: "a folder; name a file in it",
}


class NotAFile(OSError):
    """A path that no regular file can be read from; the text is the rule and what was found."""


def check_regular(path: Path) -> None:
    """Refuse all that is not a regular file or a link to one; opens nothing.

    Raises:
        NotAFile: With what it is, or that no file can have this name.
        OSError: If there is nothing, or nothing that can be looked at.
    """
    try:
        _check(os.stat(path).st_mode)
    except ValueError:  # NUL, or half a surrogate pair
        raise NotAFile("is a name that no file can have") from None


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file to read its bytes; nothing else is waited for.

    Raises:
        NotAFile: If it is something else, also where it became so a moment ago.
        OSError: If it cannot be opened.
    """
    check_regular(path)
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        _check(os.fstat(descriptor).st_mode)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _check(mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = KINDS.get(stat.S_IFMT(mode), "something else")
        raise NotAFile(f"must be a regular file, got {kind}")
