"""Labels of two values become classes; more are told."""

import pytest

from hpsearch.errors import DataError
from tests.data.sources.files.conftest import Files


@pytest.mark.parametrize(
    ("one", "zero", "classes"),
    [
        ("yes", "no", ("no", "yes")),
        ("True", "False", ("False", "True")),
        ("1", "-1", ("-1", "1")),
        ("2", "1", ("1", "2")),
        ("1", "0", ()),
        ("1.0", "0.0", ()),
    ],
)
def test_two_values_are_two_classes(
    files: Files, one: str, zero: str, classes: tuple[str, ...]
) -> None:
    found = files.read(f"y,a\n{one},1\n{zero},2\n{one},3\n")
    assert (found.labels.tolist(), found.classes) == ([1, 0, 1], classes)


def test_numbers_that_are_equal_are_one_class(files: Files) -> None:
    found = files.read("y,a\n1,1\n1.0,2\n2,3\n")
    assert (found.labels.tolist(), found.classes) == ([0, 0, 1], ("1", "2"))


def test_more_than_two_values_are_told_with_a_way_out(files: Files) -> None:
    with pytest.raises(
        DataError,
        match=r"labels of two classes where data.task is 'binary', got 3 different ones in 'y': "
        r"'a' \(2 rows\), 'b' \(1 rows\), 'c' \(1 rows\); set data.task = \"multiclass\", or name",
    ):
        files.read("y,a\na,1\nb,2\nc,3\na,4\n")
    with pytest.raises(DataError, match=r'or data.task = "regression" if they are amounts'):
        files.read("y,a\n1.5,1\n2.5,2\n3.5,3\n")


def test_one_value_is_no_two_classes(files: Files) -> None:
    with pytest.raises(DataError, match="two classes or more in 'y', got only '1'"):
        files.read("y,a\n1,1\n1,2\n")
