"""The parts of the rows: their order, their preprocessing, and the seal."""

import pickle

import numpy as np
import pytest

from hpsearch.data.columns import Column, RawRows
from hpsearch.data.cutting import Cut
from hpsearch.data.folds import Split
from hpsearch.data.parts import Fold, Opening
from hpsearch.data.splitting import split
from hpsearch.data.table import Origin, Table
from hpsearch.errors import DataError
from hpsearch.tasks.binary import BINARY


def table(rows: int = 20) -> Table:
    features = np.arange(rows * 2, dtype=np.float32).reshape(rows, 2)
    labels = (np.arange(rows) % 2).astype(np.float32)
    return Table.of_numbers(
        features, labels, ("a", "b"), Origin("csv", "counted rows", simulated=False)
    )


def cut(*left_out: str) -> Cut:
    validation, train, test = np.split(np.arange(20), [4, 14])
    return Cut(validation, train, test, left_out)


def parts_of(rows: Table) -> Split:
    """The tutorial's order: 4 rows validate, 10 train, 6 are the test."""
    return split(rows, BINARY, cut())


def test_parts_follow_each_other_and_preprocessing_knows_train_rows_alone() -> None:
    parts = parts_of(table())
    train = table().raw.numbers[4:14]
    expected = (train - train.mean(axis=0)) / train.std(axis=0)
    np.testing.assert_allclose(parts.fold.train_features, expected, rtol=1e-5)
    np.testing.assert_array_equal(parts.fold.validation_labels, [0, 1, 0, 1])
    assert len(parts.sealed) == 6


def test_the_names_of_the_columns_are_kept() -> None:
    assert parts_of(table()).preprocessing.columns == table().columns


def test_a_fold_says_which_columns_its_features_come_from() -> None:
    rows = table()
    rows.raw.numbers[5, 0] = np.nan
    fold = parts_of(rows).fold
    assert fold.sections == (0, 1, 0)
    assert pickle.loads(pickle.dumps(fold)).sections == (0, 1, 0)
    assert fold.with_arrays(np.copy).sections == (0, 1, 0)


def test_without_columns_each_feature_is_a_section_of_its_own() -> None:
    features, labels = np.zeros((2, 3), np.float32), np.zeros(2, np.float32)
    assert Fold(features, labels, features, labels).sections == (0, 1, 2)


def test_the_test_rows_come_out_raw_and_only_after_the_opening_is_logged() -> None:
    parts = parts_of(table())
    log: list[Opening] = []
    raw, labels, _ = parts.sealed.unseal(3, "to see", log.append)
    np.testing.assert_array_equal(raw.numbers, table().raw.numbers[14:])
    np.testing.assert_array_equal(labels, table().labels[14:])
    assert [(opening.trial, opening.why) for opening in log] == [(3, "to see")]


def test_a_log_that_cannot_be_written_keeps_the_rows_sealed() -> None:
    def full(opening: Opening) -> None:
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        parts_of(table()).sealed.unseal(3, "to see", full)


def test_the_test_rows_never_leave_the_process() -> None:
    with pytest.raises(TypeError, match="sealed"):
        pickle.dumps(parts_of(table()).sealed)


def test_a_part_of_one_label_is_refused() -> None:
    ordered = table()
    ordered.labels.sort()
    with pytest.raises(DataError, match="validation rows must hold both labels"):
        parts_of(ordered)


def test_a_column_that_dealt_out_the_rows_is_no_feature() -> None:
    parts = split(table(), BINARY, cut("a"))
    assert [column.name for column in parts.preprocessing.columns] == ["b"]
    assert parts.fold.columns == 1
    raw, *_ = parts.sealed.unseal(None, "to see", lambda opening: None)
    np.testing.assert_array_equal(raw.numbers[:, 0], table().raw.numbers[14:, 1])
    with pytest.raises(DataError, match="at least 1 feature, got none besides a, b in counted"):
        split(table(), BINARY, cut("a", "b"))


def test_rows_that_give_no_features_are_refused() -> None:
    codes = np.arange(20, dtype=np.int32)[:, np.newaxis]
    raw = RawRows(np.empty((20, 0)), codes, (tuple(f"customer {row}" for row in range(20)),))
    labels = (np.arange(20) % 2).astype(np.float32)
    made = Table(raw, labels, (Column("name", "category"),), table().origin)
    with pytest.raises(DataError, match="texts that hardly any 2 of the 10 train rows share"):
        parts_of(made)


def test_the_fingerprint_covers_every_row_and_label() -> None:
    one, two, three = table(), table(), table()
    two.raw.numbers[-1, -1] += 1
    three.labels[0] = 1
    assert len({t.fingerprint() for t in (one, two, three, table())}) == 3
