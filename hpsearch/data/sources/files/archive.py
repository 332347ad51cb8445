"""A NumPy archive of a user: arrays of as many rows each, columns by their names."""

import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.sources.files.formats import open_table
from hpsearch.errors import DataError, named, shown

if TYPE_CHECKING:
    import duckdb

VIEW = "archive"


def register_archive(
    path: Path, connection: "duckdb.DuckDBPyConnection", rows: int | None
) -> tuple[str, ...]:
    """Make the arrays of an archive a view with columns ``c0``, ``c1``, ...; returns their names.

    An array ``x`` of one dimension is the column ``x``, of two the columns ``x 0``, ``x 1``, ...

    Raises:
        DataError: If it is no archive of such arrays.
    """
    import pandas as pd

    try:
        with open_table(path) as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(
            f"{named(path)} must be a whole NumPy archive of plain arrays, "
            f"got {shown(str(error))}; write it again with numpy.savez"
        ) from None
    columns: dict[str, NDArray[np.generic]] = {}
    for name, array in arrays.items():
        if array.dtype.kind not in "biufUM" or array.ndim not in (1, 2):
            raise DataError(
                f"{named(path)} must hold arrays of numbers or texts of one or two dimensions, "
                f"got {shown(name)} of {array.dtype} {array.shape}; leave it out"
            )
        if array.ndim == 1:
            columns[name] = array
        else:
            columns |= {f"{name} {place}": array[:, place] for place in range(array.shape[1])}
    lengths = {len(column) for column in columns.values()}
    if len(lengths) != 1:
        raise DataError(
            f"{named(path)} must hold arrays of as many rows each, got "
            f"{', '.join(f'{shown(name)} {array.shape}' for name, array in arrays.items())}; "
            f"give one row of each array to one row of the table"
        )
    frame = pd.DataFrame(
        {
            f"c{place}": column.astype(object) if column.dtype.kind == "U" else column
            for place, column in enumerate(columns.values())
        }
    ).iloc[:rows]
    connection.register(VIEW, frame)
    return tuple(columns)
