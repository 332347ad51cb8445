"""What is counted in each column of a file, over all its rows, to find out what it holds.

All columns are counted by the same few queries over pairs of a column and a text, so that ten
thousand columns cost no more than as many cells in ten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hpsearch.data.sources.files.cells import Cells, among
from hpsearch.data.sources.files.relation import Field, Relation
from hpsearch.data.sources.files.words import BOOLEANS, NO_VALUE, NO_VALUE_UNLESS_TEXT

#: Columns of texts with about so many different values, or fewer, have them counted exactly; of
#: numbers only where they may all be listed.
COUNTED_TEXTS = 11_000
COUNTED_NUMBERS = 110

#: Different texts beside the numbers of a column that are looked at one by one.
ODD_VALUES = 1_000

#: What either order of day and month may fit, as a pattern in SQL.
EITHER_ORDER = r"'\d{1,2}[/-]\d{1,2}[/-]\d{4}.*'"

#: The text of a pair of a column and a text.
TEXT = Field("", "text")


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


def count_columns(relation: Relation, fields: Sequence[Field]) -> list[Counts]:
    """Count what columns hold that every column is asked for."""
    counts = [Counts() for _ in fields]
    booleans = sorted(word for pair in BOOLEANS for word in pair)
    # Where the delimiter is a comma, a decimal comma is in quotes, and rare.
    asked = {
        "filled": "count(*)",
        "words": f"count(*) FILTER (lower(text) {among(sorted(NO_VALUE | NO_VALUE_UNLESS_TEXT))})",
        "strong": f"count(*) FILTER (lower(text) {among(sorted(NO_VALUE))})",
        "numbers": "count(*) FILTER (isfinite(number))",
        "commas": f"count(*) FILTER (isfinite({Cells(',').parsed_number('text')}))",
        "points": "count(*) FILTER (isfinite(number) AND contains(text, '.'))",
        "padded": "count(*) FILTER (text >= '00' AND text < '0:' AND isfinite(number) "
        "AND NOT contains(text, '.'))",
        "booleans": f"count(*) FILTER (lower(text) {among(booleans)})",
        "distinct": "approx_count_distinct(text)",
        "length": "avg(length(text))",
    }
    _ask(relation, list(zip(fields, counts, strict=True)), asked, Cells())
    return counts


def count_odd(
    relation: Relation, fields: Sequence[Field], counts: Sequence[Counts], cells: Cells
) -> None:
    """Count, with the decimal point known, what is no number, and values where they are few."""
    columns = list(zip(fields, counts, strict=True))
    mixed = [(column, count) for column, count in columns if _numbers(count, cells) < count.filled]
    odd = "NOT coalesce(isfinite(number), false)"
    asked = {
        "odd_distinct": f"approx_count_distinct(text) FILTER ({odd})",
        "months_first": f"count({cells.parsed_date('text', day_first=False)})",
        "days_first": f"count({cells.parsed_date('text', day_first=True)})",
        "slashes": f"count(*) FILTER (regexp_full_match(text, {EITHER_ORDER}))",
    }
    _ask(relation, mixed, asked, cells)
    few = [
        (column, count)
        for column, count in columns
        if count.distinct
        <= (COUNTED_TEXTS if _numbers(count, cells) < count.filled else COUNTED_NUMBERS)
    ]
    for count, values in _histograms(relation, few, cells, "true"):
        count.values, count.distinct = values, len(values)
    rest = [
        (column, count)
        for column, count in mixed
        if count.values is None
        and (
            count.odd_distinct <= ODD_VALUES
            or max(count.months_first, count.days_first) > count.filled // 2
        )
    ]
    date = cells.parsed_date("text")
    for count, values in _histograms(relation, rest, cells, f"{odd} AND {date} IS NULL"):
        count.odd_values = values


def value_ranges(
    relation: Relation, fields: Sequence[Field], cells: Cells, kind: str
) -> list[tuple[int, int, float | None, float | None, bool]]:
    """Of columns of numbers or dates: cells with a value, different ones, about, least, largest,
    and whether all are whole.
    """
    ranges: list[tuple[int, int, float | None, float | None, bool]] = [
        (0, 0, None, None, False) for _ in fields
    ]
    if fields:
        value = cells.value(TEXT, "date" if kind == "date" else "number")
        statement = (
            "SELECT place, count(*), approx_count_distinct(value), min(value), max(value), "
            "bool_and(value = floor(value)) FROM (SELECT place, "
            f"{value} AS value FROM {relation.pairs(fields)}) WHERE isfinite(value) GROUP BY place"
        )
        for place, *answers in relation.run(statement).fetchall():
            ranges[int(place[1:])] = tuple(answers)
    return ranges


def _numbers(count: Counts, cells: Cells) -> int:
    return count.commas if cells.decimal == "," else count.numbers


def _source(relation: Relation, fields: Sequence[Field], cells: Cells) -> str:
    """Pairs of a column and a text that is not empty, with its number if it is one."""
    return (
        f"(SELECT place, text, {cells.parsed_number('text')} AS number "
        f"FROM {relation.pairs(fields)} WHERE text <> '')"
    )


def _ask(
    relation: Relation,
    columns: Sequence[tuple[Field, Counts]],
    asked: Mapping[str, str],
    cells: Cells,
) -> None:
    """Put the answers of a query where they belong; a column without a text has none."""
    if not columns:
        return
    source = _source(relation, [column for column, _ in columns], cells)
    statement = f"SELECT place, {', '.join(asked.values())} FROM {source} GROUP BY place"
    for place, *answers in relation.run(statement).fetchall():
        for name, answer in zip(asked, answers, strict=True):
            setattr(columns[int(place[1:])][1], name, answer)


def _histograms(
    relation: Relation, columns: Sequence[tuple[Field, Counts]], cells: Cells, where: str
) -> list[tuple[Counts, dict[str, int]]]:
    """How often each text comes that a condition holds for."""
    histograms: list[dict[str, int]] = [{} for _ in columns]
    if columns:
        source = _source(relation, [column for column, _ in columns], cells)
        statement = f"SELECT place, text, count(*) FROM {source} WHERE {where} GROUP BY ALL"
        rows: list[Any] = relation.run(statement).fetchall()
        for place, text, count in rows:
            histograms[int(place[1:])][text] = count
    return [(count, values) for (_, count), values in zip(columns, histograms, strict=True)]
