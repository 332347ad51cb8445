"""What ``study.db`` holds besides trials: hpsearch's facts, and Optuna's attributes of a study.

Facts have a table of their own. The dashboard would show user attributes to people, as raw JSON,
and loses system attributes when somebody renames the study there. Each fact carries a digest.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Engine, inspect, text

TABLE = "hpsearch_facts"


class Facts:
    """Plain JSON values by name."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def exist(self) -> bool:
        """Whether the file has them."""
        return inspect(self._engine).has_table(TABLE)

    def create(self, first: Mapping[str, Any]) -> None:
        """Make the table with its first entries in it; one transaction."""
        columns = "key TEXT PRIMARY KEY, value TEXT, digest TEXT"
        with self._engine.begin() as connection:
            connection.execute(text("BEGIN"))  # the driver itself begins none for a table
            connection.execute(text(f"CREATE TABLE {TABLE} ({columns})"))
            connection.execute(_WRITE, _rows(first))

    def read(self) -> tuple[dict[str, Any], frozenset[str]]:
        """Every fact that is as it was written, and the names of those that are not."""
        with self._engine.connect() as connection:
            rows = connection.execute(text(f"SELECT * FROM {TABLE}")).all()
        # Of layout 3, which had no digests, the version is all that is ever read.
        whole = {row[0]: row[1] for row in rows if len(row) < 3 or row[2] == _digest(*row[:2])}
        broken = frozenset(str(row[0]) for row in rows if row[0] not in whole)
        return {key: json.loads(value) for key, value in whole.items()}, broken

    def write(self, facts: Mapping[str, Any]) -> None:
        """Put facts in the place of those of their names; one transaction."""
        with self._engine.begin() as connection:
            connection.execute(_WRITE, _rows(facts))

    def remove(self, names: Collection[str]) -> None:
        """Remove facts; one transaction."""
        with self._engine.begin() as connection:
            for name in names:
                connection.execute(text(f"DELETE FROM {TABLE} WHERE key = :key"), {"key": name})


def write_attributes(
    engine: Engine, study_id: int, system: Mapping[str, Any], user: Mapping[str, Any]
) -> None:
    """Write system and user attributes of a study, without those that are None; one transaction.

    Optuna's own methods take away none, and write one at a time.
    """
    with engine.begin() as connection:
        for kind, attributes in (("system", system), ("user", user)):
            table = f"study_{kind}_attributes"
            delete = text(f"DELETE FROM {table} WHERE study_id = :study AND key = :key")
            insert = text(
                f"INSERT INTO {table} (study_id, key, value_json) VALUES (:study, :key, :value)"
            )
            for key, value in attributes.items():
                row = {"study": study_id, "key": key}
                connection.execute(delete, row)
                if value is not None:
                    connection.execute(insert, {**row, "value": json.dumps(value)})


_WRITE = text(f"INSERT OR REPLACE INTO {TABLE} VALUES (:key, :value, :digest)")


def _rows(facts: Mapping[str, Any]) -> list[dict[str, str]]:
    written = {key: json.dumps(value) for key, value in facts.items()}
    return [
        {"key": key, "value": value, "digest": _digest(key, value)}
        for key, value in written.items()
    ]


def _digest(key: object, value: object) -> str:
    return hashlib.sha256(repr((key, value)).encode()).hexdigest()
