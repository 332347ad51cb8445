"""Arrays of bytes in the IDX format of MNIST and its kin, packed by gzip."""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hpsearch.errors import DataError, named
from hpsearch.inputs import open_regular

__all__ = ["read_idx"]

#: The type code of unsigned bytes, after two zeros.
_BYTES = b"\0\0\x08"

#: More is no picture, whatever a header says.
_MOST_BYTES = 1 << 32


def read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """The array in a file, uint8 of so many dimensions.

    Two zeros, the type, how many dimensions, the size of each as a big-endian number of 4 bytes,
    then the values.

    Raises:
        DataError: If the file can't be read, or is no such array.
    """
    try:
        with open_regular(path) as file, gzip.open(file) as unpacked:
            if unpacked.read(4) != _BYTES + bytes([dimensions]):
                raise _wrong(path, f"begin as an IDX file of bytes in {dimensions} dimensions does")
            header = unpacked.read(4 * dimensions)
            sizes = np.frombuffer(header[: len(header) // 4 * 4], ">u4").tolist()
            wanted = math.prod(sizes)
            if len(sizes) < dimensions or wanted > _MOST_BYTES:
                raise _wrong(path, f"tell {dimensions} sizes of an array that fits into memory")
            values = unpacked.read(wanted)
            if len(values) < wanted or unpacked.read(1):
                raise _wrong(path, f"hold {wanted:,} bytes, as its header says")
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{named(path)} cannot be read: {reason}; fetch it again") from None
    return np.frombuffer(values, np.uint8).reshape(sizes)


def _wrong(path: Path, rule: str) -> DataError:
    return DataError(f"{named(path)} must {rule}, and does not; fetch it again")
