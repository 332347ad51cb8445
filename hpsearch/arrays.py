"""Named arrays in one file, with a digest over all of it that is checked before anything is parsed.

The file is an ``.npz`` that NumPy opens. The digest is the last thing in it, as the comment of the
zip archive: SHA-256 of all bytes before its own hex digits. So a flipped bit, a cut or a torn write
is told apart from content before a parser sees any of it. The digest is no signature: a file that
somebody made on purpose is read as data of bounded size, never unpickled.
"""

import hashlib
import io
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from hpsearch.files import replacing
from hpsearch.inputs import open_regular

Array = NDArray[Any]

_MARK = b"sha256:"
_DIGITS = 64
_PIECE_BYTES = 1 << 20


class DamagedError(ValueError):
    """A file that is not what was written; the message says why."""


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Replace a file by these arrays; the same arrays give the same bytes.

    Args:
        arrays: By name, of any dtype without objects.
    """
    archive = io.BytesIO()
    np.savez(archive, allow_pickle=False, **arrays)
    content = bytearray(archive.getbuffer())
    content[-2:] = (len(_MARK) + _DIGITS).to_bytes(2, "little")  # the length of the comment
    content += _MARK
    content += hashlib.sha256(content).hexdigest().encode()
    with replacing(path) as fresh:
        fresh.write_bytes(content)


def read_arrays(path: Path) -> dict[str, Array]:
    """The arrays of a file that ``write_arrays`` wrote.

    Raises:
        FileNotFoundError: If there is no such file.
        DamagedError: If it is not as it was written, or can't be read at all.
    """
    try:
        with open_regular(path) as file:
            _check_digest(file)
            with zipfile.ZipFile(file) as archive:
                return {
                    entry.filename.removesuffix(".npy"): _array(archive, entry)
                    for entry in archive.infolist()
                }
    except FileNotFoundError:
        raise
    except DamagedError:
        raise
    except OSError as error:
        raise DamagedError(f"it cannot be read: {error.strerror or error}") from None
    except Exception as error:  # a file made on purpose may lead a parser anywhere
        raise DamagedError(f"it is not a file of arrays: {error}") from error


def _check_digest(file: BinaryIO) -> None:
    size = file.seek(0, io.SEEK_END)
    end = len(_MARK) + _DIGITS
    if size < end:
        raise DamagedError(f"it is {size} bytes long, too short for a digest")
    file.seek(-end, io.SEEK_END)
    mark, written = file.read(len(_MARK)), file.read(_DIGITS)
    if mark != _MARK:
        raise DamagedError("it does not end in a digest")
    digest = hashlib.sha256()
    file.seek(0)
    left = size - _DIGITS
    while left and (piece := file.read(min(left, _PIECE_BYTES))):
        digest.update(piece)
        left -= len(piece)
    if digest.hexdigest().encode() != written:
        raise DamagedError("its digest does not match its content")
    file.seek(0)


def _array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Array:
    """One array, whose header must claim just the bytes that are there."""
    if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
        raise DamagedError(f"{entry.filename!r} is compressed")
    content = io.BytesIO(archive.read(entry))
    version = np.lib.format.read_magic(content)
    if version != (1, 0):
        raise DamagedError(f"{entry.filename!r} has an unknown header")
    shape, _, dtype = np.lib.format.read_array_header_1_0(content)
    size = entry.file_size - content.tell()
    if dtype.hasobject or math.prod(shape) * dtype.itemsize != size:
        raise DamagedError(f"{entry.filename!r} must hold {size} bytes, got {dtype} {shape}")
    content.seek(0)
    array: Array = np.lib.format.read_array(content, allow_pickle=False)
    return array
