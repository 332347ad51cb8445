"""Rows kept in a study's folder, so that it is whole wherever it is moved."""

import json
import zipfile
from dataclasses import asdict
from pathlib import Path

import numpy as np

from hpsearch.data.table import Source, Table
from hpsearch.files import replacing


def keep_rows(path: Path, table: Table) -> None:
    """Write all rows of a table, those of the test included, with where they came from."""
    about = {"names": table.names, "source": asdict(table.source)}
    with replacing(path) as fresh, fresh.open("wb") as file:
        np.savez(
            file, about=np.array(json.dumps(about)), features=table.features, labels=table.labels
        )


def kept_rows(path: Path) -> Table | None:
    """The rows that were kept, or None where they are missing or damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            about = json.loads(str(found["about"]))
            return Table(
                found["features"],
                found["labels"],
                tuple(about["names"]),
                Source(**about["source"]),
            )
    except (OSError, ValueError, EOFError, KeyError, TypeError, zipfile.BadZipFile):
        return None
