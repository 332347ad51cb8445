"""Cells in SQL: what a text is worth as a number, a boolean or a date.

Each expression gives NaN for a missing value and infinity for one that breaks the rule of its kind,
so that a column needs no second one to say which cells are wrong.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from hpsearch.data.columns import Kind
from hpsearch.data.sources.files.relation import Field
from hpsearch.data.sources.files.words import BOOLEANS, missing_in_categories
from hpsearch.data.sql import quoted

SECONDS_A_DAY = 86_400

#: Forms of dates that are not ISO's, without their time, where the day comes first and where it
#: comes second.
EITHER_WAY = ("%Y/%m/%d", "%d.%m.%Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%b %d, %Y", "%B %d, %Y")
DAY_FIRST = (*EITHER_WAY, "%d/%m/%Y", "%d-%m-%Y")
MONTH_FIRST = (*EITHER_WAY, "%m/%d/%Y", "%m-%d-%Y")
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")

#: A date in another form than ISO's has a year of four digits and begins with a letter or a digit.
_DATE_FORM = r"([A-Za-z0-9]+[ ./-]+[A-Za-z0-9]+,?[ ./-]+\d{4}|\d{4}/\d{1,2}/\d{1,2})( \d.*)?"
_ISO_FORM = r"\d{4}-\d{1,2}-\d{1,2}([T ].*)?"
_MONTH_FORM = r"\d{4}-\d{2}"

RULES: dict[Kind, str] = {
    "number": "a finite number",
    "boolean": "a boolean, like true or no",
    "date": "a date, like 2024-01-31",
    "category": "a text",
    "words": "a text",
}


@dataclass(frozen=True)
class Cells:
    """How the cells of a file are taken.

    Attributes:
        decimal: The decimal point of its numbers.
        missing: Words for a missing value.
        day_first: Whether 02/03/2024 is in March.
    """

    decimal: str = "."
    missing: tuple[str, ...] = ()
    day_first: bool = False

    def text(self, field: Field) -> str:
        """The text of a cell without the spaces around it."""
        return f"trim({field.sql})" if field.type == "text" else f"CAST({field.sql} AS VARCHAR)"

    def filled(self, field: Field) -> str:
        """The text of a cell; NULL where it is empty."""
        return f"nullif({self.text(field)}, '')"

    def category(self, field: Field) -> str:
        """The text of a cell; NULL where it is missing."""
        words = missing_in_categories(self.missing)
        text = self.filled(field)
        return f"CASE WHEN {text} {among(words)} THEN NULL ELSE {text} END" if words else text

    def value(self, field: Field, kind: Kind) -> str:
        """A number, boolean or date as DOUBLE."""
        match kind:
            case "number":
                return self._number(field)
            case "boolean":
                return self._boolean(field)
            case "date":
                return self._date(field)
        raise ValueError(f"a {kind} has no value in a column of numbers")

    def parsed_number(self, text: str) -> str:
        """A text as DOUBLE; NULL where it is none, as with the underscores of programs."""
        if self.decimal == ",":
            point = f"replace({text}, ',', '.')"
            wrong = f"contains({text}, '.') OR contains({text}, '_')"
            return f"CASE WHEN {wrong} THEN NULL ELSE TRY_CAST({point} AS DOUBLE) END"
        return f"CASE WHEN contains({text}, '_') THEN NULL ELSE TRY_CAST({text} AS DOUBLE) END"

    def parsed_date(self, text: str, *, day_first: bool | None = None) -> str:
        """A text as seconds since 1970-01-01 in UTC; NULL where it is no date."""
        first = self.day_first if day_first is None else day_first
        forms = [form + time for form in (DAY_FIRST if first else MONTH_FIRST) for time in TIMES]
        listed = ", ".join(map(quoted, forms))
        return (
            f"CASE WHEN regexp_full_match({text}, {quoted(_ISO_FORM)}) "
            f"THEN epoch(TRY_CAST({text} AS TIMESTAMPTZ)) "
            f"WHEN regexp_full_match({text}, {quoted(_DATE_FORM)}) "
            f"THEN epoch(try_strptime({text}, [{listed}])) "
            f"WHEN regexp_full_match({text}, {quoted(_MONTH_FORM)}) "
            f"THEN epoch(try_strptime({text}, '%Y-%m')) END"
        )

    def _number(self, field: Field) -> str:
        if field.type == "number":
            return f"coalesce(CAST({field.sql} AS DOUBLE), 'nan'::DOUBLE)"
        if field.type == "boolean":
            return f"coalesce(CAST({field.sql} AS INTEGER)::DOUBLE, 'nan'::DOUBLE)"
        number = self.parsed_number(field.sql if field.type == "text" else self.text(field))
        plain = f"coalesce({number}, {self._otherwise(field)})"
        if not self._numeric_words:
            return plain
        words = among(self._numeric_words)
        return f"CASE WHEN {self.text(field)} {words} THEN 'nan'::DOUBLE ELSE {plain} END"

    def _boolean(self, field: Field) -> str:
        if field.type == "boolean":
            return self._number(field)
        text = f"lower({self.text(field)})"
        no, yes = (among((*words, digit)) for words, digit in zip(_PAIRS, "01", strict=True))
        return (
            f"CASE WHEN {text} {yes} THEN 1.0::DOUBLE WHEN {text} {no} THEN 0.0::DOUBLE "
            f"ELSE {self._otherwise(field)} END"
        )

    def _date(self, field: Field) -> str:
        if field.type == "date":
            seconds = f"epoch(CAST({field.sql} AS TIMESTAMPTZ))"
            return f"coalesce({seconds} / {SECONDS_A_DAY}, 'nan'::DOUBLE)"
        seconds = self.parsed_date(self.text(field))
        return f"coalesce(({seconds}) / {SECONDS_A_DAY}, {self._otherwise(field)})"

    def _otherwise(self, field: Field) -> str:
        """NaN of a cell that is missing, infinity of one that is wrong."""
        text = self.filled(field)
        words = f" OR {text} {among(self.missing)}" if self.missing else ""
        return f"CASE WHEN {text} IS NULL{words} THEN 'nan'::DOUBLE ELSE 'inf'::DOUBLE END"

    @cached_property
    def _numeric_words(self) -> tuple[str, ...]:
        """Words for a missing value that would be numbers, like -999."""

        def is_float(word: str) -> bool:
            try:
                float(word.replace(",", "."))
            except ValueError:
                return False
            return True

        return tuple(word for word in self.missing if is_float(word))


_PAIRS = tuple(tuple(pair[place] for pair in BOOLEANS) for place in (0, 1))


def among(words: Iterable[str]) -> str:
    """``IN (...)``."""
    return f"IN ({', '.join(map(quoted, words))})"
