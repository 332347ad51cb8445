"""The values of a label as classes, with their rows; those of too few to be in every part."""

from collections.abc import Iterable, Mapping

from hpsearch.data.profile import ColumnProfile
from hpsearch.data.sources.class_order import class_name
from hpsearch.errors import UsageError, shown
from hpsearch.wording import listed, say_count

__all__ = ["LEAST_ROWS", "check_two", "rare_classes", "rows_of_classes", "say_rows"]

#: Rows of a class with which train, validation and test have one each.
LEAST_ROWS = 3


def rows_of_classes(column: ColumnProfile) -> dict[str, int | None]:
    """Rows of each value of a label, where all are listed; None where they are not known.

    1 and 1.0 are one value.
    """
    if not column.counts:
        return dict.fromkeys(map(class_name, column.values))
    rows: dict[str, int | None] = {}
    for value, count in zip(column.values, column.counts, strict=True):
        name = class_name(value)
        rows[name] = (rows.get(name) or 0) + count
    return rows


def rare_classes(rows: Mapping[str, int | None]) -> dict[str, int]:
    """Classes of so few rows that not every part can have one, with their rows."""
    return {
        name: count
        for name, count in sorted(rows.items())
        if count is not None and count < LEAST_ROWS
    }


def check_two(kept: Iterable[str], rare: Mapping[str, int], label: str) -> None:
    """Check that two classes are left without the rare ones.

    Raises:
        UsageError: If not.
    """
    names = tuple(kept)
    if len(names) < 2:
        besides = f" besides {shown(names[0])}" if names else ""
        raise UsageError(
            f"two classes must have at least {LEAST_ROWS} rows each, as train, validation and test "
            f"need one, got {say_rows(rare)}{besides} in {shown(label)}; give more rows, merge "
            f"classes, or name another column with --label"
        )


def say_rows(rare: Mapping[str, int]) -> str:
    """``'a' (1 row) and 'b' (2 rows)``."""
    return listed(
        [
            f"{shown(name)} ({say_count(count)} {'row' if count == 1 else 'rows'})"
            for name, count in rare.items()
        ]
    )
