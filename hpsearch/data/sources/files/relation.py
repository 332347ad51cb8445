"""A file as DuckDB sees it: rows of columns, each of a type, with their names and lines."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from hpsearch.data.profile import Dialect, Format
from hpsearch.data.sources.files.archive import VIEW, register_archive
from hpsearch.data.sources.files.engine import connect
from hpsearch.data.sources.files.formats import PARQUET, ZIP, first_bytes, unreadable
from hpsearch.data.sources.files.parquet_names import column_names
from hpsearch.data.sources.files.spool import Spool, spool_text
from hpsearch.data.sources.source import RowProgress
from hpsearch.data.sql import quoted, quoted_name
from hpsearch.errors import DataError, named, shown
from hpsearch.study.table_keys import TableKeys

if TYPE_CHECKING:
    import duckdb

#: What DuckDB knows of a column's values before they are looked at.
Type = Literal["text", "number", "boolean", "date", "other"]

#: A text of more columns is read in several queries, and so kept by DuckDB, if it is not too large.
WIDE_COLUMNS = 64
WIDE_CELLS = 30_000_000


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its name for people, its name in SQL, and its type."""

    name: str
    sql: str
    type: Type = "text"


@dataclass(frozen=True, slots=True)
class Relation:
    """A table in a file that is open.

    Attributes:
        source: What stands behind ``FROM``.
        unnamed: Places of columns whose names are made up.
        repeated: Names that several columns have.
        spool: The text that is read; None where the file is none.
    """

    path: Path
    connection: "duckdb.DuckDBPyConnection"
    format: Format
    source: str
    fields: tuple[Field, ...]
    rows: int
    unnamed: frozenset[int] = frozenset()
    repeated: tuple[str, ...] = ()
    spool: Spool | None = None

    @property
    def dialect(self) -> Dialect | None:
        """How the text is written; None where the file is none."""
        return self.spool.dialect if self.spool else None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns, in their order."""
        return tuple(column.name for column in self.fields)

    def select(self, expressions: Sequence[str]) -> tuple[Any, ...]:
        """One row of aggregates over all rows."""
        row = self.query(expressions).fetchone()
        return tuple(row or ())

    def query(self, expressions: Sequence[str]) -> "duckdb.DuckDBPyConnection":
        """The result of expressions over all rows."""
        return self.run(f"SELECT {', '.join(expressions)} FROM {self.source}")

    def run(self, statement: str) -> "duckdb.DuckDBPyConnection":
        """The result of a query.

        Raises:
            DataError: If DuckDB cannot read the file.
        """
        import duckdb

        try:
            return self.connection.execute(statement)
        except duckdb.Error as error:
            reason = shown(str(error).splitlines()[0])
            raise DataError(f"{named(self.path)} cannot be read as a table: {reason}") from None

    def places(self, rows: Sequence[int]) -> list[str]:
        """Where rows, counted from 0, stand in the file, for a message."""
        if self.spool is None:
            return [f"row {row + 1:,}" for row in rows]
        return [f"line {line:,}" for line in self.spool.lines_of(list(rows))]


@contextmanager
def open_relation(
    path: Path, given: TableKeys, rows: int | None, progress: RowProgress
) -> Iterator[Relation]:
    """Open a file of any format that is read.

    Args:
        rows: How many rows to read from the top; None reads all.

    Raises:
        DataError: If the file cannot be read, or with all mistakes of its form.
    """
    start = first_bytes(path)
    with connect() as connection:
        if start.startswith(ZIP):
            names = register_archive(path, connection, rows)
            yield _typed(path, connection, "npz", VIEW, lambda: names)
            return
        try:
            with tempfile.TemporaryDirectory(prefix="hpsearch-") as folder:
                if start.startswith(PARQUET):
                    yield _parquet(path, connection, Path(folder) / "rows.parquet", rows)
                    return
                spool = spool_text(path, Path(folder) / "rows.csv", given, rows, progress)
                yield _text(path, connection, spool)
        except OSError as error:
            raise unreadable(path, error) from None


def _text(path: Path, connection: "duckdb.DuckDBPyConnection", spool: Spool) -> Relation:
    written = spool.header or [""] * spool.width
    names = unique_names(written)
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(spool.width))
    longest = max(1 << 21, spool.longest + 1)
    dialect = spool.dialect
    source = (
        f"read_csv({quoted(str(spool.path))}, auto_detect = false, all_varchar = true, "
        f"header = {str(spool.dialect.header).lower()}, delim = {quoted(dialect.delimiter)}, "
        f"quote = {quoted(dialect.quote)}, escape = {quoted(dialect.quote)}, nullstr = '', "
        f"max_line_size = {longest}, parallel = {str(not spool.tangled).lower()}, "
        f"compression = 'none', columns = {{{columns}}})"
    )
    if spool.width > WIDE_COLUMNS and spool.width * spool.rows < WIDE_CELLS:
        connection.execute(f"CREATE TEMP TABLE wide AS SELECT * FROM {source}")
        source = "wide"
    return Relation(
        path,
        connection,
        "csv",
        source,
        tuple(Field(name, f"c{place}") for place, name in enumerate(names)),
        spool.rows,
        _unnamed(written),
        _repeated(written),
        spool,
    )


def _parquet(
    path: Path, connection: "duckdb.DuckDBPyConnection", link: Path, rows: int | None
) -> Relation:
    """A Parquet file, by a link, since DuckDB takes stars and brackets of a name for a pattern."""
    link.symlink_to(path.resolve())
    limit = "" if rows is None else f" LIMIT {rows}"
    source = f"(SELECT * FROM read_parquet({quoted(str(link))}){limit})"
    return _typed(path, connection, "parquet", source, lambda: column_names(connection, link))


def _typed(
    path: Path,
    connection: "duckdb.DuckDBPyConnection",
    format_: Format,
    source: str,
    names: Callable[[], Sequence[str]],
) -> Relation:
    """A table of typed columns, whose ``names`` as written may be asked for."""
    import duckdb

    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        (count,) = connection.execute(f"SELECT count(*) FROM {source}").fetchone() or (0,)
        written = names()
    except duckdb.Error:
        raise DataError(
            f"{named(path)} must be a whole {format_} file, got one that is cut off or damaged; "
            f"fetch or write it again"
        ) from None
    fields = tuple(
        Field(name, quoted_name(sql), _type(kind))
        for name, (sql, kind, *_) in zip(unique_names(written), described, strict=True)
    )
    return Relation(
        path,
        connection,
        format_,
        source,
        fields,
        int(count),
        _unnamed(written),
        _repeated(written),
    )


def _unnamed(written: Sequence[str]) -> frozenset[int]:
    return frozenset(place for place, name in enumerate(written) if not name)


def _repeated(written: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name, count in Counter(written).items() if name and count > 1)


def _type(sql: str) -> Type:
    base = sql.partition("(")[0]
    if sql.endswith("]") or base in ("STRUCT", "MAP", "LIST", "UNION", "BLOB"):
        return "other"
    if base in ("VARCHAR", "ENUM", "UUID"):
        return "text"
    if base == "BOOLEAN":
        return "boolean"
    if base == "DATE" or base.startswith("TIMESTAMP"):
        return "date"
    numbers = ("INT", "FLOAT", "DOUBLE", "DECIMAL")
    return "number" if any(number in base for number in numbers) else "other"


def unique_names(written: Sequence[str]) -> tuple[str, ...]:
    """A name for each column: an empty one is ``column N``, a repeated one gets a number.

    ``a, , a`` are ``a``, ``column 1`` and ``a 2``; columns are counted from 0.
    """
    taken = {name for name in written if name}
    names: list[str] = []
    seen: set[str] = set()
    counts: Counter[str] = Counter()
    for place, name in enumerate(written):
        unique = name or f"column {place}"
        if unique in seen or (not name and unique in taken):
            base = unique
            counts[base] = max(counts[base], 1)
            while unique in seen or unique in taken:
                counts[base] += 1
                unique = f"{base} {counts[base]}"
        seen.add(unique)
        names.append(unique)
    return tuple(names)
