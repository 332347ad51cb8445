"""What a message shows of a found value: one printable line of bounded length."""

import pickle
from datetime import UTC, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpsearch.errors import (
    DataError,
    Mistake,
    StudyFileError,
    cut,
    did_you_mean,
    named,
    printable,
    shown,
)


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("sgd", "'sgd'"),
        (1.5, "1.5"),
        (True, "True"),
        (10**12, "1000000000000"),
        (10**400, "a number of 401 digits"),
        (-(10**5_000), "a number of 5,001 digits"),
        ([16**5_000], "a list with entries that are too large to show"),
        ({"a": nested(100_000)}, "a table with entries that are too large to show"),
        ("a\n\x1b\u202e\ud800", r"'a\n\x1b\u202e\ud800'"),
        ("a" * 1_000, "'" + "a" * 56 + "..." + "a" * 19 + "'"),
        (datetime(2024, 1, 2, tzinfo=UTC), "2024-01-02T00:00:00+00:00"),
        (time(7, 32), "07:32:00"),
    ],
    ids=[*"abcdefghijkl"],
)
def test_a_value_is_shown_on_one_short_line(value: object, expected: str) -> None:
    assert shown(value) == expected


wild = st.recursive(
    st.none() | st.integers() | st.floats() | st.text(st.characters()) | st.datetimes(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
)


@settings(deadline=None, max_examples=200)
@given(value=wild)
def test_whatever_is_shown_is_printable_and_short(value: object) -> None:
    assert shown(value).isprintable()
    assert len(shown(value)) <= 80


@settings(deadline=None, max_examples=200)
@given(text=st.text(st.characters()))
def test_escapes_say_which_characters_they_stand_for(text: str) -> None:
    assert printable(text).isprintable()
    assert printable(printable(text)) == printable(text)
    assert cut(text, 10) == text if len(text) <= 10 else len(cut(text, 10)) == 10
    assert named(text).isprintable()


def test_a_message_keeps_its_lines_and_nothing_else_that_moves_a_cursor() -> None:
    error = DataError("a\x1b[2J\rb\nc\ud800")
    assert str(error) == "a\\x1b[2J\\rb\nc\\ud800"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_places_are_cut_and_lines_of_a_name_are_one() -> None:
    error = StudyFileError("a\nb.toml", [Mistake("k" * 1_000, "is\nwrong"), Mistake("x", "no")])
    first, second, third = str(error).splitlines()
    assert first == r"a\nb.toml has 2 mistakes"
    assert second == "  " + "k" * 57 + "..." + "k" * 20 + r"   is\nwrong"
    assert third == "  x" + " " * 79 + "   no"


def test_a_very_long_name_is_near_to_nothing() -> None:
    assert did_you_mean("trails", ["trials"]) == "; did you mean 'trials'?"
    assert did_you_mean("t" * 1_000_000, ["t" * 80]) == ""
