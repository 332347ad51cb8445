"""What a look at a file finds: its dialect, its columns, what is missing, what is left out."""

from collections.abc import Callable

import duckdb
import pytest

from hpsearch.data.profile import Dialect
from hpsearch.data.sources.files.profiling import profile_file
from hpsearch.data.sources.files.relation import unique_names
from tests.data.sources.files.conftest import Files, table

Cell = Callable[[int], object]


@pytest.mark.parametrize(
    ("cell", "finding"),
    [
        (lambda row: row / 3, "number"),
        (lambda row: f"{row}e300", "number"),
        (lambda row: "" if row % 3 else f"{row}e-300", "number"),
        (lambda row: row % 2, "number"),
        (lambda row: "?" if row % 3 else row, "number"),
        (lambda row: ("-", "true", "FALSE")[row % 3], "boolean"),
        (lambda row: ("yes", "no")[row % 2], "boolean"),
        (lambda row: "ft"[row % 2], "boolean"),
        (lambda row: "f", "category"),
        (lambda row: f"18{row % 90 + 10}-03-04", "date"),
        (lambda row: f"2020-01-{row % 28 + 1:02d}T10:00:00.5+02:00", "date"),
        (lambda row: f"{row % 28 + 1}.{row % 12 + 1}.1755", "date"),
        (lambda row: f"{row % 28 + 1} Jan 2021", "date"),
        (lambda row: f"2020-{row % 12 + 1:02d}", "date"),
        (lambda row: f"{row % 9 + 1:05d}", "category"),
        (lambda row: ("1", "2", "A")[row % 3], "category"),
        (lambda row: ("None", "some", "all")[row % 3], "category"),
        (lambda row: f"id{row}", "identifier"),
        (lambda row: f"{row:05d}", "identifier"),
        (lambda row: f"{row % 250}-k", "text"),
        (lambda row: f"many words and then more of them and in the end {row // 2}", "text"),
        (lambda row: "NA", "text"),
    ],
)
def test_kinds_are_found(files: Files, cell: Cell, finding: str) -> None:
    profile = files.profile(table({"a": cell}, 300))
    assert profile.columns[1].finding == finding
    assert bool(profile.columns[1].reason) == (finding in ("text", "identifier"))


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("y;a\n1;0,5\n0;-1,25\n", Dialect(delimiter=";", decimal=",")),
        ("1;0,1257;-0,1321\n0;-0,5357;0,3616\n", Dialect(delimiter=";", decimal=",", header=False)),
        ("y\ta\n1\t0.5\n0\t1\n", Dialect(delimiter="\t")),
        ("y|a, b\n1|x, y\n0|z, w\n", Dialect(delimiter="|")),
        ("1,0.5,?,0.2\n1,0.1,-0.1,0.6\n0,-0.5,0.3,1.3\n", Dialect(header=False, missing=("?",))),
        ("y,a\n1,0.5\n0,1\n", Dialect()),
        (",y,a\n0,1,0.5\n1,0,1\n", Dialect()),
        ("p,x\ne,x\np,y\ne,y\n", Dialect(header=False)),
        ("class,shape\np,x\ne,x\n", Dialect()),
    ],
)
def test_dialects_are_found(files: Files, text: str, dialect: Dialect) -> None:
    assert files.profile(text).dialect == dialect
    assert files.profile(text) == files.profile(text)


def test_what_is_given_is_not_inferred(files: Files) -> None:
    profile = files.profile("1;2,5\n3;4,5\n", header=True, delimiter=";", decimal=",")
    assert [column.name for column in profile.columns] == ["1", "2,5"]
    found = files.profile(table({"a": lambda row: row}), columns={"a": "category"}, missing=["7"])
    assert (found.columns[1].finding, found.columns[1].missing) == ("category", 1)


def test_a_late_text_in_a_column_of_numbers_is_missing_and_told(files: Files) -> None:
    text = table({"a": lambda row: "oops" if row == 30_000 else row / 3}, 40_000)
    profile = files.profile(text)
    assert (profile.columns[1].finding, profile.columns[1].missing) == ("number", 1)
    assert profile.dialect is not None
    assert profile.dialect.missing == ("oops",)
    assert profile.remarks == ("'a' is a number; 'oops' (1) in it counts as missing",)
    files.read(text)
    assert files.told == ["rows.csv: 'a' is a number; 'oops' (1) in it counts as missing"]


def test_missing_words_and_values_are_counted(files: Files) -> None:
    profile = files.profile(table({"a": lambda row: ("NA", "", "x", "y", "y")[row % 5]}, 50))
    column = profile.columns[1]
    assert (column.missing, column.distinct, column.values) == (20, 2, ("y", "x"))
    assert column.counts == (20, 10)
    number = files.profile(table({"a": lambda row: row - 3}, 50)).columns[1]
    assert (number.least, number.largest, number.distinct) == (-3, 46, 50)


@pytest.mark.parametrize("written", [repr, lambda row: f"19{row % 90 + 10}-{row // 90 + 1:02d}-28"])
def test_different_values_are_counted_exactly_up_to_10_000(
    files: Files, written: Callable[[int], str]
) -> None:
    different = 1_080
    text = table({"a": lambda row: written(row % different)}, 2 * different)
    assert files.profile(text).columns[1].distinct == different


@pytest.mark.parametrize("first", [0, 1])
def test_an_index_is_told_and_without_a_name_left_out(files: Files, first: int) -> None:
    profile = files.profile(table({"k": lambda row: row + first, "a": lambda row: row / 3}))
    assert profile.columns[1].finding == "number"
    assert profile.remarks[0].startswith(f"'k' counts the rows from {first}")
    lines = table({"a": lambda row: row / 3}).splitlines()
    text = "\n".join([f",{lines[0]}", *(f"{row + first},{x}" for row, x in enumerate(lines[1:]))])
    column = files.profile(text).columns[0]
    assert (column.name, column.finding) == ("column 0", "identifier")
    assert column.reason == f"it has no name and counts the rows from {first}"
    assert files.read(text).names == ("a",)


def test_the_order_of_day_and_month_is_that_which_fits_all_rows(files: Files) -> None:
    day = files.profile(table({"d": lambda row: f"{row % 28 + 1}/{row % 12 + 1}/2020"}))
    month = files.profile(table({"d": lambda row: f"{row % 12 + 1}/{row % 28 + 1}/2020"}))
    either = files.profile(table({"d": lambda row: f"{row % 9 + 1}/{row % 8 + 1}/2020"}))
    assert [profile.dialect and profile.dialect.day_first for profile in (day, month, either)] == [
        True,
        False,
        False,
    ]
    assert not day.remarks
    assert not month.remarks
    assert "data.day_first = true reads them as day/month/year" in either.remarks[0]
    read = files.read(table({"d": lambda row: "2/3/2020"}), day_first=True)
    assert read.raw.numbers[0, 0] == 18_323  # 2020-03-02


@pytest.mark.parametrize(
    ("written", "names"),
    [
        (("a", "", "a"), ("a", "column 1", "a 2")),
        (("a", "a", "a 2"), ("a", "a 3", "a 2")),
        (("column 1", ""), ("column 1", "column 1 2")),
    ],
)
def test_every_column_has_a_name_of_its_own(
    written: tuple[str, ...], names: tuple[str, ...]
) -> None:
    assert unique_names(written) == names


def test_repeated_names_are_told(files: Files) -> None:
    profile = files.profile("y,a,a\n1,2,3\n0,3,4\n")
    assert profile.remarks == ("several columns have the name 'a'; the later ones get a number",)


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("(row % 3)::INTEGER", ["0", "1", "2"]),
        ("(row % 3)::UTINYINT", ["0", "1", "2"]),
        ("(row % 3) / 2", ["0.0", "0.5", "1.0"]),
        ("((row % 3) / 2)::FLOAT", ["0.0", "0.5", "1.0"]),
        ("(row % 3)::DECIMAL(9, 1)", ["0.0", "1.0", "2.0"]),
        ("row % 2 = 0", ["false", "true"]),
        ("['lo', 'mid', 'hi'][row % 3 + 1]::ENUM('lo', 'mid', 'hi')", ["hi", "lo", "mid"]),
        ("(row % 100)::INTEGER", sorted(map(str, range(100)))),
    ],
)
def test_typed_columns_list_their_few_values_with_their_rows(
    files: Files, expression: str, values: list[str]
) -> None:
    rows = 600
    path = files.folder / "typed.parquet"
    typed = f"SELECT {expression} AS a, row FROM range({rows}) AS rows(row)"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({typed}) TO '{path}' (FORMAT parquet)")
    column = profile_file(path).columns[0]
    assert sorted(column.values) == values
    assert column.counts == (rows // len(values),) * len(values)
    assert column.distinct == len(values)
