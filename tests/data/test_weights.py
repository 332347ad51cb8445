"""What rows and classes count: read from a table, cut into parts, and kept out of features."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from hpsearch.data.columns import RawRows, number_columns
from hpsearch.data.facts import DataFacts, facts_of
from hpsearch.data.folds import Split
from hpsearch.data.kept import keep_rows, read_kept_rows
from hpsearch.data.load import load
from hpsearch.data.parts import ARRAYS
from hpsearch.data.table import Origin, Table
from hpsearch.errors import DataError
from hpsearch.rows import split_rows
from hpsearch.study.spec import StudySpec
from hpsearch.tasks.binary import BINARY
from tests.doubles import small_study

ROWS = 60


def table(weights: list[float] | None = None) -> Table:
    """Rows of which a quarter is of class ``yes``; they count 0, 1, 2, 0, 1, 2, …"""
    place = np.arange(ROWS)
    weight = place % 3 if weights is None else np.array(weights)
    numbers = np.column_stack([np.sin(place), weight, np.cos(place)])
    labels = (place % 4 == 0).astype(np.float32)
    columns = number_columns(("a", "w", "b"))
    origin = Origin("csv", "counted rows", simulated=False)
    return Table(RawRows.of_numbers(numbers), labels, columns, origin, ("no", "yes"))


def study(weight: str | None = "w", classes: Any = None, **data: Any) -> StudySpec:
    entries = {"source": "csv", "validation": 20, "test": 20, **data}
    training = {} if classes is None else {"training__class_weights": classes}
    named = {} if weight is None else {"data__weight": weight}
    return small_study(
        **{f"data__{name}": entry for name, entry in entries.items()}, **named, **training
    )


def cut(spec: StudySpec, rows: Table | None = None) -> Split:
    return split_rows(rows or table(), spec)


def test_weights_are_no_feature_and_have_mean_one_in_each_part() -> None:
    rows = cut(study())
    assert [column.name for column in rows.preprocessing.columns] == ["a", "b"]
    *_, test = rows.sealed.unseal(None, "to see", lambda opening: None)
    for weights in (rows.fold.train_weights, rows.fold.validation_weights, test):
        assert weights is not None
        assert weights.mean(dtype=np.float64) == pytest.approx(1)
        levels = np.unique(weights)
        assert levels == pytest.approx([0, levels[1], 2 * levels[1]])


def test_without_weights_a_fold_has_none_and_the_facts_are_those_of_the_rows() -> None:
    rows = cut(study(None))
    assert rows.fold.weighting == ()
    assert rows.fold.loss_weights is None
    assert len(rows.fold.arrays) == 4 < len(ARRAYS)
    facts = facts_of(table(), rows, BINARY)
    assert facts.trained_rows == facts.fingerprint


def test_rows_that_count_otherwise_are_other_rows_to_a_training() -> None:
    specs = (study(None), study(), study(classes="balanced"), study(None, "balanced"))
    facts = [facts_of(table(), cut(spec), BINARY, spec.data.weight).trained_rows for spec in specs]
    assert len(set(facts)) == len(facts)


def test_facts_come_back_from_json_and_those_of_older_records_too() -> None:
    import json
    from dataclasses import asdict

    spec = study(classes="balanced")
    facts = facts_of(table(), cut(spec), BINARY, spec.data.weight)
    entries = json.loads(json.dumps(asdict(facts)))
    assert DataFacts.from_json(entries) == facts
    del entries["weight"], entries["class_weights"]
    assert DataFacts.from_json(entries).class_weights == ()


def test_balanced_weights_are_scikit_learns_by_rows_or_by_their_weights() -> None:
    plain = cut(study(None, "balanced")).fold
    expected = compute_class_weight("balanced", classes=np.array([0, 1]), y=plain.train_labels)
    assert plain.class_weights == pytest.approx(expected)
    weighted = cut(study(classes="balanced")).fold
    expected = compute_class_weight(
        *("balanced",),
        classes=np.array([0, 1]),
        y=weighted.train_labels,
        sample_weight=weighted.train_weights,
    )
    assert weighted.class_weights == pytest.approx(expected)
    assert weighted.loss_weights is not None
    ones = weighted.train_labels == 1
    assert weighted.loss_weights[ones].sum() == pytest.approx(weighted.loss_weights[~ones].sum())


def test_numbers_are_by_name_and_a_class_without_one_counts_one() -> None:
    assert cut(study(None, {"yes": 10})).fold.class_weights == (1.0, 10.0)


def test_a_class_that_the_rows_do_not_have_is_told() -> None:
    with pytest.raises(DataError, match="got 'yess'; did you mean 'yes'"):
        cut(study(None, {"yess": 2.0}))


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (
            [1.0] * 7 + [-2.0] + [1.0] * 52,
            "at least 0 in each row, got -2 in row 8, the first",
        ),
        ([1.0] * 3 + [float("nan")] * 57, "must have a value in each row, got none in 57 of 60"),
        ([0.0] * ROWS, r"some rows of each part, got 0 in all \d+ validation rows; give rows"),
        ([0.0, 1.0, 1.0, 1.0] * 15, "rows that count must hold both labels"),
    ],
)
def test_weights_that_cannot_be_are_told(weights: list[float], message: str) -> None:
    with pytest.raises(DataError, match=message):
        cut(study(), table(weights))


def test_a_column_that_is_not_there_is_told() -> None:
    with pytest.raises(DataError, match=r"data\.weight = 'ww' must name a column"):
        cut(study("ww"))


def test_a_file_is_read_with_its_weights_and_its_rows_are_kept_with_them(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    lines = [f"{index % 7},{index % 5},{index % 2}" for index in range(100)]
    file.write_text("\n".join(["a,w,y", *lines]) + "\n")
    spec = study(path=str(file), label="y", columns={"a": "number", "w": "identifier"})
    read = load(spec.data, None, task=BINARY, seed=0, tell=print, progress=lambda now, of: None)
    keep_rows(tmp_path / "rows.parquet", read)
    kept = read_kept_rows(tmp_path / "rows.parquet")
    assert kept.fingerprint() == read.fingerprint()
    one, other = (cut(spec, rows).fold for rows in (read, kept))
    np.testing.assert_array_equal(one.train_weights, other.train_weights)


def test_a_weight_that_is_no_number_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    lines = [f"{index % 7},{'much' if index == 41 else 2},{index % 2}" for index in range(100)]
    file.write_text("\n".join(["a,w,y", *lines]) + "\n")
    spec = study(path=str(file), label="y")
    with pytest.raises(DataError, match=r"'w'.*'much'.*line 43|line 43.*'w'.*'much'"):
        load(spec.data, None, task=BINARY, seed=0, tell=print, progress=lambda now, of: None)


def test_each_fold_has_weights_of_its_own_and_balances_its_own_classes() -> None:
    spec = small_study(
        **{f"data__{name}": entry for name, entry in {"source": "csv", "test": 20}.items()},
        data__weight="w",
        data__folds=3,
        training__class_weights="balanced",
    )
    rows = cut(spec)
    folds = [ways[rows.usual].fold for ways in rows.prepared]
    assert len(folds) == 3
    for fold in folds:
        assert fold.train_weights is not None
        assert fold.loss_weights is not None
        assert fold.train_weights.mean() == pytest.approx(1, rel=1e-6)
        ones = fold.train_labels == 1
        assert fold.loss_weights[ones].sum() == pytest.approx(fold.loss_weights[~ones].sum())
    assert rows.validation_weights is not None
    assert rows.validation_weights.mean() == pytest.approx(1, rel=1e-6)
    assert len(rows.validation_weights) == len(rows.validation_labels) == 40
