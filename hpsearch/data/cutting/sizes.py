"""How many rows each part has, from counts and shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

import numpy as np

from hpsearch.data.cutting.strata import ENOUGH
from hpsearch.data.table import Table
from hpsearch.errors import DataError
from hpsearch.study.cutting import LEAST_ROWS, share_of
from hpsearch.study.sections import DataSection

PARTS = 3


@dataclass(frozen=True, slots=True)
class Sizes:
    """Rows of each part.

    Attributes:
        validation: 0 where there are folds.
        rest: Whether the train rows are all that are left.
    """

    validation: int
    train: int
    test: int
    rest: bool = False

    @classmethod
    def of(
        cls, section: DataSection, table: Table, named: Mapping[str, int] = MappingProxyType({})
    ) -> Self:
        """The sizes that a study asks for.

        A share is of all rows and rounded, but at least 2 rows, and where the table is stratified
        and large enough, 2 of each class.

        Args:
            named: Rows of the parts that the rows themselves name.

        Raises:
            DataError: If there are not so many rows.
        """
        rows, smallest = len(table), _smallest(section, table)
        if rows < PARTS * LEAST_ROWS:
            raise DataError(
                f"a table must have at least {PARTS * LEAST_ROWS} rows, {LEAST_ROWS} each to "
                f"train, to validate and for the test, got {rows:,} from "
                f"{table.origin.description}; give more rows"
            )
        asked = {"validation": section.validation, "train": section.train, "test": section.test}
        counts = {
            name: max(share_of(size, rows), smallest) if isinstance(size, float) else size
            for name, size in {**asked, **named}.items()
            if size is not None
        }
        counts.setdefault("validation", 0)
        left = rows - counts["test"] - counts["validation"]
        if isinstance(section.train, float):  # shares are rounded, which may take a row too many
            counts["train"] = min(counts["train"], max(left, LEAST_ROWS))
        least = sum(counts.values()) + ("train" not in counts) * LEAST_ROWS
        if rows < least:
            raise DataError(
                f"the study asks for {least:,} rows ({_say(counts)}), got {rows:,} from "
                f"{table.origin.description}; {_way_out(counts, named)}give more rows"
            )
        return cls(counts["validation"], counts.get("train", left), counts["test"], _rest(section))


def _say(counts: dict[str, int]) -> str:
    """``100 validation + 1,000 train + 50 test``; with folds no row only validates."""
    validation = f"{counts['validation']:,} validation + " if counts["validation"] else ""
    return f"{validation}{counts.get('train', LEAST_ROWS):,} train + {counts['test']:,} test"


def _way_out(counts: Mapping[str, int], named: Mapping[str, int]) -> str:
    """``lower data.validation or data.test, or ``: of the sizes that can be lower, or nothing."""
    lower = [f"data.{name}" for name, count in counts.items() if count > LEAST_ROWS]
    lower = [entry for entry in lower if entry.removeprefix("data.") not in named]
    return f"lower {' or '.join(lower)}, or " if lower else ""


def _smallest(section: DataSection, table: Table) -> int:
    """The fewest rows that a share gives."""
    if section.stratify and table.has_classes:
        of_classes = ENOUGH * len(np.unique(table.labels))
        if PARTS * of_classes <= len(table):
            return max(of_classes, LEAST_ROWS)
    return LEAST_ROWS


def _rest(section: DataSection) -> bool:
    """Whether train rows are all others: unsaid, or by shares that add up to 1."""
    sizes = (section.validation, section.train, section.test)
    return section.train is None or sum(size for size in sizes if isinstance(size, float)) == 1
