"""Names of the columns of a Parquet file as it has them.

DuckDB, which does not tell ``Age`` from ``age``, calls the second ``age_1`` when it reads them.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from hpsearch.data.sql import quoted

if TYPE_CHECKING:
    import duckdb


def column_names(connection: "duckdb.DuckDBPyConnection", path: Path) -> tuple[str, ...]:
    """The names of whole columns, in their order, without those of what is inside them.

    The schema is a tree, written from its root, each node before its children.

    Raises:
        duckdb.Error: If the file can't be read.
    """
    statement = f"SELECT name, num_children FROM parquet_schema({quoted(str(path))})"
    (_, columns), *nodes = connection.execute(statement).fetchall()
    names, place = [], 0
    for _ in range(columns):
        names.append(nodes[place][0])
        end = place + 1
        while place < end:  # to the last of what is inside
            end += nodes[place][1] or 0
            place += 1
    return tuple(names)
