"""The label's column, and the task that its values make."""

from typing import Any

import pytest

from hpsearch.data.profile import ColumnProfile, Dialect
from hpsearch.draft.target import find_label, target_of
from hpsearch.errors import UsageError
from tests.draft.profiles import label_column, number_column, profile


@pytest.mark.parametrize(
    ("changes", "task", "classes"),
    [
        ({"values": ("yes", "no")}, "binary", ("no", "yes")),
        ({"finding": "boolean", "values": ("true", "false")}, "binary", ("false", "true")),
        ({"finding": "number", "values": ("2", "1")}, "binary", ("1", "2")),
        ({"finding": "number", "values": ("1", "-1")}, "binary", ("-1", "1")),
        ({"finding": "number", "values": ("1.0", "0", "1")}, "binary", ("0", "1")),
        ({"distinct": 3, "values": ("b", "c", "a")}, "multiclass", ("a", "b", "c")),
        (
            {"finding": "number", "distinct": 3, "values": ("10", "9", "2")},
            "multiclass",
            ("2", "9", "10"),
        ),
        ({"finding": "number", "distinct": 3, "values": ("0.5", "1", "2")}, "regression", ()),
        ({"finding": "number", "values": tuple(map(str, range(11)))}, "regression", ()),
        ({"finding": "number", "distinct": 5_000, "values": ()}, "regression", ()),
        ({"finding": "text", "distinct": 3, "values": ("a", "b", "c")}, "multiclass", tuple("abc")),
    ],
)
def test_values_make_a_task(changes: dict[str, Any], task: str, classes: tuple[str, ...]) -> None:
    target = target_of(label_column("y", **changes), rows=400)
    assert (target.label, target.task, target.classes) == ("y", task, classes)


def test_classes_that_cannot_be_in_every_part_are_left_out() -> None:
    column = label_column("y", distinct=4, values=tuple("abcd"), counts=(90, 50, 2, 1))
    target = target_of(column, rows=143)
    assert (target.task, target.classes, target.rare) == ("binary", ("a", "b"), {"c": 2, "d": 1})
    said = target_of(column, rows=143, task="multiclass")
    assert (said.task, said.classes) == ("multiclass", ("a", "b"))
    enough = label_column("y", distinct=4, values=tuple("abcd"), counts=(90, 50, 3, 3))
    assert target_of(enough, rows=146).rare == {}


def test_rows_of_equal_numbers_are_one_class() -> None:
    column = label_column("y", distinct=3, values=("0", "1", "1.0"), counts=(9, 2, 1))
    target = target_of(column, rows=12)
    assert (target.classes, target.rare) == (("0", "1"), {})


def test_a_rare_amount_is_not_left_out() -> None:
    values = tuple(map(str, range(40)))
    column = label_column("y", finding="number", distinct=40, values=values, counts=(1,) * 40)
    assert target_of(column, rows=40).rare == {}


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((90, 2), r"got 'no' \(2 rows\) besides 'yes' in 'y'; give more rows, merge classes"),
        ((2, 1), r"got 'no' \(1 row\) and 'yes' \(2 rows\) in 'y'"),
    ],
)
def test_two_classes_must_be_left(counts: tuple[int, int], words: str) -> None:
    column = label_column("y", values=("yes", "no"), counts=counts)
    with pytest.raises(UsageError, match=words):
        target_of(column, rows=sum(counts))


def test_a_word_for_no_value_is_no_class() -> None:
    column = label_column("y", missing=7, distinct=3, values=("yes", "no"))
    assert target_of(column, rows=400).classes == ("no", "yes")


def test_without_a_header_a_label_has_a_place() -> None:
    headless = Dialect(header=False)
    look = profile(number_column("column 0"), number_column("column 1"), dialect=headless)
    assert find_label(look, "1").name == "column 1"
    with pytest.raises(UsageError, match="got '2'"):
        find_label(look, "2")
    with pytest.raises(UsageError, match="got '0'"):
        find_label(profile(number_column("a"), number_column("b")), "0")


def test_whole_numbers_of_a_few_rows_are_no_classes() -> None:
    column = label_column("y", finding="number", distinct=5, values=tuple("12345"))
    assert target_of(column, rows=49).task == "regression"
    assert target_of(column, rows=50).task == "multiclass"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"distinct": 1, "values": ("no",)}, "at least 2 different values, got only 'no' in 'y'"),
        ({"distinct": 0, "values": ()}, "got none in 'y'"),
        ({"finding": "date", "distinct": 300, "values": ()}, "got dates in 'y'"),
        ({"distinct": 101, "values": ()}, "at most 100 different values, got 101 in 'y'"),
        ({"distinct": 20_123, "values": ()}, "got about 20,123"),
    ],
)
def test_what_cannot_be_predicted(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        target_of(label_column("y", **changes), rows=400)
    assert words in str(caught.value)


def test_a_label_is_found_by_its_usual_names() -> None:
    look = profile(number_column("y"), number_column("a"), number_column("Target "))
    assert find_label(look, None).name == "Target "
    assert find_label(look, "a").name == "a"
    assert find_label(look, None, usual="a").name == "a"


def test_without_one_all_columns_are_listed() -> None:
    names = [f"column number {number}" for number in range(40)]
    look = profile(*(ColumnProfile(name, "number") for name in names))
    for named in (None, "colum number 7"):
        with pytest.raises(UsageError) as caught:
            find_label(look, named)
        assert ", ".join(map(repr, names)) in str(caught.value)
    assert "did you mean 'column number 7'" in str(caught.value)
