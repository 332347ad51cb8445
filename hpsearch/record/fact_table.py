"""The facts about a study: a table of hpsearch's own in ``study.db``, beside Optuna's.

As user attributes they would be shown to people in the dashboard, as raw JSON; as system attributes
they would be lost when somebody renames the study there. Each fact carries a digest.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, inspect, text

TABLE = "hpsearch_facts"


@dataclass(frozen=True, slots=True)
class FactTable:
    """The table of facts in an open file: plain JSON values by name."""

    engine: Engine

    def exist(self) -> bool:
        """Whether the file has them."""
        return inspect(self.engine).has_table(TABLE)

    def create(self, first: Mapping[str, Any]) -> None:
        """Make the table with its first entries in it; one transaction."""
        columns = "key TEXT PRIMARY KEY, value TEXT, digest TEXT"
        with self.engine.begin() as connection:
            connection.execute(text("BEGIN"))  # the driver itself begins none for a table
            connection.execute(text(f"CREATE TABLE {TABLE} ({columns})"))
            connection.execute(_WRITE, _rows(first))

    def read(self) -> tuple[dict[str, Any], frozenset[str]]:
        """Every fact that is as it was written, and the names of those that are not."""
        with self.engine.connect() as connection:
            rows = connection.execute(text(f"SELECT * FROM {TABLE}")).all()
        whole = {key: value for key, value, digest in rows if digest == fact_digest(key, value)}
        broken = frozenset(str(key) for key, *_ in rows if key not in whole)
        return {key: json.loads(value) for key, value in whole.items()}, broken

    def write(self, facts: Mapping[str, Any]) -> None:
        """Put facts in the place of those of their names; one transaction."""
        with self.engine.begin() as connection:
            connection.execute(_WRITE, _rows(facts))

    def remove(self, names: Collection[str]) -> None:
        """Remove facts; one transaction."""
        with self.engine.begin() as connection:
            for name in names:
                connection.execute(text(f"DELETE FROM {TABLE} WHERE key = :key"), {"key": name})


def fact_digest(key: object, value: object) -> str:
    """Digest of a fact's name and JSON text, 64 hex digits."""
    return hashlib.sha256(repr((key, value)).encode()).hexdigest()


_WRITE = text(f"INSERT OR REPLACE INTO {TABLE} VALUES (:key, :value, :digest)")


def _rows(facts: Mapping[str, Any]) -> list[dict[str, str]]:
    written = {key: json.dumps(value) for key, value in facts.items()}
    return [
        {"key": key, "value": value, "digest": fact_digest(key, value)}
        for key, value in written.items()
    ]
