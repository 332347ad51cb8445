"""What a benchmark prints and writes."""

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hpsearch.processes import cores
from hpsearch.record.environment import environment


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns as wide as their cells, figures to the right; nothing where there are none."""
    if not rows:
        return
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    print(f"\n{title}")
    for row in (header, *rows):
        cells = zip(row, widths, strict=True)
        first, *rest = (
            f"{cell:>{width}}" if place else f"{cell:<{width}}"
            for place, (cell, width) in enumerate(cells)
        )
        print("  ".join((first, *rest)).rstrip(), flush=True)


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, its first column to the left and the others to the right."""
    rule = ("---", *("---:" for _ in header[1:]))
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, rule, *rows))


def figure(value: float | None, form: str = ".1f") -> str:
    """A number, or a dash where there is none."""
    return "-" if value is None else f"{value:{form}}"


def ratio(above: float | None, below: float | None) -> float | None:
    """A quotient, or None where one of the two is missing or nothing."""
    return above / below if above and below else None


def write_json(file: Path | None, found: Mapping[str, Any]) -> None:
    """Write what was found beside the command and the machine; nothing where no file is named."""
    if file is None:
        return
    told = {
        "command": shlex.join(["python", *sys.orig_argv[1:]]),
        "machine": {"cores": cores(), **environment()},
        **found,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
