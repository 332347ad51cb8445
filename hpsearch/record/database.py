"""A SQLite file as Optuna's storage."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

import sqlalchemy
from optuna.storages import RDBStorage
from sqlalchemy import text
from sqlalchemy.pool import Pool, QueuePool, StaticPool

from hpsearch.record.connections import connect


@dataclass(frozen=True, slots=True)
class Database:
    """An open database; closing it leaves none of its connections to the garbage collector."""

    storage: RDBStorage
    _connections: list[sqlite3.Connection]

    @classmethod
    def create(cls, path: Path) -> Self:
        """Open a file to write to, with Optuna's tables; both are made if they are not there."""
        with closing(connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        return cls._with(partial(_connect_to_write, path), QueuePool, create_tables=True)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a file that has Optuna's tables; opening it writes nothing."""
        return cls._with(partial(_connect_to_write, path), QueuePool)

    @classmethod
    def of_connection(cls, connection: sqlite3.Connection) -> Self:
        """Read by a connection that is there; it is closed with the database."""
        return cls._with(lambda: connection, StaticPool)

    @property
    def engine(self) -> sqlalchemy.Engine:
        """SQLAlchemy's, for statements that Optuna has no method for."""
        engine: sqlalchemy.Engine = self.storage.engine
        return engine

    def close(self) -> None:
        """Close all connections; the write-ahead log is gone with the last."""
        self.storage.remove_session()
        self.storage.engine.dispose()
        _close(self._connections)

    def write_attributes(
        self, study_id: int, system: Mapping[str, Any], user: Mapping[str, Any]
    ) -> None:
        """Write system and user attributes of a study; those that are None are removed.

        One transaction; Optuna's own methods write one attribute at a time and remove none.
        """
        with self.engine.begin() as connection:
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

    @classmethod
    def _with(
        cls,
        connect: Callable[[], sqlite3.Connection],
        pool: type[Pool],
        *,
        create_tables: bool = False,
    ) -> Self:
        connections: list[sqlite3.Connection] = []

        def creator() -> sqlite3.Connection:
            connection = connect()
            connections.append(connection)
            return connection

        try:
            # Not by an address, in which ?, % and {} of a folder's name would mean something.
            storage = RDBStorage(
                "sqlite://",
                {"creator": creator, "poolclass": pool},
                skip_table_creation=not create_tables,
            )
        except BaseException:
            _close(connections)
            raise
        return cls(storage, connections)


def _connect_to_write(path: Path) -> sqlite3.Connection:
    connection = connect(path)
    # Without a sync a commit: after a power cut the last ones may be gone, and are done again.
    connection.execute("PRAGMA synchronous=NORMAL")
    return connection


def _close(connections: list[sqlite3.Connection]) -> None:
    for connection in connections:
        connection.close()
    connections.clear()
