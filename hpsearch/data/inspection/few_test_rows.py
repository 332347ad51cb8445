"""Tests of so few rows that they tell little."""

from collections.abc import Iterator

from hpsearch.data.cutting import Cut
from hpsearch.data.inspection.notice import Notice
from hpsearch.data.table import Table
from hpsearch.wording import say_count

#: Test rows from which it is not told: on 20, an accuracy of 50 % has an interval of 30 to 70 %.
ENOUGH = 20


def find_few_test_rows(table: Table, cut: Cut) -> Iterator[Notice]:
    """A test of fewer than twenty rows; of classes their own rows are told."""
    rows = len(cut.test)
    if rows < ENOUGH and not table.has_classes:
        yield Notice(
            "few_test_rows",
            f"Only {say_count(rows)} rows are sealed for the test, so what is measured on them is "
            f"a hint and no proof, as the widths of its intervals say; raise data.test, or give "
            f"more rows",
            (),
            {"rows": rows},
        )
