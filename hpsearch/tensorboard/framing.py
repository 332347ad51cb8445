"""Event files in TensorBoard's framing, with the checksums of many records taken at once.

TensorBoard's own ``RecordWriter`` takes CRC-32C byte by byte in Python, which is half the time of
an export of 1,000 trials; here records of equal length go through NumPy together.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

Checksums = NDArray[np.uint32]

POLYNOMIAL = 0x82F63B78
MASK_DELTA = 0xA282EAD8


def frame_records(files: Sequence[Sequence[bytes]]) -> list[bytes]:
    """The content of each file: per record length, its checksum, data, its checksum; little-endian.

    A file of more records begins with the bytes of the file of fewer.

    Source: TensorFlow, core/lib/io/record_writer.h.
    """
    records = [record for content in files for record in content]
    lengths = [len(record).to_bytes(8, "little") for record in records]
    heads, tails = masked_crc32c(lengths).tobytes(), masked_crc32c(records).tobytes()
    framed = (
        lengths[at] + heads[4 * at : 4 * at + 4] + record + tails[4 * at : 4 * at + 4]
        for at, record in enumerate(records)
    )
    return [b"".join(islice(framed, len(content))) for content in files]


def masked_crc32c(records: Sequence[bytes]) -> Checksums:
    """CRC-32C of each record, rotated and shifted as TensorFlow has it, uint32 ``(records,)``."""
    table = _table()
    by_length: defaultdict[int, list[int]] = defaultdict(list)
    for index, record in enumerate(records):
        by_length[len(record)].append(index)
    checksums: Checksums = np.zeros(len(records), dtype="<u4")
    for length, indices in by_length.items():
        joined = b"".join(records[index] for index in indices)
        columns = np.frombuffer(joined, dtype=np.uint8).reshape(len(indices), length).T
        crc = np.full(len(indices), 0xFFFFFFFF, dtype=np.uint32)
        for column in np.ascontiguousarray(columns):
            crc = table[(crc ^ column) & 0xFF] ^ (crc >> 8)
        checksums[indices] = ~crc
    rotated = np.bitwise_or(checksums >> np.uint32(15), checksums << np.uint32(17))
    masked: Checksums = np.add(rotated, np.uint32(MASK_DELTA), dtype="<u4")
    return masked


def _table() -> Checksums:
    """CRC-32C of every byte."""
    crc = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        crc = np.where(crc & 1, (crc >> 1) ^ np.uint32(POLYNOMIAL), crc >> 1)
    return crc
