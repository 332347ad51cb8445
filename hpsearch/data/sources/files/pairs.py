"""A table as pairs of a column and a text, by which all columns are asked the same at once.

DuckDB turns columns into pairs in a time that grows faster than their number, so that many columns
are turned in batches, and only once: the pairs are kept.
"""

from collections.abc import Mapping, Sequence

from hpsearch.data.sources.files.relation import WIDE_COLUMNS, Field, Relation

#: Pairs that are kept in memory, some 40 bytes each and their texts.
MOST_KEPT = 5_000_000

#: Columns that are turned into pairs at a time.
BATCH = 500

KEPT = "kept_pairs"


def pairs(relation: Relation, fields: Mapping[int, Field]) -> str:
    """What stands behind ``FROM`` for rows of ``place``, ``row`` and ``text``.

    ``place`` is the key of the column in ``fields``, ``row`` is counted from 0. Texts have no
    spaces around them; a cell without a value has no row.
    """
    if len(fields) <= WIDE_COLUMNS or len(relation.fields) * relation.rows > MOST_KEPT:
        return _turned(relation, fields)
    places = {column.sql: place for place, column in enumerate(relation.fields)}
    _keep(relation)
    kept = ", ".join(str(places[column.sql]) for column in fields.values())
    asked = ", ".join(map(str, fields))
    return (
        f"(SELECT asked.place, row, text FROM {KEPT} AS kept "
        f"JOIN (SELECT unnest([{kept}]) AS place_kept, unnest([{asked}]) AS place) AS asked "
        f"ON kept.place = asked.place_kept)"
    )


def _keep(relation: Relation) -> None:
    """Keep the pairs of all columns, unless they are kept already."""
    kept = f"SELECT count(*) FROM duckdb_tables() WHERE table_name = '{KEPT}'"
    if relation.run(kept).fetchone() != (0,):
        return
    relation.run(f"CREATE TEMP TABLE {KEPT} (place INTEGER, row BIGINT, text VARCHAR)")
    columns: Sequence[tuple[int, Field]] = [
        (place, column) for place, column in enumerate(relation.fields) if column.type != "other"
    ]
    for start in range(0, len(columns), BATCH):
        batch = dict(columns[start : start + BATCH])
        relation.run(f"INSERT INTO {KEPT} FROM {_turned(relation, batch)}")


def _turned(relation: Relation, fields: Mapping[int, Field]) -> str:
    texts = (f"trim(CAST({column.sql} AS VARCHAR)) AS k{place}" for place, column in fields.items())
    table = f"(SELECT row_number() OVER () - 1 AS row, {', '.join(texts)} FROM {relation.source})"
    turned = f"(UNPIVOT {table} ON COLUMNS(* EXCLUDE row) INTO NAME place VALUE text)"
    return f"(SELECT CAST(place[2:] AS INTEGER) AS place, row, text FROM {turned})"
