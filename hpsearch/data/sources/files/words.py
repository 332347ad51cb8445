"""Words and forms of values: what is missing, true, false, a number or a date."""

import re
from collections.abc import Iterable

#: Words for a missing value in any column, in lower case.
NO_VALUE = frozenset({"na", "n/a", "#n/a", "<na>", "nan", "null", "?"})

#: Words for a missing number, boolean or date, in lower case; in a category they are values.
NO_VALUE_UNLESS_TEXT = frozenset({"none", "nil", "-", "--", ".", "..", "missing", "n.a.", "nd"})

#: Booleans in lower case, as pairs of false and true.
BOOLEANS = (("false", "true"), ("no", "yes"), ("f", "t"), ("n", "y"), ("off", "on"))

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_DATE = re.compile(
    r"(\d{1,4}[-/.](\d{1,2}|[A-Za-z]{3})[-/.]\d{1,4}|\d{1,2} [A-Za-z]{3,9},? \d{4}"
    r"|[A-Za-z]{3,9} \d{1,2},? \d{4}|\d{4}-\d{2})([T ]\d{1,2}:\d{2}.*)?"
)


def is_missing(word: str) -> bool:
    """Whether a text stands for no value, empty ones included."""
    lower = word.lower()
    return not lower or lower in NO_VALUE or lower in NO_VALUE_UNLESS_TEXT


def is_typed(field: str, decimal: str = ".") -> bool:
    """Whether a text is a number, a date or a boolean of more than a letter."""
    number = field.replace(",", ".") if decimal == "," and "." not in field else field
    if _NUMBER.fullmatch(number) or is_date(field):
        return True
    return len(field) > 1 and any(field.lower() in pair for pair in BOOLEANS)


def is_number(field: str, decimal: str = ".") -> bool:
    """Whether a text is a number."""
    number = field.replace(",", ".") if decimal == "," and "." not in field else field
    return _NUMBER.fullmatch(number) is not None


def is_date(field: str) -> bool:
    """Whether a text has the form of a date."""
    return _DATE.fullmatch(field) is not None


def missing_in_categories(words: Iterable[str]) -> tuple[str, ...]:
    """The words for a missing value that are no values of a category."""
    return tuple(word for word in words if word.lower() not in NO_VALUE_UNLESS_TEXT)
