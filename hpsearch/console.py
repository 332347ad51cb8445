"""What reaches the terminal: no control characters of others, and no end because nobody reads."""

import os
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TextIO

from hpsearch.errors import printable


def clean(text: str) -> str:
    """A text in which only line breaks and tabs do anything: all else is printable or escaped."""
    return "\n".join("\t".join(map(printable, line.split("\t"))) for line in text.split("\n"))


#: Held while a line is written; a signal's handler may write in the middle of one.
_ONE_LINE = threading.RLock()


def write(text: str, stream: TextIO | None) -> None:
    """Print a line at once, as far as anybody reads: the work goes on without a reader.

    Lines of several threads follow each other whole.

    Args:
        text: Cleaned; what the stream's encoding does not have becomes ``?``.
        stream: None where the process has none.
    """
    if stream is None:
        return
    try:
        with _ONE_LINE:  # a line break on its own could come after another thread's line
            stream.write(f"{clean(text)}\n")
            stream.flush()
    except BrokenPipeError:  # as of ``| head``
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def say(text: str) -> None:
    """A line on standard output."""
    write(text, sys.stdout)


def complain(text: str) -> None:
    """A line on standard error."""
    write(text, sys.stderr)


def say_values(values: Mapping[str, Any]) -> str:
    """Parameters on one line, numbers to three significant digits."""
    return clean(
        "  ".join(
            f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}"
            for name, value in values.items()
        )
    )


def forgive_encodings() -> None:
    """Let what a stream's encoding does not have become ``?`` in place of an error."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):  # none, or one of a test
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
