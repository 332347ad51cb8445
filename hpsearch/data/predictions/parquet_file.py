"""Predictions as Parquet: probabilities and numbers are DOUBLE, classes what their names are.

DuckDB gathers the blocks in a table on disk and writes the file from it, so that no more than a
block is in memory. It gets the file by its descriptor, since it takes stars and brackets of a name
for a pattern.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from hpsearch.data.predictions.layout import Layout, Predictions
from hpsearch.data.sql import distinct_names, quoted, quoted_name
from hpsearch.errors import DataError, named, shown

__all__ = ["write_parquet"]

#: Whole numbers from here on do not fit in BIGINT.
BEYOND_BIGINT = 2**63


@contextmanager
def write_parquet(
    path: Path, layout: Layout, tell: Callable[[str], None]
) -> Iterator[Callable[[Predictions], None]]:
    """Gather blocks, and write them when the last one has come.

    Raises:
        DataError: If they can't be written.
    """
    names = distinct_names(layout.header)
    for name, written in zip(layout.header, names, strict=True):
        if name != written:
            tell(
                f"the column {shown(name)} is called {shown(written)}, since names in "
                f"a Parquet file must differ by more than upper and lower case"
            )
    numbers = [f"n{place}" for place in range(len(layout.numbers))]
    types = [*(f"{own} DOUBLE" for own in numbers), *(["called INTEGER"] if layout.classes else [])]
    with tempfile.TemporaryDirectory(prefix="hpsearch-") as folder:
        connection = duckdb.connect(Path(folder) / "predictions.db", config={"threads": 1})
        try:
            connection.execute(f"CREATE TABLE predictions ({', '.join(types)})")

            def put(predictions: Predictions) -> None:
                columns = layout.columns(predictions).T
                block: dict[str, NDArray[Any]] = {
                    name: np.ascontiguousarray(values)
                    for name, values in zip(numbers, columns, strict=True)
                }
                if layout.classes:
                    block["called"] = layout.called(predictions)
                connection.register("block", block)
                connection.execute("INSERT INTO predictions SELECT * FROM block")
                connection.unregister("block")

            yield put
            values = [*numbers, *([_class(layout.classes)] if layout.classes else [])]
            _copy(connection, path, values, names)
        except duckdb.Error as error:
            reason = shown(str(error).splitlines()[0])
            raise DataError(
                f"predictions must fit on the disks of {named(path.parent)} and of temporary "
                f"files, got {reason}; make room, or name a CSV file with --output"
            ) from None
        finally:
            connection.close()


def _copy(
    connection: duckdb.DuckDBPyConnection, path: Path, values: Sequence[str], names: Sequence[str]
) -> None:
    """Write expressions over all rows as columns with these names."""
    pairs = zip(values, names, strict=True)
    selected = ", ".join(f"{value} AS {quoted_name(name)}" for value, name in pairs)
    with path.open("wb") as file:
        connection.execute(
            f"COPY (SELECT {selected} FROM predictions) TO '/dev/fd/{file.fileno()}' "
            f"(FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"
        )


def _class(classes: Sequence[str]) -> str:
    """The class that a row is called, in SQL."""
    return f"([{', '.join(map(quoted, classes))}])[called + 1]::{class_type(classes)}"


def class_type(classes: Sequence[str]) -> str:
    """The type of a column of classes: true and false, whole numbers, or texts."""
    if {name.lower() for name in classes} == {"false", "true"}:
        return "BOOLEAN"
    return "BIGINT" if all(map(_is_whole, classes)) else "VARCHAR"


def _is_whole(text: str) -> bool:
    try:
        number = int(text)
    except ValueError:
        return False
    return str(number) == text and -BEYOND_BIGINT <= number < BEYOND_BIGINT
