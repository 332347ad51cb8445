"""The kinds of columns in a study file: with comments, or as few of them as a file can hold."""

from collections.abc import Collection, Iterator, Sequence

from hpsearch.data.profile import ColumnProfile
from hpsearch.draft.entries import Entry, lines_of

__all__ = ["column_forms"]

KINDS = "number, boolean, category or date; text and identifier leave a column out"

WITHOUT_COMMENTS = (
    "the kinds of columns have no comments, with which the study file would be too long"
)
FOUND_AGAIN = (
    "the study file would be too long with the kinds of all columns; what [data.columns] does not "
    "name is found again, in the same way, whenever rows are read"
)


def column_forms(
    columns: Sequence[ColumnProfile], known: Collection[str]
) -> Iterator[tuple[str, list[str]]]:
    """The section of columns, ever shorter, and before it what people should know of its form.

    Args:
        known: Names of columns whose kinds the user gave, which can't be found again.
    """
    yield "", _section([_entry(column) for column in columns])
    plain = [Entry(column.name, column.finding) for column in columns]
    yield WITHOUT_COMMENTS, _section(plain)
    yield FOUND_AGAIN, _section([entry for entry in plain if entry.key in known])


def _section(entries: Sequence[Entry]) -> list[str]:
    return [f"[data.columns]  # {KINDS}", *lines_of(entries)]


def _entry(column: ColumnProfile) -> Entry:
    remarks = [column.reason] if column.reason else []
    if not remarks and column.finding == "category":
        remarks.append(f"{len(column.values) or column.distinct:,} different")
    if column.missing:
        remarks.append(f"{column.missing:,} missing")
    return Entry(column.name, column.finding, ", ".join(remarks))
