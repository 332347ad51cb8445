"""Folds: which rows validate when, and that the test is the same with them and without."""

from collections import Counter
from itertools import chain
from typing import Any

import numpy as np
import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from hpsearch.errors import DataError, StudyFileError
from hpsearch.study.reading import check_study, read_study_text
from tests.data.cutting.test_cut import HOW, ROWS, cut, table

SPACE = {"units": {"int": [4, 8]}}

#: All ways of dealing out rows in which each validates once.
DEALT = {name: how for name, how in HOW.items() if name != "time"}


@pytest.mark.parametrize("how", list(HOW))
@given(folds=st.integers(2, 6), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_folds_move_no_row_across_the_seal(how: str, folds: int, seed: int) -> None:
    made = cut(seed, **HOW[how], folds=folds)
    assert made.test.tolist() == cut(seed, **HOW[how]).test.tolist()
    assert len(made.folds) == folds
    for validation, train in made.folds:
        assert not {*validation} & {*train}
        assert not {*validation, *train} & {*made.test}


@pytest.mark.parametrize("how", list(DEALT))
def test_each_row_that_is_not_sealed_validates_once(how: str) -> None:
    made = cut(**DEALT[how], folds=5)
    validated = np.concatenate([validation for validation, _ in made.folds])
    assert sorted([*validated, *made.test]) == list(range(ROWS))
    sizes = [len(validation) for validation, _ in made.folds]
    assert max(sizes) - min(sizes) <= (4 if how == "groups" else 1)
    for validation, train in made.folds:
        assert len(validation) + len(train) == len(validated)


def test_each_fold_has_its_share_of_each_class() -> None:
    rows = table()
    for validation, _ in cut(folds=4).folds:
        counts = Counter(rows.labels[validation].tolist())
        assert (
            max(counts.values()) - min(counts.values())
            <= max(Counter(rows.labels.tolist()).values()) / 4
        )
        assert len(counts) == 3


def test_no_group_is_on_both_sides_of_a_fold() -> None:
    patients = table().raw.codes[:, 0]
    for validation, train in cut(group="patient", folds=3).folds:
        assert not {*patients[validation]} & {*patients[train]}


def test_in_time_a_fold_trains_on_what_was_before_it() -> None:
    days = table().raw.numbers[:, 1]
    made = cut(time="day", folds=4)
    before = 0
    for validation, train in made.folds:
        assert days[train].max() < days[validation].min()
        assert len(train) > before
        before = len(train)
    assert days[made.folds[-1][0]].max() < days[made.test].min()


def test_each_repeat_deals_the_rows_out_anew() -> None:
    made = cut(folds=3, repeats=2)
    assert len(made.folds) == 6
    first, second = (
        [sorted(validation.tolist()) for validation, _ in made.folds[begin : begin + 3]]
        for begin in (0, 3)
    )
    assert first != second
    assert sorted(chain(*first)) == sorted(chain(*second))


def test_the_train_rows_can_be_counted() -> None:
    made = cut(folds=3, train=30)
    assert sum(len(validation) for validation, _ in made.folds) == 30


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"folds": 60}, "60 folds take 120 rows that are not sealed, got 96; lower data.folds"),
        ({"folds": 40, "group": "patient"}, "for each of 40 folds, got 24"),
    ],
)
def test_too_many_folds_are_told(entries: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words):
        cut(**entries)


@pytest.mark.parametrize(
    ("entries", "place"),
    [
        ({"repeats": 2}, "data.repeats"),
        ({"folds": 0}, "data.folds"),
        ({"folds": 3, "validation": 0.2}, "data.validation"),
        ({"folds": 3, "repeats": 2, "time": "day"}, "data.repeats"),
        ({"folds": 3, "repeats": 2, "shuffle": False}, "data.repeats"),
        ({"folds": 3, "test_path": "a.csv", "validation_path": "b.csv"}, "data.validation_path"),
    ],
)
def test_what_does_not_go_with_folds_is_a_mistake(entries: dict[str, Any], place: str) -> None:
    data = {"source": "csv", "path": "x.csv", "label": "y", **entries}
    with pytest.raises(StudyFileError) as told:
        check_study({"study": {"name": "s"}, "data": data, "space": SPACE}, "s.toml")
    assert place in str(told.value)


@pytest.mark.parametrize(
    ("file", "entries", "found"),
    [
        ({"validation": 0.3}, ["data.folds=3"], (None, 3, 1)),
        ({"validation": 0.3}, ["data.folds=1"], (0.3, 1, 1)),
        ({"folds": 5, "repeats": 2}, ["data.validation=0.25"], (0.25, 1, 1)),
        ({"folds": 5, "repeats": 2}, ["data.folds=4"], (None, 4, 2)),
        ({"folds": 5}, ["data.folds=1"], (0.2, 1, 1)),
    ],
)
def test_the_command_line_says_how_rows_validate(
    file: dict[str, Any], entries: list[str], found: tuple[float | None, int, int]
) -> None:
    data = {"source": "csv", "path": "x.csv", "label": "y", **file}
    text = tomli_w.dumps({"study": {"name": "s"}, "data": data, "space": SPACE})
    section = read_study_text(text, "s.toml", entries).data
    assert (section.validation, section.folds, section.repeats) == found
