"""The parts of the rows: their order, their preprocessing, and the seal."""

import pickle

import numpy as np
import pytest

from hpsearch.data.columns import Column, RawRows
from hpsearch.data.folds import split
from hpsearch.data.parts import Opening
from hpsearch.data.table import Origin, Table
from hpsearch.errors import DataError
from hpsearch.tasks.binary import BINARY


def table(rows: int = 20) -> Table:
    features = np.arange(rows * 2, dtype=np.float32).reshape(rows, 2)
    labels = (np.arange(rows) % 2).astype(np.float32)
    return Table.of_numbers(
        features, labels, ("a", "b"), Origin("csv", "counted rows", simulated=False)
    )


def test_parts_follow_each_other_and_preprocessing_knows_train_rows_alone() -> None:
    parts = split(table(), BINARY, validation=4, train=10, test=6)
    train = table().raw.numbers[4:14]
    expected = (train - train.mean(axis=0)) / train.std(axis=0)
    np.testing.assert_allclose(parts.fold.train_features, expected, rtol=1e-5)
    np.testing.assert_array_equal(parts.fold.validation_labels, [0, 1, 0, 1])
    assert len(parts.sealed) == 6


def test_the_names_of_the_columns_are_kept() -> None:
    assert (
        split(table(), BINARY, validation=4, train=10, test=6).preprocessing.columns
        == table().columns
    )


def test_the_test_rows_come_out_raw_and_only_after_the_opening_is_logged() -> None:
    parts = split(table(), BINARY, validation=4, train=10, test=6)
    log: list[Opening] = []
    raw, labels = parts.sealed.unseal(3, "to see", log.append)
    np.testing.assert_array_equal(raw.numbers, table().raw.numbers[14:])
    np.testing.assert_array_equal(labels, table().labels[14:])
    assert [(opening.trial, opening.why) for opening in log] == [(3, "to see")]


def test_a_log_that_cannot_be_written_keeps_the_rows_sealed() -> None:
    def full(opening: Opening) -> None:
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        split(table(), BINARY, validation=4, train=10, test=6).sealed.unseal(3, "to see", full)


def test_the_test_rows_never_leave_the_process() -> None:
    with pytest.raises(TypeError, match="sealed"):
        pickle.dumps(split(table(), BINARY, validation=4, train=10, test=6).sealed)


def test_too_few_rows_and_parts_of_one_label_are_refused() -> None:
    with pytest.raises(DataError, match=r"asks for 30 rows .* got 20"):
        split(table(), BINARY, validation=10, train=10, test=10)
    ordered = table()
    ordered.labels.sort()
    with pytest.raises(DataError, match="validation rows must hold both labels"):
        split(ordered, BINARY, validation=4, train=10, test=6)
    shuffled = split(ordered, BINARY, validation=4, train=10, test=6, shuffle=2)
    assert shuffled.fold.columns == 2


def test_rows_that_give_no_features_are_refused() -> None:
    codes = np.arange(20, dtype=np.int32)[:, np.newaxis]
    raw = RawRows(np.empty((20, 0)), codes, (tuple(f"customer {row}" for row in range(20)),))
    labels = (np.arange(20) % 2).astype(np.float32)
    made = Table(raw, labels, (Column("name", "category"),), table().origin)
    with pytest.raises(DataError, match="texts that hardly any 2 of the 10 train rows share"):
        split(made, BINARY, validation=4, train=10, test=6)


def test_the_fingerprint_covers_every_row_and_label() -> None:
    one, two, three = table(), table(), table()
    two.raw.numbers[-1, -1] += 1
    three.labels[0] = 1
    assert len({t.fingerprint() for t in (one, two, three, table())}) == 3
