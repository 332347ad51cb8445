"""Tables read from files: every value exact, every mistake told with its place and a way out."""

import bz2
import gzip
import lzma
import warnings
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpsearch.data.columns import Column
from hpsearch.data.sources.files import records, unpacking
from hpsearch.data.sources.files.reading import read_columns
from hpsearch.errors import DataError
from hpsearch.tasks.multiclass import MULTICLASS
from hpsearch.tasks.regression import REGRESSION
from tests.data.sources.files.conftest import Files, table

SMALL = "y,a,b\n1,0.5,x\n0,-2,y\n1,3e2,x\n"
VALUES = [[0.5], [-2.0], [300.0]]
float64s = st.floats(allow_nan=False, allow_infinity=False)


@settings(deadline=None, max_examples=40)
@given(
    values=st.lists(st.tuples(st.sampled_from([0, 1]), float64s, float64s), min_size=2, max_size=9),
    style=st.sampled_from(["%r", "%.18e", "%.17g", " %r "]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    end=st.sampled_from(["", "\n", "\n\n\n"]),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    header=st.booleans(),
    pack=st.sampled_from([bytes, gzip.compress, bz2.compress, lzma.compress]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"]),
    block=st.sampled_from([1, 16, 1 << 20]),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    values: list[tuple[int, float, float]],
    style: str,
    newline: str,
    end: str,
    delimiter: str,
    header: bool,
    pack: Callable[[bytes], bytes],
    encoding: str,
    block: int,
) -> None:
    values = [(0, 1.5, 2.5), (1, 2.5, 3.5), *values]
    lines = [delimiter.join([str(row[0]), *(style % x for x in row[1:])]) for row in values]
    if header:
        lines.insert(0, delimiter.join(("y", "größe", "b")))
    text = newline.join(lines) + end.replace("\n", newline)
    files = Files(tmp_path_factory.mktemp("wild"))
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("error")
        patch.setattr(records, "BLOCK_BYTES", block)
        patch.setattr(unpacking, "PIECE_BYTES", max(1, block // 2))
        found = files.read(pack(text.encode(encoding)), label=0)
        head = files.read(pack(text.encode(encoding)), label=0, rows=2)
    np.testing.assert_array_equal(found.raw.numbers, [row[1:] for row in values])
    np.testing.assert_array_equal(found.labels, [row[0] for row in values])
    np.testing.assert_array_equal(head.raw.numbers, [row[1:] for row in values[:2]])
    assert found.names == (("größe", "b") if header else ("column 1", "column 2"))
    assert found.raw.numbers.dtype == np.float64
    assert found.labels.dtype == np.float32


@settings(deadline=None, max_examples=60)
@given(data=st.one_of(st.binary(max_size=60), st.text('01,;"\n\r.xé \t', max_size=40)))
def test_any_bytes_are_rows_or_a_data_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes | str
) -> None:
    files = Files(tmp_path_factory.mktemp("junk"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = files.read(data, label=0)
        except DataError:
            return
    assert not np.isinf(found.raw.numbers).any()
    assert np.isin(found.labels, (0, 1)).all()


def test_kinds_of_columns_are_values(files: Files) -> None:
    found = files.read(
        "y,n,b,c,d\n1,1.5,yes,red,1970-01-03\n0,,no,,1969-12-31 12:00\n1,NA,no,blue,\n",
        columns={"n": "number", "b": "boolean", "c": "category", "d": "date"},
    )
    assert found.columns == (
        Column("n", "number"),
        Column("b", "boolean"),
        Column("c", "category"),
        Column("d", "date"),
    )
    nan = np.nan
    np.testing.assert_array_equal(found.raw.numbers, [[1.5, 1, 2], [nan, 0, -0.5], [nan, 0, nan]])
    assert found.raw.vocabularies == (("blue", "red"),)
    assert found.raw.codes[:, 0].tolist() == [1, -1, 0]


def test_a_packed_file_is_known_by_its_first_bytes(files: Files) -> None:
    for pack in (gzip.compress, bz2.compress, lzma.compress):
        assert files.read(pack(SMALL.encode())).raw.numbers.tolist() == VALUES
    members = gzip.compress(SMALL.encode()) + gzip.compress(b"0,4,x\n") + b"\0" * 9
    assert files.read(members).raw.numbers.tolist() == [*VALUES, [4.0]]
    path = files.folder / "z.csv"
    duckdb.execute(
        f"COPY (SELECT i % 2 AS y, i AS a FROM range(9) t(i)) TO '{path}' (FORMAT csv, "
        f"COMPRESSION zstd)"
    )
    packed = path.read_bytes()
    assert packed[:4] == b"\x28\xb5\x2f\xfd"
    assert files.read(packed).raw.numbers[:, 0].tolist() == list(range(9))
    with pytest.raises(DataError, match="cut off"):
        files.read(packed[:-3])


def test_a_file_that_is_cut_off_gives_its_whole_rows_if_they_do(files: Files) -> None:
    rng = np.random.default_rng(0)
    text = "y,a\n" + "".join(f"{row % 2},{rng.normal()}\n" for row in range(5_000))
    for pack in (gzip.compress, bz2.compress, lzma.compress):
        half = pack(text.encode())
        half = half[: len(half) // 2]
        with pytest.raises(DataError, match=r"is cut off (after [\d,]+ whole rows|before its)"):
            files.read(half)
    half = gzip.compress(text.encode())[:20_000]
    assert len(files.read(half, rows=500)) == 500
    with pytest.raises(DataError, match=r"asks for 4,990 rows, got .*the file is cut off"):
        files.read(half, rows=4_990)
    data = bytearray(gzip.compress(SMALL.encode()))
    data[-6] ^= 255  # the checksum
    with pytest.raises(DataError, match="is damaged"):
        files.read(bytes(data))


def test_nothing_behind_the_rows_that_are_asked_for_is_looked_at(files: Files) -> None:
    found = files.read(SMALL + "1,much,x\n1\n\xff", rows=3)
    assert found.raw.numbers.tolist() == VALUES
    assert found.origin.description == "the first 3 rows of rows.csv"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "latin-1", "cp1252"]
)
def test_texts_in_any_encoding(files: Files, encoding: str) -> None:
    euro = "é" if encoding == "latin-1" else "€"
    text = table({"größe": lambda row: row / 4, "c": lambda row: ("thé", euro)[row % 2]})
    found = files.read(text.encode(encoding))
    assert found.names == ("größe", "c")
    assert found.raw.vocabularies == (tuple(sorted(("thé", euro))),)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty; give a file with rows"),
        (b"\n\n\n", "has no text at its beginning"),
        (b"y,a\n", "has no rows under its header"),
        (b"y\n0\n1\n", "must have a label and at least 1 other column, got only 'y'"),
        (b"PK\x03\x04rest", "is a zip archive"),
        (b"\x89HDF\r\n\x1a\n123", "is an HDF5 file"),
        (b"\x80\x04\x95rest", "is a pickle, which is never opened"),
        (bytes(range(256)), "must be text, got control characters"),
        (b"y,a\n1,2\n0,\0\n", "must be text, got control characters"),
        ("y,a\n1,é\n0,2\n".encode() + b"1,\xe9\n", r"line 4: must be text in UTF-8, got .* e9"),
        (b"PAR1 and nothing more", "must be a whole parquet file"),
        (b"y,a\n1,2\n\n0,3\n", "a row must have 2 columns, got an empty line"),
        (b"y,a\n1,2\n0\n", "a row must have 2 columns, got 1: '0'; correct"),
        (b'y,a\n1,"2\n0,3\n', "a quote must be closed"),
        (b'y,a\n1,"2"x\n0,"3"\n', "a quote must stand around a whole field"),
    ],
)
def test_a_file_that_cannot_be_used(files: Files, data: bytes, message: str) -> None:
    with pytest.raises(DataError, match=rf"rows\.csv,? (line \d+: )?{message}"):
        files.read(data)


def test_text_named_gz_is_no_gzip(files: Files) -> None:
    with pytest.raises(DataError, match=r"must be a gzip file, .* got 79 2c 61 2c"):
        files.read(SMALL, "rows.csv.gz")


def test_all_mistakes_are_told_at_once_with_their_lines(files: Files) -> None:
    text = table(
        {"a": lambda row: "w" if row in (3, 5) else row / 3, "b": lambda row: row / 7}, 200
    )
    with pytest.raises(DataError) as caught:
        files.read(text, columns={"a": "number", "b": "boolean"})
    first, *lines = str(caught.value).splitlines()
    assert first.endswith("rows.csv has 202 mistakes")
    assert lines[0] == "  line 5       'a' must be a finite number, got 'w'"
    assert lines[1] == "  line 7       'a' must be a finite number, got 'w'"
    assert "must be a boolean, like true or no, got something else in 200 of 200" in lines[2]
    assert lines[3].startswith("Correct the cell, add its word to data.missing")
    assert lines[4] == 'Set data.columns to "category", or "text" to leave it out'


def test_ragged_lines_are_told_up_to_twenty(files: Files) -> None:
    with pytest.raises(DataError) as caught:
        files.read("y,a\n" + "1,2\n0\n" * 30)
    lines = str(caught.value).splitlines()
    assert lines[0].endswith("rows.csv has 30 mistakes")
    assert lines[1] == "  line 3    a row must have 2 columns, got 1: '0'"
    assert len(lines) == 23
    assert lines[21] == "  and 10 more"


def test_lines_are_counted_through_line_breaks_in_quotes(files: Files) -> None:
    text = 'y,c,a\n1,"one\ntwo",1\n0,"x ""y""",oops\n1,z,2\n'
    with pytest.raises(DataError, match=r"line 4: 'a' must be a finite number, got 'oops'"):
        files.read(text, columns={"c": "category", "a": "number"})
    found = files.read(text.replace("oops", "3"), columns={"c": "category", "a": "number"})
    assert found.raw.vocabularies == (("one\ntwo", 'x "y"', "z"),)


def test_quotes_that_stand_for_inches_are_text(files: Files) -> None:
    found = files.read(table({"a": lambda row: row / 3, "size": lambda row: f'{row % 3}" pipe'}))
    assert found.raw.vocabularies == (('0" pipe', '1" pipe', '2" pipe'),)


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (
            "churn",
            r"must name a column of .*, got 'churn'; did you mean 'Churned'\?; its columns "
            r"are 'Churned', 'a', 'b'$",
        ),
        (3, r"one of the columns 0 to 2 of .*, got 3; they are 'Churned', 'a', 'b'$"),
    ],
)
def test_a_label_that_is_not_there(files: Files, label: int | str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        files.read("Churned,a,b\n1,2,3\n0,3,4\n", label=label)


def test_a_label_by_name_needs_a_header_and_one_column(files: Files) -> None:
    with pytest.raises(DataError, match=r"names a column, but .* has no header; give the column's"):
        files.read("1,2\n0,3\n", label="y")
    with pytest.raises(DataError, match="got 'y', the name of several"):
        files.read("y,y,a\n1,2,2\n0,3,3\n")


def test_kinds_of_columns_that_are_not_there_are_refused(files: Files) -> None:
    with pytest.raises(
        DataError, match=r"data.columns names 'aa', which .* does not have; did you"
    ):
        files.read(SMALL, columns={"aa": "number"})


def test_rows_without_a_label_are_left_out_with_a_word(files: Files) -> None:
    table = files.read("y,a\nyes,1\n,2\nno,3\n")
    assert table.labels.tolist() == [1, 0]
    assert table.raw.numbers[:, 0].tolist() == [1, 3]
    assert "rows.csv: 1 row without a label is left out: line 3" in files.told
    lines = "".join(f"{'NA' if row % 2 else row},{row}\n" for row in range(14))
    table = files.read(f"y,a\n{lines}", task=REGRESSION)
    assert table.labels.tolist() == table.raw.numbers[:, 0].tolist() == [0, 2, 4, 6, 8, 10, 12]
    assert (
        "rows.csv: 7 rows without a label are left out: line 3, line 5, line 7, line 9, line 11, …"
    ) in files.told
    with pytest.raises(DataError, match="must have rows with a label in 'y', got none; name"):
        files.read("y,a\nNA,1\nNA,2\n", task=REGRESSION)


def test_numbers_to_predict_keep_their_unit(files: Files) -> None:
    found = files.read("a,y\n1,1700000075.25\n2,-3\n", task=REGRESSION)
    assert found.labels.tolist() == [1700000075.25, -3.0]
    assert found.labels.dtype == np.float64
    assert found.classes == ()


def test_classes_are_places_in_their_names(files: Files) -> None:
    found = files.read("y,a\nlow,1\nhigh,2\nmid,3\n", task=MULTICLASS)
    assert (found.classes, found.labels.tolist()) == (("high", "low", "mid"), [1, 0, 2])
    given = files.read(
        "y,a\nlow,1\nhigh,2\nmid,3\n", task=MULTICLASS, classes=["low", "mid", "high"]
    )
    assert (given.classes, given.labels.tolist()) == (("low", "mid", "high"), [0, 2, 1])
    with pytest.raises(
        DataError, match="line 4: 'y' is the label and must be one of 'low', 'high'"
    ):
        files.read("y,a\nlow,1\nhigh,2\nmid,3\n", classes=["low", "high"])


def test_a_time_in_seconds_keeps_its_values(files: Files) -> None:
    text = table({"ts": lambda row: 1_700_000_000 + row * 7 % 367}, 400)
    assert len(np.unique(files.read(text).raw.numbers[:, 0])) == 367


def test_a_table_of_very_many_columns_is_read(files: Files) -> None:
    header = ",".join(["y", *(f"c{place}" for place in range(2_000))])
    lines = [f"{row % 2}," + ",".join(str(row * x / 3) for x in range(2_000)) for row in range(5)]
    found = files.read("\n".join([header, *lines]))
    assert found.raw.numbers.shape == (5, 2_000)
    np.testing.assert_array_equal(found.raw.numbers, np.outer(range(5), range(2_000)) / 3)


def test_parquet_has_kinds_of_its_own(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "a[1]*.parquet"
    duckdb.execute(
        "COPY (SELECT i % 2 = 0 AS y, i / 4 AS n, CASE WHEN i = 1 THEN NULL ELSE i = 2 END AS b, "
        "'t' || i % 3 AS c, DATE '1850-01-01' + i::INTEGER AS d, [i] AS l FROM range(9) t(i)) "
        f"TO '{path}'"
    )
    found = files.read(path.read_bytes(), path.name)
    kinds = [(column.name, column.kind) for column in found.columns]
    assert kinds == [("n", "number"), ("b", "boolean"), ("c", "category"), ("d", "date")]
    assert found.classes == ("false", "true")
    assert found.raw.numbers[0].tolist() == [0, 0, -43829]
    assert np.isnan(found.raw.numbers[1, 1])
    assert any("'l' is left out" in line for line in files.told)


def test_arrays_of_an_archive_are_columns(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "own.npz"
    np.savez(
        path, x=np.arange(6.0).reshape(3, 2), y=np.array([1, 0, 1]), c=np.array(["b", "a", "b"])
    )
    found = files.read(path.read_bytes(), path.name)
    assert found.names == ("x 0", "x 1", "c")
    assert found.raw.numbers.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert found.raw.texts()[:, 0].tolist() == ["b", "a", "b"]
    np.savez(path, x=np.zeros(3), y=np.zeros(4))
    with pytest.raises(DataError, match=r"arrays of as many rows each, got 'x' .*'y' "):
        files.read(path.read_bytes(), path.name)
    with pytest.raises(DataError, match="must be a whole NumPy archive"):
        files.read(path.read_bytes()[:-30], path.name)


def test_known_columns_are_read_by_name_in_any_order(files: Files) -> None:
    path = files.write("b,extra,a\nx,1,0.5\n,2,\n")
    raw = read_columns(path, (Column("a", "number"), Column("b", "category")))
    np.testing.assert_array_equal(raw.numbers, [[0.5], [np.nan]])
    assert raw.texts().tolist() == [["x"], [""]]
    with pytest.raises(DataError, match=r"must have the columns 'c', which are not there.*'extra'"):
        read_columns(path, (Column("c", "number"),))
