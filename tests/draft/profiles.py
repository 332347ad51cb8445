"""Looks at tables that nobody made, for drafts of studies."""

from typing import Any

from hypothesis import strategies as st

from hpsearch.data.profile import ColumnProfile, Dialect, Finding, Profile
from hpsearch.data.sources.class_order import class_name

#: Names of columns as files have them: quotes, dots, line breaks, nothing at all.
NAMES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", " ", 'a"b', "a.b", "a = b", "[x]", "#", "\n", "\r", "'''", "ä", "\\", "-"]
    ),
)

#: A label may have no control characters, since a study file names it in a message.
LABELS = NAMES.filter(lambda name: name.isprintable())

FINDINGS: tuple[Finding, ...] = ("number", "boolean", "category", "date", "text", "identifier")
KINDS: st.SearchStrategy[Finding] = st.sampled_from(FINDINGS)

DIALECTS = st.one_of(
    st.none(),
    st.builds(
        Dialect,
        encoding=st.sampled_from(["utf-8", "utf-16", "latin-1"]),
        delimiter=st.sampled_from([",", ";", "\t", "|"]),
        decimal=st.sampled_from([".", ","]),
        header=st.booleans(),
        missing=st.lists(LABELS, max_size=3, unique=True).map(tuple),
    ),
)


def label_column(name: str, **changes: Any) -> ColumnProfile:
    """A label of two classes, unless a test says otherwise."""
    values = {"finding": "category", "distinct": 2, "values": ("no", "yes"), **changes}
    return ColumnProfile(name, **values)


def number_column(name: str) -> ColumnProfile:
    return ColumnProfile(name, "number", distinct=90, least=0.0, largest=1.0)


def profile(*columns: ColumnProfile, rows: int = 400, **changes: Any) -> Profile:
    return Profile("csv", rows, columns, **changes)


@st.composite
def profiles(draw: st.DrawFn) -> tuple[Profile, str]:
    """A look at a table of a label of two classes, and the label."""
    label = draw(LABELS)
    names = draw(st.lists(NAMES.filter(lambda name: name != label), max_size=6, unique=True))
    classes = draw(st.lists(LABELS.filter(bool), min_size=2, max_size=4, unique_by=class_name))
    columns = [
        ColumnProfile(name, draw(KINDS), missing=draw(st.integers(0, 9)), reason=draw(st.text()))
        for name in names
    ]
    used = number_column(draw(NAMES.filter(lambda name: name not in (label, *names))))
    target = label_column(label, distinct=len(classes), values=tuple(classes))
    whole = profile(
        *(*columns, target, used),
        rows=draw(st.integers(10, 10**7)),
        dialect=draw(DIALECTS),
        remarks=tuple(draw(st.lists(st.text(max_size=20), max_size=2))),
    )
    return whole, label
