"""How ``[data]`` says which rows are for what: its defaults by source, and what does not fit."""

from typing import Any

import pytest

from hpsearch.errors import StudyFileError
from hpsearch.listing.studies import say_study
from hpsearch.study.cutting import PREFIX_SOURCES
from hpsearch.study.reading import check_study, read_study_text
from hpsearch.study.spec import StudySpec


def study(**data: Any) -> StudySpec:
    space = {"units": {"int": [4, 8]}}
    return check_study({"study": {"name": "mine"}, "data": data, "space": space}, "mine.toml")


def cutting(**data: Any) -> tuple[Any, ...]:
    made = study(**data).data
    return made.validation, made.train, made.test, made.shuffle, made.stratify


@pytest.mark.parametrize("source", PREFIX_SOURCES)
def test_the_tutorials_rows_keep_their_order_and_its_counts(source: str) -> None:
    assert cutting(source=source) == (1_000, 10_000, 100_000, False, False)
    assert cutting(source=source, shuffle=True)[3:] == (True, False)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, (0.2, None, 0.2, True, True)),
        ({"shuffle": False}, (0.2, None, 0.2, False, False)),
        ({"stratify": False, "test": 50}, (0.2, None, 50, True, False)),
        ({"group": "patient"}, (0.2, None, 0.2, True, False)),
        ({"time": "day"}, (0.2, None, 0.2, False, False)),
        ({"part": "fold", "train": 0.5}, (0.2, 0.5, None, True, True)),
        ({"test_path": "test.csv"}, (0.2, None, None, True, True)),
        ({"task": "regression"}, (0.2, None, 0.2, True, False)),
    ],
)
def test_a_users_rows_are_mixed_and_stratified_unless_something_orders_them(
    data: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert cutting(source="csv", **data) == expected
    spec = study(source="csv", **data)
    assert read_study_text(spec.as_toml(), "mine.toml", ()) == spec


@pytest.mark.parametrize(
    ("data", "place", "rule"),
    [
        ({"test": 0.2}, "data.test", "must be a count of rows for data.source = 'higgs'"),
        ({"source": "csv", "test": 1.0}, "data.test", "or a share of them between 0 and 1"),
        ({"source": "csv", "test": 1}, "data.test", "2 to 100,000,000, or a share"),
        (
            {"source": "csv", "validation": 0.5, "test": 0.6},
            "data.validation",
            "with the other shares, add up to 1 at most: 0.5 validation + 0.6 test",
        ),
        (
            {"source": "csv", "validation": 0.5, "test": 0.5},
            "data.validation",
            "leave rows for the other parts",
        ),
        ({"source": "csv", "group": "a", "time": "b"}, "data.time", "does not go with data.group"),
        ({"source": "csv", "time": "b", "shuffle": True}, "data.shuffle", "where data.time"),
        ({"source": "csv", "group": "b", "stratify": True}, "data.stratify", "where data.group"),
        ({"source": "csv", "shuffle": False, "stratify": True}, "data.stratify", "must be false"),
        (
            {"source": "csv", "task": "regression", "stratify": True},
            "data.stratify",
            "must be false where data.task is 'regression'",
        ),
        ({"source": "csv", "part": "fold", "test": 0.2}, "data.test", "told by the column"),
        (
            {"source": "csv", "test_path": "a.csv", "test": 9},
            "data.test",
            "is all of data.test_pat",
        ),
        (
            {"source": "csv", "test_path": "a.csv", "group": "b"},
            "data.test_path",
            "with data.group",
        ),
        (
            {"source": "csv", "validation_path": "a.csv"},
            "data.validation_path",
            "must stand beside",
        ),
        ({"test_path": "a.csv"}, "data.test_path", "does not go with data.source = 'higgs'"),
    ],
)
def test_what_does_not_fit_is_a_mistake_with_its_place(
    data: dict[str, Any], place: str, rule: str
) -> None:
    with pytest.raises(StudyFileError) as caught:
        study(**data)
    told = {mistake.place: mistake.message for mistake in caught.value.mistakes}
    assert list(told) == [place]
    assert rule in told[place]


def test_shares_that_add_up_to_one_are_all_rows() -> None:
    assert cutting(source="csv", validation=0.1, train=0.7, test=0.2)[:3] == (0.1, 0.7, 0.2)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "higgs: 1,000 validate, 10,000 train, 100,000 test"),
        ({"source": "csv"}, "csv: 20 % validate, the rest trains, 20 % test, stratified"),
        (
            {"source": "csv", "group": "patient", "train": 0.55},
            "csv: 20 % validate, 55 % train, 20 % test, by group 'patient'",
        ),
        ({"source": "csv", "part": "fold"}, "csv: parts by the column 'fold'"),
    ],
)
def test_a_study_says_how_its_rows_are_cut(data: dict[str, Any], said: str) -> None:
    assert f"  rows    {said}" in say_study(study(**data)).splitlines()
