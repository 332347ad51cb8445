"""The framing is held to TensorBoard's own writer and to the published check value."""

import io
import random

from tensorboard.summary.writer.record_writer import RecordWriter

from hpsearch.tensorboard.framing import frame_records, masked_crc32c


def test_the_check_value_of_crc32c() -> None:
    crc = 0xE3069283  # of the digits 1 to 9; Castagnoli's polynomial, RFC 3720, B.4
    masked = (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF
    assert masked_crc32c([b"123456789"]).tolist() == [masked]
    assert masked_crc32c([]).tolist() == []


def test_files_equal_those_of_tensorboards_writer() -> None:
    draw = random.Random(0)
    files = [[draw.randbytes(draw.randrange(40)) for _ in range(number)] for number in (0, 1, 50)]
    for records, framed in zip(files, frame_records(files), strict=True):
        expected = io.BytesIO()
        writer = RecordWriter(expected)
        for record in records:
            writer.write(record)
        assert framed == expected.getvalue()


def test_a_file_of_more_records_goes_on_from_one_of_fewer() -> None:
    records = [b"one", b"", b"three"]
    shorter, longer = frame_records([records[:2], records])
    assert longer.startswith(shorter)
