"""A look at all rows of a file: how it is written, and what its columns hold."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from hpsearch.data.profile import ColumnProfile, Profile
from hpsearch.data.sources.files.cells import Cells
from hpsearch.data.sources.files.findings import Decision, decide, missing_words
from hpsearch.data.sources.files.relation import Field, Relation, open_relation
from hpsearch.data.sources.files.statistics import (
    Counts,
    Range,
    count_numbers,
    count_odd,
    value_ranges,
)
from hpsearch.data.sources.files.texts import Texts, count_texts
from hpsearch.data.sources.files.words import missing_in_categories
from hpsearch.errors import shown
from hpsearch.study.kinds import Finding
from hpsearch.study.table_keys import INFERRED, TableKeys

#: So many different values of a column are listed.
LISTED_VALUES = 100

#: A column of fewer rows is no index, and its integers are just few.
SHORTEST_INDEX = 20

#: Integers from here on lose digits as float64.
LARGEST_EXACT = 2**53
LARGEST_CODE = 1e20


def profile_file(path: Path, given: TableKeys = INFERRED) -> Profile:
    """Look at a whole file; the same bytes give the same profile.

    Args:
        path: A file of any format that ``read_file`` takes.
        given: What is known already, and is not inferred.

    Raises:
        DataError: If the file cannot be read as a table, with all its mistakes.
    """
    with open_relation(path, given, None, lambda done, total: None) as relation:
        return profile_relation(relation, given)


def profile_relation(relation: Relation, given: TableKeys) -> Profile:
    """Look at all rows of an open file."""
    fields = [column for column in relation.fields if column.type != "other"]
    texts = count_texts(relation, fields)
    counts = count_numbers(texts)
    decimal = given.decimal or _decimal(counts)
    cells = Cells(decimal)
    count_odd(texts, counts, cells)
    day_first = given.day_first if given.day_first is not None else _day_first(counts)
    cells = replace(cells, day_first=day_first)
    decisions = {
        column.sql: (count, decide(count, decimal, day_first))
        for column, count in zip(fields, counts, strict=True)
    }
    words: set[str] = set()
    for column in fields:
        count, decision = decisions[column.sql]
        kind = (given.columns or {}).get(column.name)
        words |= set(missing_words(count, decimal, kind) if kind else decision.words)
    missing = given.missing if given.missing is not None else tuple(sorted(words))
    cells = replace(cells, missing=missing or ())
    columns, remarks = _columns(texts, given, cells, decisions)
    dialect = relation.dialect
    if dialect is not None:
        dialect = replace(dialect, decimal=decimal, missing=cells.missing, day_first=day_first)
    if _is_ambiguous(counts, given):
        remarks.append(
            "dates like 02/03/2024 are taken as month/day/year, since no day above 12 says "
            "otherwise; data.day_first = true reads them as day/month/year"
        )
    if relation.repeated:
        names = ", ".join(map(shown, relation.repeated))
        remarks.append(f"several columns have the name {names}; the later ones get a number")
    return Profile(relation.format, relation.rows, tuple(columns), dialect, tuple(remarks))


def _decimal(counts: Sequence[Counts]) -> str:
    """The decimal point of most numbers that have one."""
    commas = sum(max(0, count.commas - (count.numbers - count.points)) for count in counts)
    return "," if commas > sum(count.points for count in counts) else "."


def _day_first(counts: Sequence[Counts]) -> bool:
    """Whether more dates can be read with the day first."""
    return sum(count.days_first for count in counts) > sum(count.months_first for count in counts)


def _is_ambiguous(counts: Sequence[Counts], given: TableKeys) -> bool:
    """Whether dates could be read either way and differ; forms of one way have the same count."""
    return given.day_first is None and any(
        count.slashes and count.days_first == count.months_first for count in counts
    )


def _columns(
    texts: Texts,
    given: TableKeys,
    cells: Cells,
    decisions: dict[str, tuple[Counts, Decision]],
) -> tuple[list[ColumnProfile], list[str]]:
    """What each column is, and what is to be said of them."""
    relation = texts.relation
    known = given.columns or {}
    found = {column.sql: _finding(column, known, decisions) for column in relation.fields}
    ranges: dict[str, Range] = {}
    kinds: tuple[Literal["number", "date"], ...] = ("number", "date")
    for kind in kinds:
        places = [place for place, column in enumerate(texts.fields) if found[column.sql] == kind]
        for place, found_range in value_ranges(texts, places, cells, kind).items():
            ranges[texts.fields[place].sql] = found_range
    columns, remarks = [], []
    for place, column in enumerate(relation.fields):
        count, decision = decisions.get(column.sql, (Counts(), Decision("text")))
        inferred = column.name not in known
        profile = _column(relation, column, found[column.sql], count, ranges.get(column.sql), cells)
        if column.type == "other":
            profile = replace(profile, reason="it holds lists, records or bytes")
        elif inferred and decision.finding == profile.finding:
            profile = replace(profile, reason=decision.reason)
            remarks += _remarks(column, decision)
        if (numbers := ranges.get(column.sql)) and numbers.whole and profile.finding == "number":
            index = inferred and _is_index(relation, column, cells, numbers)
            if index and place == 0 and place in relation.unnamed:
                reason = f"it has no name and counts the rows from {numbers.least:.0f}"
                profile = replace(profile, finding="identifier", reason=reason)
            elif index:
                remarks.append(
                    f"{shown(column.name)} counts the rows from {numbers.least:.0f}, so it says "
                    f'where a row stands and nothing else; "identifier" in data.columns leaves '
                    f"it out"
                )
            elif numbers.largest is not None and LARGEST_EXACT <= numbers.largest < LARGEST_CODE:
                remarks.append(
                    f"{shown(column.name)} has whole numbers above 2^53, which lose their last "
                    f"digits"
                )
        columns.append(profile)
    return columns, remarks


def _finding(
    column: Field, known: Mapping[str, Finding], decisions: dict[str, tuple[Counts, Decision]]
) -> Finding:
    if column.name in known:
        return known[column.name]
    if column.type == "other":
        return "text"
    return decisions[column.sql][1].finding if column.type == "text" else column.type


def _column(
    relation: Relation,
    column: Field,
    finding: Finding,
    count: Counts,
    numbers: Range | None,
    cells: Cells,
) -> ColumnProfile:
    if numbers is not None:
        filled = numbers.filled
    elif count.values is not None:
        words = cells.missing if finding == "boolean" else missing_in_categories(cells.missing)
        filled = sum(times for word, times in count.values.items() if word not in words)
    else:
        filled = count.filled - count.strong
    values = _values(count, cells)
    return ColumnProfile(
        column.name,
        finding,
        relation.rows - filled,
        _distinct(count, numbers, cells),
        tuple(values),
        numbers.least if numbers else None,
        numbers.largest if numbers else None,
        counts=tuple(values.values()),
        skewed=numbers is not None and numbers.skewed,
    )


def _distinct(count: Counts, numbers: Range | None, cells: Cells) -> int:
    if count.values is not None:
        return sum(word not in cells.missing for word in count.values)
    return numbers.distinct if numbers else count.distinct


def _remarks(column: Field, decision: Decision) -> list[str]:
    remarks = []
    if decision.odd:
        words = ", ".join(f"{shown(word)} ({count:,})" for word, count in decision.odd)
        remarks.append(
            f"{shown(column.name)} is a {decision.finding}; {words} in it counts as missing"
        )
    if decision.remark:
        remarks.append(f"{shown(column.name)} {decision.remark}")
    return remarks


def _values(count: Counts, cells: Cells) -> dict[str, int]:
    """How often each value comes, the most frequent first, where they are few."""
    values = [pair for pair in (count.values or {}).items() if pair[0] not in cells.missing]
    if len(values) > LISTED_VALUES:
        return {}
    return dict(sorted(values, key=lambda pair: (-pair[1], pair[0])))


def _is_index(relation: Relation, column: Field, cells: Cells, numbers: Range) -> bool:
    """Whether whole numbers count the rows, one by one and from the top."""
    rows = relation.rows
    least, largest = numbers.least, numbers.largest
    if numbers.filled < rows or rows < SHORTEST_INDEX or least not in (0, 1):
        return False
    if largest != least + rows - 1:
        return False
    value = cells.value(column, "number")
    counted = (
        f"SELECT bool_and(value = place + {least!r}) FROM (SELECT {value} AS value, "
        f"row_number() OVER () - 1 AS place FROM {relation.source})"
    )
    (counts,) = relation.run(counted).fetchone() or (False,)
    return bool(counts)
