"""What a file is, by its first bytes: a table, packed text, or something refused by name."""

from pathlib import Path
from typing import BinaryIO

from hpsearch.errors import DataError, named
from hpsearch.inputs import NotAFile, open_regular

PARQUET = b"PAR1"
ZIP = b"PK\x03\x04"
GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
BZIP2 = b"BZh"
XZ = b"\xfd7zXZ\x00"

#: Formats that are not read, by their first bytes, and what to do with them.
FOREIGN = {
    b"ARROW1": "an Arrow file; write it as Parquet",
    b"\x89HDF\r\n\x1a\n": "an HDF5 file; write its table as Parquet or CSV",
    b"SQLite format 3\0": "a SQLite database; write its table as Parquet or CSV",
    b"\xd0\xcf\x11\xe0": "an Excel workbook; save its sheet as CSV",
    b"\x93NUMPY": "a single NumPy array; save its columns by name with numpy.savez",
    b"%PDF": "a PDF; give its table as CSV",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive; unpack it and give the file inside",
    b"\x80\x04\x95": "a pickle, which is never opened; write its table as Parquet or CSV",
    b"\x80\x05\x95": "a pickle, which is never opened; write its table as Parquet or CSV",
}


def open_table(path: Path) -> BinaryIO:
    """Open a file that may hold a table.

    Raises:
        DataError: If it is no regular file or cannot be read.
    """
    try:
        return open_regular(path)
    except NotAFile as error:
        raise DataError(f"{named(path)} {error}") from None
    except OSError as error:
        raise unreadable(path, error) from None


def unreadable(path: Path, error: OSError) -> DataError:
    """The error of a file that the system does not give."""
    reason = error.strerror or str(error)
    return DataError(f"a file of rows must be readable, got {named(path)}: {reason}")


def first_bytes(path: Path) -> bytes:
    """The first bytes of a file, by which its format is known.

    Raises:
        DataError: If it cannot be read, is empty, or is of a format that is not read.
    """
    try:
        with open_table(path) as file:
            start = file.read(64)
    except OSError as error:
        raise unreadable(path, error) from None
    if not start:
        raise DataError(f"{named(path)} is empty; give a file with rows")
    for magic, what in FOREIGN.items():
        if start.startswith(magic):
            raise DataError(f"{named(path)} is {what}")
    if start.startswith(ZIP) and path.suffix != ".npz":
        raise DataError(
            f"{named(path)} is a zip archive, as workbooks of Excel are, too; unpack it and give "
            f"the file inside, or save the sheet as CSV"
        )
    if path.suffix == ".gz" and not start.startswith(GZIP):
        raise DataError(
            f"{named(path)} must be a gzip file, which begins with the bytes 1f 8b, "
            f"got {start[:4].hex(' ')}; fetch it again, or name it .csv if it is plain text"
        )
    return start
