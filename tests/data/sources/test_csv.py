"""Rows read from files: every value exact, every mistake told with its line."""

import gzip
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpsearch.data.sources import blocks
from hpsearch.data.sources.csv import read_csv
from hpsearch.data.table import Table
from hpsearch.errors import DataError
from hpsearch.tasks.binary import BINARY

Write = Callable[[bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(data: bytes, name: str = "rows.csv") -> Path:
        file = tmp_path / name
        file.write_bytes(data)
        return file

    return put


def read(file: Path, label: int | str = 0, rows: int | None = None) -> Table:
    return read_csv(file, label=label, task=BINARY, rows=rows, progress=lambda now, of: None)


float32s = st.floats(width=32, allow_nan=False, allow_infinity=False)


@st.composite
def tables(draw: st.DrawFn) -> list[list[float]]:
    columns = draw(st.integers(1, 5))
    row = st.tuples(st.sampled_from([0.0, 1.0]), *[float32s] * columns).map(list)
    return draw(st.lists(row, min_size=1, max_size=20))


@settings(deadline=None, max_examples=100)
@given(
    values=tables(),
    style=st.sampled_from(["%r", "%.18e", "%.9g", " %r "]),
    newline=st.sampled_from(["\n", "\r\n"]),
    end=st.sampled_from(["", "\n", "\n\n\n", "\r\n\r\n"]),
    header=st.booleans(),
    pack=st.booleans(),
    block=st.sampled_from([1, 16, 1 << 22]),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    values: list[list[float]],
    style: str,
    newline: str,
    end: str,
    header: bool,
    pack: bool,
    block: int,
) -> None:
    lines = [",".join(style % value for value in row) for row in values]
    if header:
        lines.insert(0, ",".join(f"name {index}" for index in range(len(values[0]))))
    data = (newline.join(lines) + end).encode()
    file = tmp_path_factory.mktemp("wild") / "rows.csv"
    file.write_bytes(gzip.compress(data) if pack else data)
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("error")
        patch.setattr(blocks, "BLOCK_BYTES", block)
        patch.setattr(blocks, "PIECE_BYTES", max(1, block // 2))
        table = read(file)
        head = read(file, rows=1)
    expected = np.array(values, np.float32)
    np.testing.assert_array_equal(table.raw.numbers, expected[:, 1:])
    np.testing.assert_array_equal(table.labels, expected[:, 0])
    np.testing.assert_array_equal(head.raw.numbers, expected[:1, 1:])
    assert table.raw.numbers.dtype == table.labels.dtype == np.float32


@settings(deadline=None, max_examples=100)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_rows_or_a_data_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    file = tmp_path_factory.mktemp("junk") / "rows.csv"
    file.write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            table = read(file)
        except DataError:
            return
    assert np.isfinite(table.raw.numbers).all()
    assert np.isin(table.labels, (0, 1)).all()


@settings(deadline=None, max_examples=100)
@given(field=st.text(st.sampled_from("0123456789.eE+-_ naifNIxd\t"), min_size=1, max_size=8))
def test_a_field_is_what_python_calls_a_number(
    tmp_path_factory: pytest.TempPathFactory, field: str
) -> None:
    file = tmp_path_factory.mktemp("field") / "rows.csv"
    file.write_text(f"1,1\n0,{field}\n1,1\n")
    try:
        number = float(field.replace("_", "?"))
    except ValueError:
        number = float("nan")
    if abs(number) < 2.0**128 - 2.0**103:
        assert read(file).raw.numbers[1, 0] == np.float32(number)
    else:
        with pytest.raises(DataError, match="line 2: "):
            read(file)


@pytest.mark.parametrize("header", [b"", b"y,a,b\n"])
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (b"1,nan,2", "('a'|column 1, counted from 0,) must be finite, got 'nan'"),
        (b"1,2,-inf", "('b'|column 2, counted from 0,) must be finite, got '-inf'"),
        (b"1,,2", "('a'|column 1, counted from 0,) must be a number, got ''"),
        (b"1,2,NA", "('b'|column 2, counted from 0,) must be a number, got 'NA'"),
        (b"1,2,1_0", "('b'|column 2, counted from 0,) must be a number, got '1_0'"),
        (b"1,2,\xff", "('b'|column 2, counted from 0,) must be a number"),
        (
            b"1,2,1e39",
            r"('b'|column 2, counted from 0,) must fit into float32, at most 3\.4e38, got '1e39'",
        ),
        (b"1,2,-1e999", "('b'|column 2, counted from 0,) must fit into float32"),
        (b"1,2", "must have 3 columns, got 2: '1,2'"),
        (b"1,2,3,4", "must have 3 columns, got 4"),
        (b"1,2,3,", "must have 3 columns, got 4"),
        (b"", "must have 3 columns, got 1"),
        (b"2,2,3", "is the label and must be 0 or 1, got '2'"),
        (b"0.5,2,3", "is the label and must be 0 or 1, got '0.5'"),
        (b"nan,2,3", "is the label and must be 0 or 1, got 'nan'"),
        (b"yes,2,3", "is the label and must be 0 or 1, got 'yes'"),
    ],
)
def test_a_bad_row_is_told_with_its_line(
    write: Write, header: bytes, bad: bytes, message: str
) -> None:
    good = b"1,2,3\n0,4,5\n"
    file = write(header + good * 50 + bad + b"\n" + good)
    line = 101 + bool(header)
    with pytest.raises(
        DataError, match=rf"rows\.csv, line {line}: .*{message}.*; correct the line"
    ):
        read(file)
    assert len(read(file, rows=100).labels) == 100


def test_the_line_is_right_in_a_later_block(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 64)
    monkeypatch.setattr(blocks, "PIECE_BYTES", 16)
    with pytest.raises(DataError, match="line 1,234: "):
        read(write(b"1,2\n" * 1_233 + b"1,x\n" + b"1,2\n" * 10))


def test_header_names_and_label_by_name(write: Write) -> None:
    table = read(write(b'\xef\xbb\xbf"a, b",target,\n1.5,1,2\n2.5,0,3\n'), label="target")
    assert table.names == ("a, b", "column 2")
    assert table.labels.tolist() == [1, 0]
    assert table.raw.numbers.tolist() == [[1.5, 2], [2.5, 3]]


def test_label_by_place_without_header(write: Write) -> None:
    table = read(write(b"5,6,1\n7,8,0\n"), label=2)
    assert table.names == ("column 0", "column 1")
    assert table.labels.tolist() == [1, 0]
    assert table.origin.kind == "csv"
    assert table.origin.description.startswith("all 2 rows of ")


def test_quoted_numbers_and_constant_columns(write: Write) -> None:
    table = read(write(b'"1","2.5",7\n"0",3,7\n'))
    assert table.raw.numbers.tolist() == [[2.5, 7], [3, 7]]


@pytest.mark.parametrize(
    ("data", "label", "message"),
    [
        (b"1,2\n", 2, "one of the columns 0 to 1 of .*, got 2"),
        (b"1,2\n", "y", "'y' names a column, but .* has no header"),
        (b"a,b\n1,2\n", "y", "must name one column of .*, got 'y', the name of 0.*'a, b'"),
        (b"a,a\n1,2\n", "a", "got 'a', the name of 2"),
        (b"", 0, "is empty"),
        (b"a,b\n", 0, "has no rows under its header"),
        (b"1\n0\n", 0, "line 1: a row must have a label and at least 1 feature.*got 1 column"),
        (b"1;2\n0;3\n", 0, "separated by commas"),
        (b"\n\n\n", 0, "got 0 column"),
        (b"PK\x03\x04rest", 0, "is a zip archive; unpack it"),
    ],
)
def test_a_file_that_cannot_be_used(
    write: Write, data: bytes, label: int | str, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read(write(data), label=label)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"must be readable, got .*none\.csv: No such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(DataError, match="must be a regular file, got a folder; name a file in it"):
        read(tmp_path)


def test_too_few_rows(write: Write) -> None:
    with pytest.raises(DataError, match=r"too short: the study asks for 1,000 rows, got 2;"):
        read(write(b"1,2\n0,3\n"), rows=1_000)


def test_text_named_gz_is_not_a_gzip(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv.gz"
    file.write_bytes(b"1,2\n")
    with pytest.raises(DataError, match=r"must be a gzip file, .* got 31 2c 32 0a"):
        read(file)


def test_a_gzip_that_is_cut_off(write: Write) -> None:
    rng = np.random.default_rng(0)
    text = b"".join(b"%d,%.17g\n" % (index % 2, rng.normal()) for index in range(5_000))
    data = gzip.compress(text)
    file = write(data[: len(data) // 2])
    assert len(read(file, rows=1_000).labels) == 1_000
    with pytest.raises(DataError, match=r"is cut off after [12],\d{3} whole rows"):
        read(file)
    with pytest.raises(DataError, match=r"asks for 4,000 rows, got .*the file is cut off"):
        read(file, rows=4_000)


def test_a_damaged_gzip(write: Write) -> None:
    data = bytearray(gzip.compress(b"1,2\n0,3\n" * 10))
    data[-6] ^= 255  # the checksum
    with pytest.raises(DataError, match="is damaged"):
        read(write(bytes(data)))


def test_gzip_members_follow_each_other(write: Write) -> None:
    table = read(write(gzip.compress(b"1,2\n") + gzip.compress(b"0,3\n") + b"\0" * 9))
    assert table.raw.numbers.tolist() == [[2], [3]]
