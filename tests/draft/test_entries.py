"""Entries of a study file read back as they were written."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from hpsearch.draft.entries import Entry, lines_of, toml_key, toml_value

SCALARS = st.one_of(
    st.text(), st.booleans(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(st.text(), VALUES, st.text())
def test_what_is_written_reads_back(key: str, value: object, comment: str) -> None:
    text = "\n".join(lines_of([Entry(key, value, comment)]))
    assert tomllib.loads(text) == {key: value}


def test_comments_stand_below_each_other() -> None:
    long = Entry("long", "x" * 60, "behind it")
    lines = list(lines_of([Entry("a", 1, "one"), Entry("bcd", 22, "two"), Entry("e", 3), long]))
    assert lines[:3] == ["a = 1     # one", "bcd = 22  # two", "e = 3"]
    assert lines[3] == f'long = "{"x" * 60}"  # behind it'


def test_keys_have_quotes_where_they_need_them() -> None:
    assert [toml_key(key) for key in ("a-b_9", "a b", "", "a.b")] == [
        "a-b_9",
        '"a b"',
        '""',
        '"a.b"',
    ]
    assert toml_value({"int": (1, 2), "log": True}) == "{ int = [1, 2], log = true }"
