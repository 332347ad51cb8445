"""What reaches the terminal."""

import io
import os
import time
from concurrent.futures import ThreadPoolExecutor

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


class Slow(io.StringIO):
    """A stream whose writes take long enough for another thread to come between two."""

    def write(self, text: str) -> int:
        """Write, and let others run."""
        count = super().write(text)
        time.sleep(0.001)
        return count


def test_lines_of_threads_follow_each_other_whole() -> None:
    stream, lines = Slow(), [f"line {number}" for number in range(40)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda line: write(line, stream), lines))
    assert sorted(stream.getvalue().splitlines()) == sorted(lines)
