"""What reaches the terminal."""

import io
import os

from hpsearch.console import clean, write


def test_control_characters_are_written_out_and_line_breaks_stay() -> None:
    assert clean("a\x1b[31mb\n\tc\x9b\x7f\r\0") == "a\\x1b[31mb\n\tc\\x9b\\x7f\\r\\x00"
    assert clean("Größe ± 1 \udcff") == "Größe ± 1 \\udcff"


def test_a_reader_that_went_away_ends_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        for _ in range(3):
            write("nobody reads this" * 10_000, stream)


def test_a_process_without_a_stream_prints_nothing() -> None:
    write("nothing", None)
    stream = io.StringIO()
    write("a line", stream)
    assert stream.getvalue() == "a line\n"
