"""Which rows train, validate and are sealed: no other setting moves a row across the seal."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hpsearch.data.columns import Column, RawRows
from hpsearch.data.cutting import Cut, cut_rows
from hpsearch.data.table import Origin, Table
from hpsearch.errors import DataError
from hpsearch.study.sections import DataSection

ROWS = 120


def table(rows: int = ROWS, classes: int = 3) -> Table:
    """Rows with a number, a day that runs backwards, a patient of four rows, and a part."""
    places = np.arange(rows)
    patients = tuple(f"patient {number}" for number in range(-(-rows // 4)))
    named = np.array([0] * 60 + [1] * 25 + [2] * 35)[places % 120]
    return Table(
        RawRows(
            np.stack([places % 7, 20_000.0 - places], axis=1),
            np.stack([places // 4, named], axis=1).astype(np.int32),
            (patients, ("Train", "validation", "test ")),
        ),
        (places**2 % 11 % classes).astype(np.float32),
        (
            *(Column("x", "number"), Column("patient", "category")),
            *(Column("day", "date"), Column("fold", "category")),
        ),
        Origin("csv", "made rows", simulated=False),
    )


def section(**entries: Any) -> DataSection:
    return DataSection.model_validate({"source": "csv", **entries})


def cut(seed: int = 1, rows: Table | None = None, **entries: Any) -> Cut:
    return cut_rows(rows or table(), section(**entries), seed)


def parts(made: Cut) -> list[set[int]]:
    return [set(part.tolist()) for part in (made.validation, made.train, made.test)]


SIZES = st.one_of(st.integers(2, 30), st.floats(0.05, 0.25))
HOW: dict[str, dict[str, Any]] = {
    "stratified": {},
    "shuffled": {"stratify": False},
    "in order": {"shuffle": False},
    "groups": {"group": "patient"},
    "time": {"time": "day"},
    "named": {"part": "fold"},
}


@pytest.mark.parametrize("how", HOW)
@given(validation=SIZES, train=st.none() | SIZES, test=SIZES, seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_no_other_setting_moves_a_row_across_the_seal(
    how: str, validation: Any, train: Any, test: Any, seed: int
) -> None:
    size = {} if how == "named" else {"test": test}
    alone = cut(seed, **HOW[how], **size)
    others = {"validation": validation, **({} if train is None else {"train": train})}
    varied = cut(seed, **HOW[how], **size, **others)
    assert varied.test.tolist() == alone.test.tolist()
    sets = parts(varied)
    assert sum(map(len, sets)) == len(set().union(*sets))
    if train is None:
        assert len(set().union(*sets)) == ROWS


@given(
    sizes=st.tuples(st.integers(2, 30), st.integers(2, 30), st.integers(2, 30)),
    source=st.sampled_from(["higgs", "collisions"]),
)
@settings(max_examples=20, deadline=None)
def test_the_tutorials_order_is_validation_train_test(
    sizes: tuple[int, int, int], source: str
) -> None:
    validation, train, test = sizes
    made = cut(source=source, validation=validation, train=train, test=test)
    assert made.validation.tolist() == list(range(validation))
    assert made.train.tolist() == list(range(validation, validation + train))
    assert made.test.tolist() == list(range(validation + train, sum(sizes)))


def test_a_users_rows_in_order_end_with_the_test() -> None:
    made = cut(shuffle=False, validation=10, train=20, test=30)
    assert made.validation.tolist() == list(range(10))
    assert made.train.tolist() == list(range(10, 30))
    assert made.test.tolist() == list(range(90, 120))


def test_shares_are_of_all_rows_and_train_is_the_rest() -> None:
    assert [len(part) for part in parts(cut(validation=0.2, test=0.3))] == [24, 60, 36]
    assert [len(part) for part in parts(cut(validation=0.1, train=0.25, test=30))] == [12, 30, 30]
    odd = table(101)
    shares: dict[str, Any] = {"validation": 0.25, "train": 0.5, "test": 0.25}
    assert [len(part) for part in parts(cut(rows=odd, **shares))] == [25, 51, 25]


def test_another_seed_seals_other_rows_and_the_same_seed_the_same() -> None:
    assert cut(1).test.tolist() == cut(1).test.tolist()
    assert cut(1).test.tolist() != cut(2).test.tolist()


def test_stratified_parts_have_the_classes_in_their_shares() -> None:
    rows = table(1_000)
    made = cut(rows=rows)
    share = np.bincount(rows.labels.astype(int)) / 1_000
    for part in (made.validation, made.train, made.test):
        counts = np.bincount(rows.labels[part].astype(int), minlength=3)
        np.testing.assert_allclose(counts / len(part), share, atol=1 / len(part))


@given(
    counts=st.lists(st.integers(6, 40), min_size=2, max_size=6),
    seed=st.integers(0, 99),
    share=st.floats(0.1, 0.4),
)
@settings(max_examples=60, deadline=None)
def test_each_part_has_two_rows_of_each_class_where_it_can(
    counts: list[int], seed: int, share: float
) -> None:
    assume((1 - 2 * share) * min(counts) >= 2)  # or train rows are too few for all classes
    labels = np.repeat(np.arange(len(counts)), counts).astype(np.float32)
    rows = dataclasses.replace(table(len(labels)), labels=labels)
    made = cut(seed, rows, validation=share, test=share)
    for part in (made.validation, made.test, made.train):
        of_class = np.bincount(labels[part].astype(int), minlength=len(counts))
        assert of_class.min() >= 2


def test_small_shares_are_of_two_rows_and_fewer_than_six_rows_are_told() -> None:
    made = cut(rows=table(6, classes=1), validation=0.01, test=0.01)
    assert [len(part) for part in parts(made)] == [2, 2, 2]
    told = r"at least 6 rows, 2 each to train, .*, got 5 from made rows; give more rows"
    with pytest.raises(DataError, match=told):
        cut(rows=table(5), validation=0.01, test=0.01)


def test_more_classes_than_rows_of_a_part_are_cut_all_the_same() -> None:
    rows = dataclasses.replace(table(), labels=(np.arange(ROWS) // 2).astype(np.float32))
    made = cut(rows=rows, validation=10, test=20)
    assert [len(part) for part in parts(made)] == [10, 90, 20]


def test_numbers_are_not_stratified() -> None:
    rows = dataclasses.replace(table(), labels=np.arange(ROWS, dtype=np.float64))
    assert cut(rows=rows).test.tolist() == cut(rows=rows, stratify=False).test.tolist()


def test_no_group_is_on_two_sides() -> None:
    made = cut(group="patient", validation=20, train=30, test=26)
    patients = [{place // 4 for place in part} for part in parts(made)]
    assert len(set().union(*patients)) == sum(map(len, patients))
    assert [len(part) for part in parts(made)] == [20, 28, 24]
    assert made.left_out == ("patient",)


def test_the_latest_rows_are_the_test_and_those_before_them_validate() -> None:
    made = cut(time="day", validation=10, train=20, test=30)
    assert parts(made) == [set(range(30, 40)), set(range(40, 60)), set(range(30))]
    assert made.left_out == ()


def test_rows_of_the_same_time_keep_the_order_of_the_file() -> None:
    rows = table()
    rows.raw.numbers[:, 1] = 5.0
    assert cut(rows=rows, time="day", test=30).test.tolist() == list(range(90, 120))


def test_a_column_names_the_parts() -> None:
    made = cut(part="fold")
    assert parts(made) == [set(range(60, 85)), set(range(60)), set(range(85, 120))]
    assert made.left_out == ("fold",)
    assert len(cut(part="fold", train=20).train) == 20


def test_validation_rows_are_cut_from_the_others_where_no_row_is_named_so() -> None:
    rows = table()
    rows.raw.codes[60:85, 1] = 0
    made = cut(rows=rows, part="fold", validation=0.25)
    assert parts(made)[2] == set(range(85, 120))
    assert len(made.validation) == 30
    assert parts(made)[0] | parts(made)[1] == set(range(85))


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (
            {"validation": 50, "train": 40, "test": 50},
            r"140 rows \(50 validation \+ 40 train \+ 50 test\), got 120 from made rows; "
            r"lower data.validation or data.train or data.test, or give more rows",
        ),
        (
            {"validation": 60, "test": 60},
            r"122 rows \(60 validation \+ 2 train \+ 60 test\).*; lower data.validation or "
            r"data.test, or give more rows",
        ),
        (
            {"part": "fold", "train": 119},
            r"119 train .*; lower data.train, or give more rows",
        ),
        ({"group": "patent"}, r"data\.group = 'patent' .* did you mean 'patient'\?; its columns"),
        ({"time": "fold"}, r"data\.time = 'fold' must be a column of dates or numbers, got texts"),
        (
            {"part": "patient"},
            r"data\.part = 'patient' must say train, validation or test .* and 29 other values",
        ),
        ({"part": "x"}, r"must say train, validation or test in each row, got '\d' in 1\d rows"),
    ],
)
def test_what_cannot_be_cut_is_told(entries: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        cut(**entries)


def test_groups_that_are_too_large_or_too_few_are_told() -> None:
    rows = table()
    rows.raw.codes[:, 0] = np.arange(ROWS) // 40
    with pytest.raises(DataError, match=r"a part is to have 10 rows, got groups of 40 rows and"):
        cut(rows=rows, group="patient", test=10)
    rows.raw.codes[:, 0] = np.arange(ROWS) // 60
    with pytest.raises(DataError, match=r"a group for each part, got 2 for 3 parts"):
        cut(rows=rows, group="patient")


def test_a_row_without_a_group_is_told() -> None:
    rows = table()
    rows.raw.codes[[7, 9], 0] = -1
    with pytest.raises(DataError, match=r"got none in 2 of 120 rows, the first of them row 8"):
        cut(rows=rows, group="patient")


def test_a_part_that_no_row_is_named_for_is_told() -> None:
    rows = table()
    rows.raw.codes[:, 1] = 0
    with pytest.raises(
        DataError, match=r"with data\.part there must be at least 2 test rows, got 0 in"
    ):
        cut(rows=rows, part="fold")
