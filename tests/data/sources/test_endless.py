"""Files of rows that never end, or hold next to nothing: refused with little time and memory."""

import gzip
import os
import re
import socket
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from hpsearch.data.load import load
from hpsearch.data.sources import blocks
from hpsearch.data.sources.files import records, spool, unpacking
from hpsearch.data.sources.files.reading import read_file
from hpsearch.data.sources.higgs.reading import fetch_higgs, read_higgs
from hpsearch.data.table import Table
from hpsearch.errors import DataError
from hpsearch.study.sections import DataSection
from hpsearch.tasks.binary import BINARY
from tests.data.sources.conftest import higgs_text

GOOD = b"1,2,3\n0,4,5\n" * 50
LIMIT = 1 << 20


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The readers with a sixty-fourth of their limits."""
    monkeypatch.setattr(blocks, "LONGEST_LINE_BYTES", LIMIT)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", LIMIT >> 4)
    monkeypatch.setattr(blocks, "PIECE_BYTES", LIMIT >> 8)
    for module in (records, spool):
        monkeypatch.setattr(module, "LONGEST_LINE_BYTES", LIMIT)
    monkeypatch.setattr(records, "BLOCK_BYTES", LIMIT >> 4)
    monkeypatch.setattr(unpacking, "PIECE_BYTES", LIMIT >> 8)
    monkeypatch.setattr(spool, "MOST_COLUMNS", 1_000)


def ignore(now: int, of: int) -> None:
    pass


def read(path: Path, rows: int | None = None) -> Table:
    return read_file(path, label=0, task=BINARY, rows=rows, progress=ignore, tell=print)


def read_section(path: Path, source: str = "csv") -> Table:
    section = DataSection.model_validate({"source": source, "path": str(path), "shuffle": True})
    return load(section, None, task=BINARY, seed=0, tell=print, progress=ignore)


LONG = "a line must be shorter than 64 MiB"
BLANK = "a row must follow within 64 MiB, got nothing but blank lines"
ENDLESS: dict[str, tuple[bytes, bytes, str]] = {
    "line breaks": (GOOD, b"\n", f"line 101: {BLANK}"),
    "windows line breaks": (GOOD, b"\r\n", f"line 101: {BLANK}"),
    "carriage returns": (GOOD, b"\r", f"line 101: {BLANK}"),
    "line breaks from the start": (b"", b"\n", "has no text at its beginning"),
    "line breaks under a header": (b"y,a,b\n", b"\n", f"line 2: {BLANK}"),
    "spaces": (GOOD, b" ", f"line 101: {LONG}"),
    "spaces from the start": (b"", b" ", "has no text at its beginning"),
    "commas": (GOOD, b",", f"line 101: {LONG}"),
    "commas from the start": (b"", b",", f"line 1: {LONG}"),
    "zeros from the start": (b"", b"\0", "line 1: must be text, got control characters"),
    "digits": (GOOD + b"1,2,", b"1", f"line 101: {LONG}"),
    "quotes": (b"", b'"', f"line 1: {LONG}"),
}


@pytest.mark.usefixtures("limit")
@pytest.mark.parametrize("kind", ENDLESS)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_file_without_an_end_is_refused(tmp_path: Path, kind: str, packed: bool) -> None:
    start, fill, message = ENDLESS[kind]
    path = tmp_path / "rows.csv"
    if packed:
        squeeze = zlib.compressobj(6, wbits=31)
        text = squeeze.compress(start + fill * (4 * LIMIT // len(fill)))
        path.write_bytes(text + squeeze.flush())
    else:
        path.write_bytes(start + fill * (4 * LIMIT // len(fill)))
    with pytest.raises(DataError, match=rf"rows\.csv,? {re.escape(message)}"):
        read(path)
    if len(start) >= len(GOOD):
        assert len(read(path, rows=100).labels) == 100


@pytest.mark.usefixtures("limit")
def test_blank_lines_at_the_end_are_ignored_and_inside_are_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    for blank in (b"\n" * 1_000, b"\r\n" * (LIMIT >> 2), b"\n" * (LIMIT - 1)):
        path.write_bytes(GOOD + blank)
        assert len(read(path).labels) == 100
        path.write_bytes(GOOD + blank + b"1,2,3\n")
        with pytest.raises(DataError, match=r"line 101 .* a row must have 3 columns, got an empty"):
            read(path)


@pytest.mark.usefixtures("limit")
def test_a_row_of_very_many_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes((b"1," * 1_000 + b"1\n") * 2)
    with pytest.raises(DataError, match="line 1: a row must have at most 1,000 columns, got 1,001"):
        read(path)


@pytest.mark.usefixtures("limit")
@pytest.mark.parametrize("padding", [b"\0", gzip.compress(b"", mtime=0)], ids=["zeros", "members"])
def test_a_gzip_that_goes_on_without_text_is_refused(tmp_path: Path, padding: bytes) -> None:
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress(GOOD) + padding * (4 * LIMIT // len(padding)))
    message = "goes on for more than 64 MiB without any text after 100 whole rows"
    with pytest.raises(DataError, match=message):
        read(path)


def test_a_bomb_is_unpacked_in_pieces() -> None:
    squeeze = zlib.compressobj(9, wbits=31)
    bomb = squeeze.compress(b"\n" * (1 << 24)) + squeeze.flush()
    sizes = [len(text) for text in blocks.inflated(iter([bomb]))]
    assert sum(sizes) == 1 << 24
    assert max(sizes) <= blocks.PIECE_BYTES


@pytest.mark.usefixtures("limit")
def test_higgs_is_held_to_the_same_limits(tmp_path: Path) -> None:
    path = tmp_path / "HIGGS.csv"
    for fill, message in ((b"\n", BLANK), (b" ", LONG), (b"\0", LONG)):
        path.write_bytes(higgs_text(20) + fill * (2 * LIMIT))
        with pytest.raises(DataError, match=f"line 21: {message}"):
            read_higgs(path, rows=100, progress=ignore)


@pytest.mark.parametrize(
    ("name", "make", "kind"),
    [
        ("rows.csv", os.mkfifo, "a pipe; write it to a file first"),
        ("rows.csv.gz", os.mkfifo, "a pipe; write it to a file first"),
        ("rows.parquet", os.mkfifo, "a pipe; write it to a file first"),
        ("rows.csv", os.mkdir, "a folder; name a file in it"),
        ("rows.parquet", os.mkdir, "a folder; name a file in it"),
        ("rows.csv", lambda path: path.symlink_to("/dev/zero"), "a device; write what it gives"),
        ("rows.csv", lambda path: path.symlink_to("/dev/tty"), "a device; write what it gives"),
        (
            *("rows.parquet", lambda path: path.symlink_to("/dev/zero")),
            "a device; write what it gives",
        ),
    ],
)
def test_what_is_no_regular_file_is_refused_at_once(
    tmp_path: Path, name: str, make: Callable[[Path], None], kind: str
) -> None:
    path = tmp_path / name
    make(path)
    for source in ("csv", "higgs"):
        with pytest.raises(DataError, match=f"{name} must be a regular file, got {kind}"):
            read_section(path, source)


def test_a_socket_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        with pytest.raises(DataError, match="must be a regular file, got a socket"):
            read(path)


def test_a_pipe_in_place_of_the_cache_is_no_cache(tmp_path: Path) -> None:
    cache = tmp_path / "HIGGS.csv.gz"
    os.mkfifo(cache)
    with pytest.raises(DataError, match="could not be fetched"):
        fetch_higgs(cache, rows=1, progress=ignore, mirrors=[])


@pytest.mark.parametrize(
    "name", ["~nosuchuser/rows.csv", "~nosuchuser/rows.parquet", "~nosuchuser"]
)
def test_a_home_that_is_not_known_is_told(name: str) -> None:
    with pytest.raises(
        DataError, match=f"a home folder that is known, got {name}; write the whole"
    ):
        read_section(Path(name))


@pytest.mark.parametrize("name", ["a\0b.csv", "\ud800.csv"], ids=["NUL", "half a surrogate pair"])
def test_a_name_that_no_file_can_have(name: str) -> None:
    with pytest.raises(DataError, match="is a name that no file can have") as caught:
        read(Path(name))
    assert str(caught.value).isprintable()


def test_a_name_that_is_too_long_is_cut(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"must be readable, got .*: File name too long") as caught:
        read(tmp_path / ("x" * 10_000))
    assert len(str(caught.value)) < 400


def test_a_name_that_is_no_utf_8_is_read_and_told(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\x1b\n.csv"))
    path.write_bytes(GOOD)
    assert read(path).origin.description == r"all 100 rows of \udcff\x1b\n.csv"
    path.write_bytes(GOOD + b"1,2\n")
    with pytest.raises(DataError) as caught:
        read(path)
    assert str(caught.value).isprintable()


def test_texts_of_a_file_reach_the_terminal_as_escapes(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"y,\x1b[2J\n" + b"1,2\n0,3\n")
    with pytest.raises(DataError) as caught:
        read_file(path, label="x", task=BINARY, progress=ignore, tell=print)
    assert str(caught.value).endswith(r"its columns are 'y', '\x1b[2J'")


def test_a_pipe_without_a_writer_ends_the_command(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "rows.csv")
    study = '[study]\nname = "x"\n[data]\nsource = "csv"\npath = "rows.csv"\n'
    (tmp_path / "mine.toml").write_text(study + "[space]\nunits = { int = [4, 8] }\n")
    command = [sys.executable, "-m", "hpsearch", "optimize", "--study", "mine.toml"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False
    )
    assert done.returncode == 1
    said = done.stderr.strip().splitlines()[-1]
    assert said == (
        "hpsearch: rows.csv must be a regular file, got a pipe; write it to a file first"
    )
