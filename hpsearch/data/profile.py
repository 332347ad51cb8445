"""What a look at a table found, from which a study file is written and by which rows are read."""

from dataclasses import dataclass, field
from typing import Literal

from hpsearch.study.kinds import Finding

__all__ = ["ColumnProfile", "Dialect", "Finding", "Format", "Profile", "is_skewed"]

#: Numbers are skewed if the largest is more than so many times as far from the mean as the least.
SKEWED = 4.0

#: What a table is stored as.
Format = Literal["csv", "parquet", "arrow", "npz", "frame"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file of text is written.

    Attributes:
        encoding: As Python spells it: ``utf-8``, ``utf-16``, ``latin-1``.
        delimiter, decimal, quote: One character each; a quote may be empty, for none.
        header: Whether the first line names the columns.
        missing: Texts that stand for a missing value, besides none at all.
        day_first: Whether 02/03/2024 is in March, and not in February.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    quote: str = '"'
    header: bool = True
    missing: tuple[str, ...] = ()
    day_first: bool = False


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """A column of a table as it was found.

    Attributes:
        missing: Rows without a value.
        distinct: Different values among the others; exact up to 10,000, about right above.
        values: All different values, the most frequent first, where there are at most 100.
        counts: Rows of each of ``values``.
        least, largest: Of numbers, and of dates as days since 1970-01-01; None of others.
        skewed: Whether the largest is much farther from the mean than the least; see ``is_skewed``.
        reason: Why it is left out, where it is: a sentence for people.
    """

    name: str
    finding: Finding
    missing: int = 0
    distinct: int = 0
    values: tuple[str, ...] = ()
    least: float | None = None
    largest: float | None = None
    reason: str = ""
    counts: tuple[int, ...] = ()
    skewed: bool = False


def is_skewed(least: float, mean: float, largest: float) -> bool:
    """Whether numbers have a long tail upwards, as prices and durations have."""
    return largest - mean > SKEWED * (mean - least)


@dataclass(frozen=True, slots=True)
class Profile:
    """A table as it was found.

    Attributes:
        dialect: Of a file of text; None of others.
        remarks: What people should know of it, each a sentence.
    """

    format: Format
    rows: int
    columns: tuple[ColumnProfile, ...]
    dialect: Dialect | None = None
    remarks: tuple[str, ...] = field(default=())
