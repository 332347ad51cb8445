"""The framing is held to TensorBoard's own writer and to the published check value."""

import random
from pathlib import Path

from tensorboard.summary.writer.record_writer import RecordWriter

from hpsearch.export.events import masked_crc32c, write_records


def test_the_check_value_of_crc32c() -> None:
    crc = 0xE3069283  # of the digits 1 to 9; Castagnoli's polynomial, RFC 3720, B.4
    masked = (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF
    assert masked_crc32c([b"123456789"]).tolist() == [masked]
    assert masked_crc32c([]).tolist() == []


def test_files_equal_those_of_tensorboards_writer(tmp_path: Path) -> None:
    draw = random.Random(0)
    files = {
        tmp_path / f"{number}": [draw.randbytes(draw.randrange(40)) for _ in range(number)]
        for number in (0, 1, 50)
    }
    write_records(files)
    for path, records in files.items():
        with (tmp_path / "expected").open("wb") as file:
            writer = RecordWriter(file)
            for record in records:
                writer.write(record)
        assert path.read_bytes() == (tmp_path / "expected").read_bytes()
