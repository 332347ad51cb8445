"""Whether a zstd file is whole: DuckDB, which unpacks it, takes one that is cut off for its end.

Source: RFC 8878, section 3.1.1.
"""

from typing import BinaryIO

_DICTIONARY_BYTES = (0, 1, 2, 4)
_SIZE_BYTES = (0, 2, 4, 8)
_CHECKSUM_BYTES = 4


def is_whole(file: BinaryIO) -> bool:
    """Whether all frames of a file that begins with one end inside it."""
    end = file.seek(0, 2)
    place = 0
    while place < end:
        file.seek(place)
        magic = file.read(4)
        if len(magic) < 4:
            return False
        if magic[1:] == b"\x2a\x4d\x18" and magic[0] >> 4 == 5:  # a frame to skip
            place += 8 + int.from_bytes(file.read(4), "little")
        else:
            place = _frame_end(file)
            if place < 0:
                return False
    return place == end


def _frame_end(file: BinaryIO) -> int:
    """The place behind a frame, whose magic number was read; -1 where it is cut off."""
    descriptor = int.from_bytes(file.read(1), "little")
    single = descriptor >> 5 & 1
    size = _SIZE_BYTES[descriptor >> 6] or single
    file.seek((not single) + _DICTIONARY_BYTES[descriptor & 3] + size, 1)
    last = 0
    while not last:
        header = file.read(3)
        if len(header) < 3:
            return -1
        block = int.from_bytes(header, "little")
        last, repeats = block & 1, block >> 1 & 3 == 1
        file.seek(1 if repeats else block >> 3, 1)
    return file.tell() + (_CHECKSUM_BYTES if descriptor & 4 else 0)
