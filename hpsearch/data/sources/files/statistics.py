"""What is counted in each column of a file, over all its rows, to find out what it holds.

All columns are counted by the same few queries over pairs of a column and a text, so that ten
thousand columns cost no more than as many cells in ten.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from hpsearch.data.profile import is_skewed
from hpsearch.data.sources.files.cells import Cells, among
from hpsearch.data.sources.files.relation import Field
from hpsearch.data.sources.files.texts import Texts
from hpsearch.data.sources.files.words import BOOLEANS, NO_VALUE, NO_VALUE_UNLESS_TEXT

#: Columns with about so many different values, or fewer, have them counted exactly.
COUNTED = 11_000

#: Numbers are counted one by one only where they may all be listed.
COUNTED_NUMBERS = 130

#: Different texts beside the numbers of a column that are looked at one by one.
ODD_VALUES = 1_000

#: What either order of day and month may fit, as a pattern in SQL.
EITHER_ORDER = r"'\d{1,2}[/-]\d{1,2}[/-]\d{4}.*'"

#: The text of a pair of a column and a text.
TEXT = Field("", "text")

ODD = "NOT coalesce(isfinite(number), false)"


@dataclass(slots=True)
class Counts:
    """What one column was found to hold, taken as texts.

    Attributes:
        filled: Cells that are not empty.
        words, strong: Cells with a word for a missing value; those that are none in a category.
        numbers, commas: Cells with a number, with a decimal point and with a comma for it.
        points: Numbers that have a decimal point.
        padded: Numbers that begin with a zero, like 00123.
        booleans, months_first, days_first: Cells with a boolean, or a date by each order.
        slashes: Cells like 02/03/2024, in which either may be the month.
        distinct: Different values, about.
        length: Mean number of characters.
        odd_distinct: Different values that are no numbers, about.
        values: How often each value comes, where there are not too many.
        odd_values: How often each value that is neither a number nor a date comes, where there
            are too many values, but not of these.
    """

    filled: int = 0
    words: int = 0
    strong: int = 0
    numbers: int = 0
    commas: int = 0
    points: int = 0
    padded: int = 0
    booleans: int = 0
    months_first: int = 0
    days_first: int = 0
    slashes: int = 0
    distinct: int = 0
    length: float = 0.0
    odd_distinct: int = 0
    values: Mapping[str, int] | None = None
    odd_values: Mapping[str, int] = field(default_factory=dict)


def count_numbers(texts: Texts) -> list[Counts]:
    """Count numbers, with a decimal point and with a comma for it."""
    counts = [
        Counts(filled=filled, distinct=distinct)
        for filled, distinct in zip(texts.filled, texts.distinct, strict=True)
    ]
    # Where the delimiter is a comma, a decimal comma is in quotes, and rare.
    asked = {
        "numbers": _count("isfinite(number)"),
        "commas": _count(f"isfinite({Cells(',').parsed_number('text')})"),
        "points": _count("isfinite(number) AND contains(text, '.')"),
        "padded": _count(
            "text >= '00' AND text < '0:' AND isfinite(number) AND NOT contains(text, '.')"
        ),
        "length": "sum(length(text) * times) / sum(times)",
    }
    _ask(texts, range(len(counts)), counts, asked, Cells(), "true")
    return counts


def count_odd(texts: Texts, counts: Sequence[Counts], cells: Cells) -> None:
    """Count, with the decimal point known, what is no number, and values where they are few."""
    mixed = {place for place, count in enumerate(counts) if _numbers(count, cells) < count.filled}
    booleans = sorted(word for pair in BOOLEANS for word in pair)
    asked = {
        "words": _count(f"lower(text) {among(sorted(NO_VALUE | NO_VALUE_UNLESS_TEXT))}"),
        "strong": _count(f"lower(text) {among(sorted(NO_VALUE))}"),
        "booleans": _count(f"lower(text) {among(booleans)}"),
        "months_first": _count(f"{cells.parsed_date('text', day_first=False)} IS NOT NULL"),
        "days_first": _count(f"{cells.parsed_date('text', day_first=True)} IS NOT NULL"),
        "slashes": _count(f"regexp_full_match(text, {EITHER_ORDER})"),
        "odd_distinct": "approx_count_distinct(text)",
    }
    _ask(texts, mixed, counts, asked, cells, ODD)
    few = [
        place
        for place, count in enumerate(counts)
        if count.distinct <= (COUNTED if place in mixed else COUNTED_NUMBERS)
    ]
    for place, values in _histograms(texts, few, cells, "true").items():
        counts[place].values, counts[place].distinct = values, len(values)
    rest = [
        place
        for place in sorted(mixed)
        if (count := counts[place]).values is None
        and (
            count.odd_distinct <= ODD_VALUES
            or max(count.months_first, count.days_first) > count.filled // 2
        )
    ]
    date = cells.parsed_date("text")
    for place, values in _histograms(texts, rest, cells, f"{ODD} AND {date} IS NULL").items():
        counts[place].odd_values = values


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers of a column, or its dates as days since 1970-01-01.

    Attributes:
        filled: Cells with one.
        distinct: Different values.
        least, mean, largest: None where there is no value.
        whole: Whether all are integers.
    """

    filled: int = 0
    distinct: int = 0
    least: float | None = None
    mean: float | None = None
    largest: float | None = None
    whole: bool = False

    @property
    def skewed(self) -> bool:
        """See ``is_skewed``; dates are too, with a few late ones."""
        if self.least is None or self.mean is None or self.largest is None:
            return False
        return is_skewed(self.least, self.mean, self.largest)


def value_ranges(
    texts: Texts, places: Collection[int], cells: Cells, kind: Literal["number", "date"]
) -> dict[int, Range]:
    """The ranges of columns of numbers or dates, by their places.

    More than 10,000 different values are counted approximately.
    """
    ranges = {place: Range() for place in places}
    if places:
        few = ", ".join(str(place) for place in places if texts.distinct[place] <= COUNTED)
        counted = f"count(DISTINCT value) FILTER (place IN ({few}))" if few else "0"
        about = "least(approx_count_distinct(value), sum(times))"
        statement = (
            f"SELECT place, sum(times), coalesce(nullif({counted}, 0), {about}), min(value), "
            "sum(value * times) / sum(times), max(value), "
            "bool_and(value = floor(value)) FROM (SELECT place, times, "
            f"{cells.value(TEXT, kind)} AS value FROM {texts.source(places)}) "
            "WHERE isfinite(value) GROUP BY place"
        )
        for place, *answers in texts.relation.run(statement).fetchall():
            ranges[place] = Range(*answers)
    return ranges


def _count(condition: str) -> str:
    return f"coalesce(sum(times) FILTER ({condition}), 0)"


def _numbers(count: Counts, cells: Cells) -> int:
    return count.commas if cells.decimal == "," else count.numbers


def _with_numbers(texts: Texts, places: Collection[int], cells: Cells) -> str:
    """Texts, each with its number if it is one."""
    number = cells.parsed_number("text")
    return f"(SELECT place, text, times, {number} AS number FROM {texts.source(places)})"


def _ask(
    texts: Texts,
    places: Collection[int],
    counts: Sequence[Counts],
    asked: Mapping[str, str],
    cells: Cells,
    where: str,
) -> None:
    """Put the answers of a query where they belong; a column without a text has none."""
    if not places:
        return
    source = _with_numbers(texts, places, cells)
    statement = f"SELECT place, {', '.join(asked.values())} FROM {source} WHERE {where} "
    for place, *answers in texts.relation.run(statement + "GROUP BY place").fetchall():
        for name, answer in zip(asked, answers, strict=True):
            setattr(counts[place], name, answer)


def _histograms(
    texts: Texts, places: Collection[int], cells: Cells, where: str
) -> dict[int, dict[str, int]]:
    """How often each text of a column comes that a condition holds for."""
    histograms: dict[int, dict[str, int]] = {place: {} for place in places}
    if places:
        source = _with_numbers(texts, places, cells)
        statement = f"SELECT place, text, sum(times) FROM {source} WHERE {where} GROUP BY ALL"
        rows: list[Any] = texts.relation.run(statement).fetchall()
        for place, text, count in rows:
            histograms[place][text] = count
    return histograms
