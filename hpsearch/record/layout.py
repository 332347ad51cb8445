"""The layout of a record: its version, the study in it, and what a new one begins with."""

import json
import sqlite3
from pathlib import Path
from typing import Any

from optuna.study import StudyDirection

from hpsearch.errors import RecordError
from hpsearch.record.database import Database
from hpsearch.record.fact_table import TABLE, FactTable, fact_digest

#: Layout of a study's folder; raised when an older one can no longer be read.
VERSION = 7


def check_layout(path: Path, connection: sqlite3.Connection) -> None:
    """Check that a file is empty or a record of this layout, without Optuna.

    A version that is not as it was written passes: it is damage, which is told elsewhere.

    Args:
        path: What the message calls it.

    Raises:
        RecordError: If it is a record of another layout, or another program's study.
    """
    version = _recorded_version(connection)
    if version is None:
        raise RecordError(
            f"{path} must be a record of hpsearch, got a study of another program; "
            f"use a new folder (--out)"
        )
    if version != VERSION:
        raise RecordError(
            f"{path} must have layout {VERSION}, got layout {version}; "
            f"use the hpsearch that wrote it, or a new folder (--out)"
        )


def find_study_id(database: Database, name: str) -> int | None:
    """The id of a study, also where somebody renamed it in the dashboard; None if it is new."""
    ids = {study.study_name: study._study_id for study in database.storage.get_all_studies()}
    if name in ids:
        return ids[name]
    facts = FactTable(database.engine)
    recorded = facts.read()[0].get("study") if facts.exist() else None
    return next(iter(ids.values())) if len(ids) == 1 and recorded == name else None


def create_study(database: Database, name: str, *, maximize: bool = False) -> int:
    """The id of a study that has all that a record begins with; what is missing is made.

    Args:
        maximize: Whether the higher of two values of a new study is the better one.
    """
    storage, facts = database.storage, FactTable(database.engine)
    study = find_study_id(database, name)
    if study is None:
        direction = StudyDirection.MAXIMIZE if maximize else StudyDirection.MINIMIZE
        study = storage.create_new_study([direction], name)
    if not facts.exist():
        facts.create(first_facts(name))
    return study


def first_facts(study: str) -> dict[str, Any]:
    """The facts that every record has."""
    return {"version": VERSION, "study": study}


def only_study(path: Path, connection: sqlite3.Connection) -> tuple[int, str]:
    """Id and name of the one study in a file.

    Raises:
        RecordError: If the file holds none or several.
    """
    try:
        studies = connection.execute("SELECT study_id, study_name FROM studies").fetchall()
    except sqlite3.Error as error:
        raise RecordError(f"{path} must be a record of hpsearch, got: {error}") from None
    if len(studies) != 1:
        raise RecordError(f"{path} must hold one study, got {len(studies)}")
    ((study, name),) = studies
    return study, str(name)


def _recorded_version(connection: sqlite3.Connection) -> Any:
    """The layout of a file, this one where that is not known; None where hpsearch wrote none."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if TABLE in tables:
        for key, value, *digest in connection.execute(
            f"SELECT * FROM {TABLE} WHERE key = 'version'"
        ):
            if digest in ([], [fact_digest(key, value)]):  # layout 3 had no digests
                return json.loads(value)
        return VERSION
    if "trials" not in tables:
        return VERSION
    # The first two layouts kept it among Optuna's attributes.
    for (value,) in connection.execute(
        "SELECT value_json FROM study_user_attributes WHERE key = 'version'"
    ):
        return json.loads(value)
    trial = connection.execute("SELECT 1 FROM trials LIMIT 1").fetchone()
    return VERSION if trial is None else None
