"""How often the test rows were opened: in the record, and in an append-only log beside it.

The log begins with the study and outlives a record that is moved away to start over. Below its
first line each line is a JSON object with a digest of its other entries. Where both record and log
are gone from a folder that holds results, nobody can tell.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from hpsearch.data.parts import Opening
from hpsearch.files import write_whole
from hpsearch.inputs import open_regular
from hpsearch.record.record import Record

FILE = "openings.log"

#: Its first line, without which it is not whole: an empty file tells nothing.
HEADER = "# Every opening of the test rows, one JSON object a line. Written by hpsearch."

#: The most of a log that is read.
MOST_BYTES = 1 << 24

#: Facts of the record: the openings, and whether these are all.
OPENINGS, KNOWN = "openings", "openings_known"

LogEntry = Mapping[str, Any]

LogCondition = Literal["whole", "damaged", "missing"]


@dataclass(frozen=True, slots=True)
class Openings:
    """All that is known of openings of the test rows.

    Attributes:
        known: Whether these are all; False where the record was lost and the log with it.
    """

    entries: tuple[Opening, ...]
    known: bool


def recorded_openings(record: Record) -> Openings:
    """The openings in the record."""
    entries = (
        Opening(entry["time"], entry["trial"], entry["why"]) for entry in record.fact(OPENINGS, [])
    )
    return Openings(tuple(entries), record.fact(KNOWN, True))


def log_opening(folder: Path, record: Record, opening: Opening, identity: list[Any]) -> None:
    """Write an opening down, in the log and in the record, before the rows are handed out.

    One that was cut short, whose result nobody saw, is taken up and not counted again.

    Args:
        identity: What is measured, as JSON has it.
    """
    before: list[LogEntry] = record.fact(OPENINGS, [])
    last = before[-1] if before else None
    if last is not None and last["identity"] == identity and not last["earlier"]:
        return
    entry = {
        "time": opening.time,
        "trial": opening.trial,
        "why": opening.why,
        "identity": identity,
        "earlier": False,
    }
    record.guard()
    _append(folder / FILE, entry)
    record.set_fact(OPENINGS, [*before, entry])


def reconcile(folder: Path, record: Record, *, fresh: bool) -> None:
    """Make log and record agree when a study is continued.

    Args:
        fresh: Whether the record is a new one, or has lost its openings. Then what the log has
            was seen by whoever had the earlier record, and a folder that holds results without a
            whole log has been opened nobody knows how often.
    """
    recorded: list[LogEntry] = record.fact(OPENINGS, [])
    logged, condition = read_log(folder / FILE)
    times = {entry["time"] for entry in recorded}
    missed = [{**entry, "earlier": fresh} for entry in logged if entry["time"] not in times]
    entries = sorted([*recorded, *missed], key=lambda entry: str(entry["time"]))
    missing = condition == "missing" and _has_results(folder)
    lost = fresh and (condition == "damaged" or missing)
    if missed:
        record.set_fact(OPENINGS, entries)
    if lost:
        record.set_fact(KNOWN, False)
    if condition != "whole" or len(logged) < len(entries):
        write_whole(folder / FILE, f"{HEADER}\n" + "".join(map(_line, entries)))


def read_log(path: Path) -> tuple[list[LogEntry], LogCondition]:
    """The openings in a log, and whether it is as it was written.

    A last line without its end was cut off before the rows were handed out, and is none.
    """
    try:
        with open_regular(path) as file:
            first, *lines = file.read(MOST_BYTES).split(b"\n")[:-1] or [b""]
    except FileNotFoundError:
        return [], "missing"
    except OSError:
        return [], "damaged"
    entries = [_entry(line) for line in lines]
    whole = [entry for entry in entries if entry is not None]
    intact = first == HEADER.encode() and len(whole) == len(entries)
    return whole, "whole" if intact else "damaged"


def _has_results(folder: Path) -> bool:
    """Whether somebody trained here before."""
    kept = ("models/best.keras", "report.json", "report.md", "report.html")
    return any((folder / name).exists() for name in kept) or any(folder.glob("curves/*.npz"))


def _append(path: Path, entry: LogEntry) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o644)
    with os.fdopen(descriptor, "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - 1, 0))
        torn = size > 0 and file.read(1) != b"\n"
        file.write(b"\n" * torn + _line(entry).encode())
        file.flush()
        os.fsync(file.fileno())


def _line(entry: LogEntry) -> str:
    logged = {key: value for key, value in entry.items() if key != "earlier"}
    return json.dumps({**logged, "digest": _digest(logged)}) + "\n"


def _entry(line: bytes) -> LogEntry | None:
    """The opening in a line, or None where it is not as it was written."""
    try:
        entry = json.loads(line)
        digest = entry.pop("digest")
    except (ValueError, KeyError, AttributeError, TypeError):
        return None
    return entry if digest == _digest(entry) else None


def _digest(entry: LogEntry) -> str:
    return hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()
