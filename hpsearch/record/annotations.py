"""What people read in the Optuna dashboard beside the trials: notes, files and a few values.

The dashboard keeps notes and the list of files in system attributes of the study, those of trials
too, as a finished trial cannot be changed. The files themselves are in a folder, by id.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hpsearch.files import replacing
from hpsearch.record.record import Record

#: Folder of the files, in the study's folder.
FILES = "artifacts"

#: The dashboard shows images, offers a table of a CSV file, and hands out the rest.
MIMETYPES: Mapping[str, str] = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".md": "text/markdown",
    ".svg": "image/svg+xml",
}

#: Characters of a note in one attribute.
PART = 2_045

#: Makes ids of version 5; those of files that people add in the dashboard are of version 4.
_NAMESPACE = uuid.UUID("6f4b7e0e-5d0c-4f0e-9c55-6e2f1f0a7d31")

#: Last line of a note that hpsearch wrote, with a digest of what is above; Markdown hides it.
_SIGNED = re.compile(r"(.*)\n\n\[//\]: # \(hpsearch ([0-9a-f]{12})\)\n", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Annotations:
    """What is to be read, by the number of a trial, or under None of the study itself.

    Attributes:
        values: Attributes of the study.
        notes: Markdown.
        files: Content by name; the name's ending is one of ``MIMETYPES``.
    """

    values: Mapping[str, str]
    notes: Mapping[int | None, str]
    files: Mapping[int | None, Mapping[str, bytes]]


def annotate(record: Record, folder: Path, annotations: Annotations) -> None:
    """Replace the notes and files that hpsearch wrote before; one transaction.

    Edited notes are kept, and so are files that somebody added.

    Args:
        record: Of the study.
        folder: The study's folder.
        annotations: All that is to be read; what is no longer among them is removed.
    """
    attributes, ids = record.attributes(), record.trial_ids()
    listed: dict[str, str] = {}
    for trial, files in annotations.files.items():
        for name, content in files.items():
            with replacing(folder / FILES / _file_id(trial, name)) as fresh:
                fresh.write_bytes(content)
            place = "artifacts:" if trial is None else f"dashboard:artifacts:{ids[trial]}:"
            listed[f"{place}{_file_id(trial, name)}"] = _listing(trial, name)
    gone = {key for key in attributes if _is_our_file(key)} - listed.keys()
    notes = {
        None if trial is None else ids[trial]: note for trial, note in annotations.notes.items()
    }
    changes = {**dict.fromkeys(gone), **listed, **_note_changes(attributes, notes)}
    record.set_attributes(changes, annotations.values)
    for key in gone:
        (folder / FILES / key.rpartition(":")[2]).unlink(missing_ok=True)


def file_address(record: Record, trial: int | None, name: str) -> str:
    """Where the dashboard has a file, for links in notes."""
    of_trial = "" if trial is None else f"{record.trial_ids()[trial]}/"
    return f"/artifacts/{record.study_id}/{of_trial}{_file_id(trial, name)}"


def _file_id(trial: int | None, name: str) -> str:
    """The same for the same name, so that a file is replaced and its address stays."""
    return str(uuid.uuid5(_NAMESPACE, name if trial is None else f"{trial}/{name}"))


def _listing(trial: int | None, name: str) -> str:
    return json.dumps(
        {
            "artifact_id": _file_id(trial, name),
            "filename": name,
            "mimetype": MIMETYPES[Path(name).suffix],
            "encoding": None,
        }
    )


def _is_our_file(key: str) -> bool:
    match = re.fullmatch(r"(?:dashboard:artifacts:\d+|artifacts):([0-9a-f-]{36})", key)
    return match is not None and uuid.UUID(match[1]).version == 5


def _note_changes(attributes: Mapping[str, Any], notes: Mapping[int | None, str]) -> dict[str, Any]:
    """Attributes that make the study's notes these; by the trials' ids, None for the study."""
    signed = {trial_id: _sign(note) for trial_id, note in notes.items()}
    changes: dict[str, Any] = {}
    for trial_id in {*_noted(attributes), *signed}:
        prefix = "dashboard:" if trial_id is None else f"dashboard:{trial_id}:"
        parts = [key for key in attributes if re.fullmatch(rf"{prefix}note_str:\d+", key)]
        text = "".join(attributes[f"{prefix}note_str:{number}"] for number in range(len(parts)))
        wanted = signed.get(trial_id, "")
        if text == wanted or (text and not _is_ours(text)):
            continue
        version = attributes.get(f"{prefix}note_ver", 0) + 1
        changes |= {**dict.fromkeys(parts), f"{prefix}note_ver": version, **_parts(prefix, wanted)}
    return changes


def _noted(attributes: Mapping[str, Any]) -> Iterator[int | None]:
    """Ids of the trials that have a note; None for the study."""
    for key in attributes:
        if match := re.fullmatch(r"dashboard:(?:(\d+):)?note_ver", key):
            yield None if match[1] is None else int(match[1])


def _parts(prefix: str, text: str) -> dict[str, str]:
    starts = range(0, len(text), PART)
    return {
        f"{prefix}note_str:{number}": text[start : start + PART]
        for number, start in enumerate(starts)
    }


def _sign(note: str) -> str:
    text = note.strip("\n")
    return f"{text}\n\n[//]: # (hpsearch {_digest(text)})\n"


def _is_ours(text: str) -> bool:
    """Whether a note is just as hpsearch wrote it."""
    match = _SIGNED.fullmatch(text)
    return match is not None and match[2] == _digest(match[1])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
