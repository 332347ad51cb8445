"""Results on the test rows: each is kept under what was measured."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hpsearch.record.measurements import (
    choose_result,
    keep_result,
    measured_result,
    present_result,
)
from hpsearch.record.record import Record

FIRST, SECOND = [0, [[3, 2]], ["a", "b"], []], [0, [[3, 2]], ["a", "c"], []]


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with closing(Record.open(tmp_path / "study.db", "small")) as record:
        yield record


def test_nothing_is_measured_at_first(record: Record) -> None:
    assert measured_result(record, FIRST) is None
    assert present_result(record) is None


def test_a_result_stays_when_something_else_is_measured(record: Record) -> None:
    keep_result(record, FIRST, {"rows": 1})
    keep_result(record, SECOND, {"rows": 2})
    assert measured_result(record, FIRST) == {"rows": 1}
    assert measured_result(record, SECOND) == present_result(record) == {"rows": 2}
    choose_result(record, FIRST)
    assert present_result(record) == {"rows": 1}
    assert measured_result(record, SECOND) == {"rows": 2}


def test_results_are_read_from_the_file(tmp_path: Path, record: Record) -> None:
    keep_result(record, FIRST, {"rows": 1})
    with closing(Record.read(tmp_path / "study.db")) as reader:
        assert measured_result(reader, FIRST) == present_result(reader) == {"rows": 1}
