"""The values of chosen columns of an open file, as ``RawRows``, and all cells that are wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.columns import MISSING, Kind, RawRows
from hpsearch.data.room import IN_MEMORY, Room, pieces, row_bytes
from hpsearch.data.sources.files.cells import RULES, Cells
from hpsearch.data.sources.files.mistakes import MOST_TOLD, Mistake
from hpsearch.data.sources.files.pairs import pairs
from hpsearch.data.sources.files.relation import Field, Relation
from hpsearch.data.sources.source import RowProgress
from hpsearch.data.sql import quoted
from hpsearch.errors import shown
from hpsearch.study.kinds import TEXT_KINDS

#: DuckDB plans a query of so many columns at a time: the time for it grows with their square.
COLUMNS_A_QUERY = 64

#: DuckDB hands over so many vectors of 2,048 rows at a time.
VECTORS = 32

Chosen = tuple[Field, Kind]


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """Values of columns.

    Attributes:
        rows: Numbers are float64; infinity where there are mistakes.
        mistakes: Those to tell; ``untold`` are more.
    """

    rows: RawRows
    mistakes: list[Mistake]
    untold: int


def read_values(
    relation: Relation,
    columns: Sequence[Chosen],
    cells: Cells,
    room: Room = IN_MEMORY,
    progress: RowProgress = lambda done, total: None,
) -> Values:
    """Read columns in their order.

    Args:
        room: For the values.
        progress: Called after each block of rows.

    Raises:
        DataError: If DuckDB cannot read the file.
    """
    texts = [field for field, kind in columns if kind in TEXT_KINDS]
    plain = [(field, kind) for field, kind in columns if kind not in TEXT_KINDS]
    vocabularies = _vocabularies(relation, texts, cells)
    numbers = room.zeros((relation.rows, len(plain)), np.float64)
    codes = room.zeros((relation.rows, len(texts)), np.int32)
    wide = len(plain) > COLUMNS_A_QUERY and all(field.type == "text" for field, _ in plain)
    if wide:
        numbers.fill(np.nan)
        _fill_pairs(relation, plain, cells, numbers)
    expressions = [] if wide else [cells.value(field, kind) for field, kind in plain]
    for place, field in enumerate(texts):
        if vocabularies[place]:
            name = f"vocabulary_{place}"
            _make_enum(relation, name, vocabularies[place])
            code = f"enum_code(CAST({cells.category(field)} AS {name}))"
            expressions.append(f"coalesce(CAST({code} AS INTEGER), {MISSING})")
        else:
            expressions.append(f"CAST({MISSING} AS INTEGER)")
    _fill(relation, expressions, numbers[:, :0] if wide else numbers, codes, progress)
    rows = RawRows(numbers, codes, tuple(vocabularies))
    infinite = np.zeros(len(plain), bool)
    for some in pieces(relation.rows, row_bytes(numbers)):
        infinite |= np.isinf(numbers[some]).any(axis=0)
    wrong = [(plain[place], int(place)) for place in np.flatnonzero(infinite)]
    mistakes: list[Mistake] = []
    untold = 0
    for (field, kind), place in wrong:
        bad = np.flatnonzero(np.isinf(numbers[:, place]))
        filled = int((~np.isnan(numbers[:, place])).sum())
        if len(mistakes) >= MOST_TOLD:
            untold += len(bad)
            continue
        told = _mistakes(relation, field, kind, bad, filled, MOST_TOLD - len(mistakes))
        mistakes += told
        untold += len(bad) - sum(mistake.count for mistake in told)
    return Values(rows, mistakes, untold)


def _fill_pairs(
    relation: Relation, plain: Sequence[Chosen], cells: Cells, numbers: NDArray[np.float64]
) -> None:
    """Put the values of very many columns into their array, cell by cell; empty ones are NaN."""
    for kind in dict.fromkeys(kind for _, kind in plain):
        fields = {place: field for place, (field, other) in enumerate(plain) if other == kind}
        value = cells.value(Field("", "text"), kind)
        result = relation.run(f"SELECT row, place, {value} AS value FROM {pairs(relation, fields)}")
        while True:
            chunk: Any = result.fetch_df_chunk(VECTORS)
            if not len(chunk):
                break
            rows, columns = chunk["row"].to_numpy(), chunk["place"].to_numpy()
            numbers[rows, columns] = chunk["value"].to_numpy()


def _fill(
    relation: Relation,
    expressions: Sequence[str],
    numbers: NDArray[np.float64],
    codes: NDArray[np.int32],
    progress: RowProgress,
) -> None:
    """Put the values of expressions, first those of numbers, into arrays."""
    for start in range(0, len(expressions), COLUMNS_A_QUERY):
        some = expressions[start : start + COLUMNS_A_QUERY]
        for done in _fill_some(relation, some, start, numbers, codes):
            if some[-1] is expressions[-1]:
                progress(done, len(numbers))


def _fill_some(
    relation: Relation,
    expressions: Sequence[str],
    first: int,
    numbers: NDArray[np.float64],
    codes: NDArray[np.int32],
) -> Iterator[int]:
    """Put the values of some expressions into arrays; yields how many rows are there.

    ``first`` is the place of the first expression.
    """
    named_expressions = [
        f"{expression} AS e{place}" for place, expression in enumerate(expressions)
    ]
    result = relation.query(named_expressions)
    width, start = numbers.shape[1], 0
    while start < len(numbers):
        chunk: Any = result.fetch_df_chunk(VECTORS)
        end = start + len(chunk)
        if end == start:
            break
        for place in range(len(expressions)):
            values = chunk.iloc[:, place].to_numpy()
            if first + place < width:
                numbers[start:end, first + place] = values
            else:
                codes[start:end, first + place - width] = values
        start = end
        yield start
    if start != len(numbers):
        raise AssertionError(f"{start} rows were read, and {len(numbers)} counted")


def _vocabularies(
    relation: Relation, fields: Sequence[Field], cells: Cells
) -> list[tuple[str, ...]]:
    """The different texts of columns, sorted, so that the order of the rows changes nothing."""
    vocabularies: list[tuple[str, ...]] = []
    for start in range(0, len(fields), COLUMNS_A_QUERY):
        batch = fields[start : start + COLUMNS_A_QUERY]
        found = relation.select([f"list(DISTINCT {cells.category(field)})" for field in batch])
        vocabularies += [
            tuple(sorted(text for text in texts or () if text is not None)) for texts in found
        ]
    return vocabularies


def _make_enum(relation: Relation, name: str, vocabulary: Sequence[str]) -> None:
    texts = ", ".join(map(quoted, vocabulary))
    relation.connection.execute(f"DROP TYPE IF EXISTS {name}")
    relation.connection.execute(f"CREATE TYPE {name} AS ENUM ({texts})")


def _mistakes(
    relation: Relation,
    field: Field,
    kind: Kind,
    bad: NDArray[np.intp],
    filled: int,
    most: int,
) -> list[Mistake]:
    """The wrong cells of a column; one mistake for all where hardly a cell is right."""
    name = shown(field.name)
    told = [int(row) for row in bad[:most]]
    texts = cells_at(relation, field, told)
    kinds = "text" if kind == "category" else '"category", or "text" to leave it out'
    if len(bad) > 3 and 2 * len(bad) > filled:
        examples = ", ".join(dict.fromkeys(map(shown, texts[:5])))
        rule = (
            f"must be {RULES[kind]}, got something else in {len(bad):,} of {filled:,} cells, "
            f"like {examples}"
        )
        return [Mistake(f"column {name}", rule, f"set data.columns to {kinds}", len(bad))]
    way_out = (
        f"correct the cell, add its word to data.missing if it stands for no value, or set the "
        f"column's kind in data.columns to {kinds}"
    )
    places = relation.places(told)
    return [
        Mistake(place, f"{name} must be {RULES[kind]}, got {shown(text)}", way_out)
        for place, text in zip(places, texts, strict=True)
    ]


def cells_at(relation: Relation, field: Field, rows: Sequence[int]) -> list[str]:
    """The texts of some cells of a column, by their rows counted from 0."""
    if not rows:
        return []
    listed = ", ".join(map(str, rows))
    statement = (
        f"SELECT text FROM (SELECT CAST({field.sql} AS VARCHAR) AS text, "
        f"row_number() OVER () - 1 AS place FROM {relation.source}) "
        f"WHERE place IN ({listed}) ORDER BY place"
    )
    return [text or "" for (text,) in relation.connection.execute(statement).fetchall()]
