"""What a saved model takes and gives: what one must know to call it, kept in the file itself."""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, get_args

from hpsearch.data.columns import Column, Kind
from hpsearch.errors import RecordError, named


@dataclass(frozen=True, slots=True)
class Signature:
    """How a saved model is called.

    Attributes:
        task: Name of the task, which says what its output means.
        columns: The raw columns. The model's input ``numbers`` takes those that hold no texts, in
            this order, its input ``texts`` the others.
        vocabularies: The texts that train rows have, of each column of texts that is used.
        classes: Names of the classes, if they have some.
        threshold: Probability from which a row is called the second class, chosen on the validation
            rows; None for a task that has none.
    """

    task: str
    columns: tuple[Column, ...]
    vocabularies: tuple[tuple[str, ...], ...] = ()
    classes: tuple[str, ...] = ()
    threshold: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Entries for a model's ``metadata.json``."""
        return {
            "task": self.task,
            "columns": [column.name for column in self.columns],
            "kinds": [column.kind for column in self.columns],
            "numbers": [column.name for column in self.columns if not column.is_text],
            "texts": [column.name for column in self.columns if column.is_text],
            "vocabularies": [list(texts) for texts in self.vocabularies],
            "classes": list(self.classes),
            "threshold": self.threshold,
        }

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> Self:
        """The inverse of ``as_json``.

        Raises:
            KeyError, TypeError, ValueError: If the entries are not of a saved model of hpsearch.
        """
        kinds = entries["kinds"]
        if not set(kinds) <= set(get_args(Kind)):
            raise ValueError(f"kinds are {', '.join(get_args(Kind))}")
        names = zip(map(str, entries["columns"]), kinds, strict=True)
        threshold = entries["threshold"]
        return cls(
            str(entries["task"]),
            tuple(Column(name, kind) for name, kind in names),
            tuple(tuple(map(str, texts)) for texts in entries["vocabularies"]),
            tuple(map(str, entries["classes"])),
            None if threshold is None else float(threshold),
        )


def read_signature(model: Path) -> Signature:
    """The signature of a saved model; opens it without Keras.

    Raises:
        RecordError: If there is no model, or none of hpsearch.
    """
    try:
        with zipfile.ZipFile(model) as archive:
            entries = json.loads(archive.read("metadata.json"))
        return Signature.from_json(entries)
    except FileNotFoundError:
        raise RecordError(
            f"{named(model)}, the study's saved model, is missing; hpsearch optimize writes it"
        ) from None
    except (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise RecordError(
            f"{named(model)} must be a model that hpsearch saved, got: {error}; "
            f"hpsearch optimize writes it again"
        ) from None
