"""DuckDB as it is used here: in memory, without extensions, files of settings or the network."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


@contextmanager
def connect() -> Iterator["duckdb.DuckDBPyConnection"]:
    """A database of one's own, which ends with the block."""
    import duckdb

    from hpsearch.processes import cores

    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "threads": str(max(1, min(cores(), 4))),
    }
    connection = duckdb.connect(config=settings)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        yield connection
    finally:
        connection.close()
