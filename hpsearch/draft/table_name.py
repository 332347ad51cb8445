"""What a user calls a table: a file, or ``SOURCE:NAME`` of a source that has tables by name."""

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from hpsearch.data.sources.registry import SOURCES
from hpsearch.study.sections import SourceName

__all__ = ["TableName", "find_table", "study_name", "table_name"]

#: Endings of tables in files.
ENDINGS = (
    *(".csv", ".tsv", ".tab", ".txt", ".dat", ".data", ".parquet", ".pq", ".npz"),
    *(".gz", ".zst", ".bz2", ".xz", ".zip", ".arrow", ".feather", ".json", ".jsonl", ".xlsx"),
)

LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class TableName:
    """How a study file names a table.

    Attributes:
        text: As the user named it.
        path: Of a file.
        name: Of a table that its source has under a name.
    """

    text: str
    source: SourceName
    path: str | None = None
    name: str | None = None

    @property
    def study_name(self) -> str:
        """A name for a study of it: lower-case letters, digits, - and _."""
        match self.source:
            case "scikit-learn":
                name = str(self.name)
            case "openml":
                name = f"openml-{self.name}"
            case _:
                name = Path(self.path or "").name.lstrip(".").partition(".")[0]
        return study_name(name)

    def seen_from(self, folder: Path) -> Self:
        """The same table as a study file in a folder names it."""
        if self.path is None or Path(self.path).is_absolute():
            return self
        return replace(self, path=os.path.relpath(self.path, folder))


def study_name(text: str) -> str:
    """A text as the name of a study."""
    plain = re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-_")
    return plain[:LONGEST_NAME] or "table"


def find_table(text: str) -> TableName | None:
    """The table that a text names, or None where it is the name of a study.

    A file is a table by the ending of its name.
    """
    is_named = _named_source(text) is not None
    return table_name(text) if is_named or text.lower().endswith(ENDINGS) else None


def table_name(text: str) -> TableName:
    """The table that a text names, whatever a file is called."""
    source = _named_source(text)
    if source is None:
        return TableName(text, "file", path=text)
    return TableName(text, source, name=text.partition(":")[2])


def _named_source(text: str) -> SourceName | None:
    """The source of a table by name: what stands before the colon."""
    source = SOURCES.get(text.partition(":")[0]) if ":" in text else None
    return source.name if source is not None and source.look is not None else None
