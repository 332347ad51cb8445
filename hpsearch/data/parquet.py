"""Columns in one Parquet file, with a digest over all of it that is checked before it is parsed.

The digest stands in the file's own metadata: SHA-256 of all bytes, with zeros in place of its own
hex digits. So a flipped bit, a cut or a torn write is told apart from content before a parser sees
any of it. The digest is no signature: what somebody made on purpose is read as data, of no more
bytes than there is memory for.

DuckDB gets the file by its descriptor, so that no name is taken for a pattern, and what is parsed
is what was checked.
"""

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import numpy as np
from numpy.typing import NDArray

from hpsearch.arrays import DamagedError
from hpsearch.data.columns import MISSING
from hpsearch.data.sql import distinct_names, quoted, quoted_name
from hpsearch.files import replacing
from hpsearch.inputs import open_regular
from hpsearch.processes import free_bytes

Array = NDArray[Any]

#: Keys of the file's metadata: what the columns are, and the digest, which is the last.
ABOUT, DIGEST = "hpsearch", "hpsearch.digest"

_MAGIC = b"PAR1"
_MARK = b"sha256:"
_BLANK = b"0" * 64
_PIECE_BYTES = 1 << 20

#: Columns that are read at a time, and their values, which bounds what is held twice.
_COLUMNS, _VALUES = 32, 1 << 24


@dataclass(frozen=True, slots=True)
class Texts:
    """A column of texts, as int32 places in a vocabulary, -1 for a missing one."""

    codes: NDArray[np.int32]
    vocabulary: Sequence[str]


def write_parquet(path: Path, columns: Sequence[tuple[str, Array | Texts]], about: str) -> None:
    """Replace a file by these columns; the same columns give the same bytes.

    Args:
        columns: Names and values, of the same length; a name that Parquet or DuckDB can't have is
            written as another, so names of value belong into ``about``. NaN is written as missing.
        about: What the columns are, in ASCII without control characters.
    """
    arrays = {f"c{place}": _held(values) for place, (_, values) in enumerate(columns)}
    names = distinct_names([name for name, _ in columns])
    texts = any(isinstance(values, Texts) for _, values in columns)
    selected = ", ".join(
        f"{own} AS {quoted_name(name)}" for own, name in zip(arrays, names, strict=True)
    )
    with replacing(path) as fresh, fresh.open("w+b") as file, _connection() as connection:
        connection.register("held", _frame(arrays) if texts else arrays)
        connection.execute(
            f"COPY (SELECT {selected} FROM held) TO '/dev/fd/{file.fileno()}' (FORMAT parquet, "
            f"COMPRESSION zstd, USE_TMP_FILE false, KV_METADATA {{'{ABOUT}': {quoted(about)}, "
            f"'{DIGEST}': '{(_MARK + _BLANK).decode()}'}})"
        )
        place = _digest_place(file)
        digits = _digest(file, place)
        file.seek(place)
        file.write(digits)


def is_ours(path: Path) -> bool:
    """Whether a file's metadata says that ``write_parquet`` wrote it, whole or not.

    Raises:
        OSError: If it can't be read.
    """
    with open_regular(path) as file:
        try:
            _digest_place(file)
        except DamagedError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class ParquetFile:
    """An open file whose digest is right.

    Attributes:
        about: As it was given to ``write_parquet``.
        rows: How many there are.
        types: DuckDB's type of each column.
    """

    about: str
    rows: int
    types: tuple[str, ...]
    _names: tuple[str, ...]
    _source: str
    _connection: duckdb.DuckDBPyConnection

    def numbers(self, places: Sequence[int]) -> Iterator[tuple[int, Array]]:
        """Columns of numbers by their places, NaN where they are missing.

        Raises:
            DamagedError: If a whole number is missing.
        """
        for place, values in self._columns(places):
            missing, numbers = np.ma.getmaskarray(values), np.ma.getdata(values)
            if missing.any():
                if numbers.dtype.kind != "f":
                    raise DamagedError(f"column {place} must have no missing values")
                numbers = np.where(missing, np.nan, numbers).astype(values.dtype)
            yield place, numbers

    def codes(
        self, place: int, vocabulary: tuple[str, ...] | None
    ) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        """A column of texts as places in a vocabulary, -1 for a missing one.

        Without a vocabulary it is that of the rows, in the order of ``sorted``.

        Raises:
            DamagedError: If a text is not in the vocabulary, or that names one twice.
        """
        ((_, values),) = self._columns([place])
        missing, texts = np.ma.getmaskarray(values), np.ma.getdata(values)
        if vocabulary is None:
            vocabulary = tuple(sorted(set(texts[~missing])))
        known = {text: code for code, text in enumerate(vocabulary)}
        if len(known) < len(vocabulary):
            raise DamagedError("a vocabulary must have each text once")
        codes = np.full(len(texts), MISSING, np.int32)
        try:
            codes[~missing] = [known[text] for text in texts[~missing]]
        except KeyError as error:
            raise DamagedError(f"{error} must be in its column's vocabulary") from None
        return codes, vocabulary

    def _columns(self, places: Sequence[int]) -> Iterator[tuple[int, Any]]:
        most = max(1, min(_COLUMNS, _VALUES // max(self.rows, 1)))
        for start in range(0, len(places), most):
            some = places[start : start + most]
            selected = ", ".join(quoted_name(self._names[place]) for place in some)
            query = f"SELECT {selected} FROM read_parquet('{self._source}')"
            read = self._connection.execute(query).fetchnumpy()
            yield from zip(some, read.values(), strict=True)


@contextmanager
def open_parquet(path: Path) -> Iterator[ParquetFile]:
    """A file that ``write_parquet`` wrote.

    Raises:
        FileNotFoundError: If there is no such file.
        DamagedError: If it is not as it was written, or can't be read at all, also in the block.
    """
    try:
        with open_regular(path) as file:
            place = _digest_place(file)
            file.seek(place)
            if file.read(len(_BLANK)) != _digest(file, place):
                raise DamagedError("its digest does not match its content")
            with _connection() as connection:
                yield _opened(connection, f"/dev/fd/{file.fileno()}")
    except (FileNotFoundError, DamagedError):
        raise
    except OSError as error:
        raise DamagedError(f"it cannot be read: {error.strerror or error}") from None
    except Exception as error:  # a file made on purpose may lead a parser anywhere
        raise DamagedError(f"it is not a file of rows: {error}") from error


def _opened(connection: duckdb.DuckDBPyConnection, source: str) -> ParquetFile:
    """What the file says of itself, as far as there is memory for what it says."""
    (rows,) = _one(connection, f"SELECT num_rows FROM parquet_file_metadata('{source}')")
    (about,) = _one(
        connection, f"SELECT value FROM parquet_kv_metadata('{source}') WHERE key = '{ABOUT}'"
    )
    columns = connection.execute(f"SELECT * FROM read_parquet('{source}') LIMIT 0").description
    wanted, free = rows * len(columns) * 8, free_bytes()
    if wanted > free:
        raise DamagedError(f"it asks for {wanted:,} bytes of memory, and {free:,} are free")
    names, types = zip(*((name, str(kind)) for name, kind, *_ in columns), strict=True)
    return ParquetFile(about.decode(), rows, types, names, source, connection)


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    if row is None:
        raise DamagedError("it does not say what its columns are")
    return row


def _connection() -> duckdb.DuckDBPyConnection:
    """DuckDB in memory, on one thread, which keeps the order of rows and the bytes of files."""
    return duckdb.connect(config={"threads": 1})


def _digest_place(file: BinaryIO) -> int:
    """Where the hex digits of the digest begin."""
    size = file.seek(0, io.SEEK_END)
    end = 4 + len(_MAGIC)  # the length of the metadata, and the magic bytes
    file.seek(max(size - end, 0))
    length, magic = int.from_bytes(file.read(4), "little"), file.read(len(_MAGIC))
    if magic != _MAGIC or length > size - end:
        raise DamagedError("it does not end as a Parquet file does")
    start = size - end - length
    file.seek(start)
    found = file.read(length).rfind(DIGEST.encode())
    file.seek(start + max(found, 0))
    place = file.read(len(DIGEST) + len(_MARK) + 8).find(_MARK)
    if found < 0 or place < 0:
        raise DamagedError("it has no digest")
    return start + found + place + len(_MARK)


def _digest(file: BinaryIO, place: int) -> bytes:
    """Hex digits of the digest of a file that has its own digits at ``place``."""
    digest, left = hashlib.sha256(), place
    file.seek(0)
    while left and (piece := file.read(min(left, _PIECE_BYTES))):
        digest.update(piece)
        left -= len(piece)
    digest.update(_BLANK)
    file.seek(place + len(_BLANK))
    digest.update(file.read())
    return digest.hexdigest().encode()


def _held(values: Array | Texts) -> Any:
    """A column as DuckDB takes it."""
    if isinstance(values, Texts):
        import pandas as pd  # half a second; DuckDB takes a million texts 8 times as fast from it

        texts: Any = list(values.vocabulary) or [""]
        return pd.Categorical.from_codes(values.codes, texts)
    return np.ascontiguousarray(values)


def _frame(columns: Mapping[str, Any]) -> Any:
    import pandas as pd

    return pd.DataFrame(columns, copy=False)
