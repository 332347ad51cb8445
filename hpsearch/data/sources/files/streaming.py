"""Known columns of a file of any size, matched by their names and read block by block."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hpsearch.data.columns import Column, Kind, RawRows
from hpsearch.data.sources.files.cells import RULES, Cells
from hpsearch.data.sources.files.known_cells import cells_for
from hpsearch.data.sources.files.labels import listed
from hpsearch.data.sources.files.mistakes import MOST_TOLD, Mistake, file_error
from hpsearch.data.sources.files.relation import Field, Relation, Type, open_relation
from hpsearch.data.sources.files.values import cells_at
from hpsearch.errors import DataError, did_you_mean, named, shown
from hpsearch.study.kinds import TEXT_KINDS
from hpsearch.study.table_keys import TableKeys

#: DuckDB hands over so many vectors of 2,048 rows at a time.
VECTORS = 4

#: What DuckDB may know a column of a kind to hold; texts are looked at.
TYPES: dict[Kind, tuple[Type, ...]] = {
    "number": ("text", "number", "boolean"),
    "boolean": ("text", "number", "boolean"),
    "date": ("text", "date"),
    "category": ("text", "number", "boolean", "date"),
    "words": ("text", "number", "boolean", "date"),
}

CORRECT_CELL = "correct the cell, or leave it empty if nobody knows its value"


@dataclass(frozen=True, slots=True)
class Stream:
    """Rows of a file that is open.

    Attributes:
        rows: How many there are.
        ignored: Names of columns that nobody asked for.
        blocks: All rows in their order, numbers as float64; each block has vocabularies of its own.
    """

    rows: int
    ignored: tuple[str, ...]
    blocks: Iterator[RawRows]


@contextmanager
def stream_columns(path: Path, columns: Sequence[Column], given: TableKeys) -> Iterator[Stream]:
    """Open a file to read columns by their names, in whatever order the file has them.

    Args:
        columns: What is read; each must be there.
        given: How the file is read; what it leaves out is inferred. Its kinds do not count.

    Raises:
        DataError: If the file cannot be read, a column is not there or holds other things than
            its kind, or with all cells that are wrong, the first twenty of many.
    """
    kinds = {column.name: column.kind for column in columns}
    with open_relation(path, given, None, lambda done, total: None) as relation:
        _refuse_broken(relation)
        fields = _find(relation, kinds)
        cells = cells_for(relation, given.model_copy(update={"columns": kinds}))
        numbers = [(field, kind) for field, kind in fields if kind not in TEXT_KINDS]
        texts = [field for field, kind in fields if kind in TEXT_KINDS]
        _refuse_wrong(relation, numbers, cells)
        ignored = tuple(name for name in relation.names if name not in kinds)
        yield Stream(relation.rows, ignored, _blocks(relation, numbers, texts, cells))


def _refuse_broken(relation: Relation) -> None:
    if relation.spool and relation.spool.broken:
        raise DataError(
            f"{named(relation.path)} {relation.spool.broken} after {relation.rows:,} whole rows; "
            f"fetch or pack it again"
        )


def _find(relation: Relation, kinds: dict[str, Kind]) -> list[tuple[Field, Kind]]:
    """The columns in the order of ``kinds``."""
    fields = {field.name: field for field in relation.fields}
    refuse_absent(relation.path, kinds, relation.names)
    found = [(fields[name], kind) for name, kind in kinds.items()]
    if wrong := [(field, kind) for field, kind in found if field.type not in TYPES[kind]]:
        pairs = [(Column(field.name, kind), field.type) for field, kind in wrong]
        raise wrong_kinds(relation.path, pairs)
    return found


def refuse_absent(path: Path, wanted: Collection[str], names: Sequence[str]) -> None:
    """Refuse a file without some of the columns that a model takes.

    Raises:
        DataError: If there are such columns, with all of them.
    """
    there, asked = set(names), set(wanted)
    others = [name for name in names if name not in asked]
    way_out = f"rename it, or add it; the file's columns are {listed(names)}"
    rule = "must be there, as the model takes it, and is not"
    mistakes = [
        Mistake(f"column {shown(name)}", f"{rule}{did_you_mean(name, others)}", way_out)
        for name in wanted
        if name not in there
    ]
    if mistakes:
        raise file_error(path, mistakes)


def wrong_kinds(path: Path, columns: Sequence[tuple[Column, str]]) -> DataError:
    """Columns that a model takes hold values of another kind, which stands beside each."""
    return file_error(
        path,
        [
            Mistake(
                f"column {shown(column.name)}",
                f"must hold {column.kind} values, as the rows did that the study ran on, "
                f"got {kind} values",
                "write the column as it was in the study's rows",
            )
            for column, kind in columns
        ],
    )


def _refuse_wrong(relation: Relation, numbers: Sequence[tuple[Field, Kind]], cells: Cells) -> None:
    """Refuse a file in which cells break the rule of their kind, which makes them infinite."""
    if not numbers:
        return
    values = [cells.value(field, kind) for field, kind in numbers]
    counts = relation.select([f"count(*) FILTER (isinf({value}))" for value in values])
    mistakes: list[Mistake] = []
    for (field, kind), value, count in zip(numbers, values, counts, strict=True):
        if count and len(mistakes) < MOST_TOLD:
            rows = relation.connection.execute(
                f"SELECT place FROM (SELECT {value} AS value, row_number() OVER () - 1 AS place "
                f"FROM {relation.source}) WHERE isinf(value) ORDER BY place "
                f"LIMIT {MOST_TOLD - len(mistakes)}"
            ).fetchall()
            places = [int(place) for (place,) in rows]
            mistakes += [
                Mistake(
                    place,
                    f"{shown(field.name)} must be {RULES[kind]}, got {shown(text)}",
                    CORRECT_CELL,
                )
                for place, text in zip(
                    relation.places(places), cells_at(relation, field, places), strict=True
                )
            ]
    if mistakes:
        raise file_error(relation.path, mistakes, sum(counts) - len(mistakes))


def _blocks(
    relation: Relation,
    numbers: Sequence[tuple[Field, Kind]],
    texts: Sequence[Field],
    cells: Cells,
) -> Iterator[RawRows]:
    expressions = [
        *(cells.value(field, kind) for field, kind in numbers),
        *(cells.category(field) for field in texts),
    ]
    aliased = [f"{expression} AS e{place}" for place, expression in enumerate(expressions)]
    result = relation.query(aliased)
    while True:
        chunk: Any = result.fetch_df_chunk(VECTORS)
        if not len(chunk):
            return
        values = chunk.iloc[:, : len(numbers)].to_numpy(np.float64)
        parts = [
            pd.factorize(chunk.iloc[:, place].astype(object))
            for place in range(len(numbers), len(expressions))
        ]
        codes = np.empty((len(chunk), len(texts)), np.int32)
        for place, (column, _) in enumerate(parts):
            codes[:, place] = column
        yield RawRows(values, codes, tuple(tuple(map(str, known)) for _, known in parts))
