"""A look at the rows: each oddity is told with its columns and figures, and nothing else is."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpsearch.data.cutting import Cut, cut_rows
from hpsearch.data.inspection import inspect_rows
from hpsearch.data.inspection.duplicates import row_hashes
from hpsearch.data.inspection.sole_predictors import number_strength, text_strength
from hpsearch.data.sources.files.reading import read_file
from hpsearch.data.table import Origin, Table
from hpsearch.study.sections import DataSection
from hpsearch.study.table_keys import TableKeys
from hpsearch.tasks.binary import BINARY
from hpsearch.tasks.ranking import auc
from tests.data.inspection.tables import ROWS, mixed, notices, table

RNG = np.random.default_rng(0)
COUNTED = np.arange(ROWS)


def test_ordinary_rows_are_not_told_of() -> None:
    assert notices(table({"more": RNG.normal(size=ROWS)}, {"kind": RNG.integers(0, 5, ROWS)})) == {}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (COUNTED, "counts the rows from 0"),
        (COUNTED + 1, "counts the rows from 1"),
        (3 * COUNTED + 7, "holds whole numbers that grow with every row"),
    ],
)
def test_an_index_column_is_told(values: np.ndarray, words: str) -> None:
    (notice,) = notices(table({"id": values})).values()
    assert notice.kind == "index"
    assert notice.columns == ("id",)
    assert notice.sentence.startswith(f"Column 'id' {words}, as an index does.")
    assert notice.figures == {"first": values[0], "last": values[-1]}


@pytest.mark.parametrize("values", [COUNTED / 2, COUNTED // 2, COUNTED[::-1], COUNTED % 399])
def test_other_numbers_are_no_index(values: np.ndarray) -> None:
    assert "index" not in notices(table({"x": values}))


def test_bytes_that_fall_do_not_seem_to_grow() -> None:
    pixels = np.resize(np.array([200, 3], np.uint8), (ROWS, 1))
    origin = Origin("file", "pixels", simulated=False)
    rows = Table.of_numbers(pixels, np.resize([0.0, 1], ROWS).astype(np.float32), ("x",), origin)
    assert "index" not in notices(rows)


def test_an_unnamed_index_of_a_file_sorted_by_label_is_told_to_tell_the_label(
    tmp_path: Path,
) -> None:
    """As pandas' ``to_csv`` writes it: a first column without a name that counts 0, 1, 2."""
    path = tmp_path / "rows.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["", "x", "label"])
        writer.writerows((row, RNG.normal(), int(row >= 150)) for row in range(300))
    kept = TableKeys(columns={"column 0": "number", "x": "number"})  # else it is left out
    odd = read_file(
        path,
        label="label",
        task=BINARY,
        given=kept,
        progress=lambda done, total: None,
        tell=lambda line: None,
    )
    cut = cut_rows(odd, DataSection.model_validate({"source": "csv"}), 1)
    index, predictor, order = inspect_rows(odd, cut)
    assert index.sentence.startswith("The unnamed column 0, counted from 0, counts the rows from 0")
    assert predictor.sentence.startswith(
        "The unnamed column 0, counted from 0, alone tells the label (AUC 1.0000 on the train rows)"
    )
    assert index.columns == predictor.columns == ("column 0",)
    assert (predictor.kind, order.kind) == ("sole_predictor", "sorted_labels")


@given(st.lists(st.integers(0, 6), min_size=30, max_size=60), st.integers(0, 99))
@settings(max_examples=50, deadline=None)
def test_the_strength_of_numbers_is_the_larger_auc(values: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = np.array([0, 1] * 10 + [*rng.integers(0, 2, len(values) - 20)], np.float32)
    area = auc(labels, np.array(values, float))
    found = number_strength(np.array(values, float), labels, classes=True)
    assert found.value == pytest.approx(max(area, 1 - area))


def test_a_column_that_tells_one_of_three_classes_is_told_with_the_class() -> None:
    labels = (np.arange(ROWS) * 7 % 3).astype(np.float32)
    values = (labels == 1) * 5 + RNG.normal(size=ROWS) * 0.3
    odd = table({"leak": values}, labels=labels, classes=("low", "high", "other"))
    (notice,) = notices(odd).values()
    assert notice.columns == ("leak",)
    assert "alone tells the class 'high' (AUC 1.0000" in notice.sentence
    assert notice.figures["auc"] == pytest.approx(1)


def test_a_column_whose_gaps_tell_the_label_is_told() -> None:
    odd = table()
    odd.raw.numbers[odd.labels == 1, 0] = np.nan
    (notice,) = [notice for kind, notice in notices(odd).items() if kind == "sole_predictor"]
    assert notice.columns == ("noise",)


def test_a_number_that_orders_the_target_is_told() -> None:
    target = RNG.normal(size=ROWS)
    odd = table({"price": -np.exp(target), "near": target + RNG.normal(size=ROWS)}, labels=target)
    (notice,) = notices(odd).values()
    assert notice.columns == ("price",)
    assert "alone tells the label (rank correlation 1.0000" in notice.sentence


def test_a_category_that_tells_the_label_is_told_and_one_of_single_rows_is_not() -> None:
    labels = RNG.integers(0, 2, ROWS).astype(np.float32)
    telling = (labels * 3 + RNG.integers(0, 3, ROWS)).astype(np.int32)
    odd = table(texts={"status": telling, "ticket": np.arange(ROWS) // 2}, labels=labels)
    assert [n.columns for k, n in notices(odd).items() if k == "sole_predictor"] == [("status",)]
    assert text_strength(np.arange(ROWS, dtype=np.int32), labels, classes=True).value < 0.9


def test_few_rows_of_a_class_are_not_ordered_by_chance() -> None:
    labels = np.zeros(ROWS, np.float32)
    labels[:9] = 1
    assert number_strength(labels.astype(np.float64), labels, classes=True).value == 0


def test_many_predictors_are_told_in_a_few_lines() -> None:
    odd = table()
    leaks = {f"leak {number}": odd.labels + 0.1 * number for number in range(30)}
    found = inspect_rows(table(leaks, labels=odd.labels), mixed())
    assert [notice.kind for notice in found][:11] == [*["sole_predictor"] * 10, "sole_predictors"]
    assert len(found[10].columns) == 20


def test_duplicates_are_counted_on_both_sides_of_the_seal_and_at_all() -> None:
    odd, cut = table(texts={"kind": RNG.integers(0, 3, ROWS)}), mixed()
    odd.raw.numbers[cut.train[0], 0] = np.nan
    twins = [(cut.test[0], cut.train[0]), (cut.test[1], cut.validation[0])]
    for one, other in [*twins, (cut.train[2], cut.train[1]), (cut.test[3], cut.test[2])]:
        odd.raw.numbers[one] = odd.raw.numbers[other]
        odd.raw.codes[one] = odd.raw.codes[other]
    found = notices(odd, cut)
    assert found["duplicates_across_the_seal"].figures == {"test_rows": 2, "share": 2 / 80}
    assert found["duplicates_across_the_seal"].sentence.startswith(
        "2 of 80 test rows (2.5%) equal a train or validation row in all features"
    )
    assert found["duplicates"].figures == {"rows": 4, "share": 4 / 400}


def test_columns_that_are_no_features_do_not_tell_duplicates_apart() -> None:
    odd = table({"id": COUNTED})
    odd.raw.numbers[:, 0] = 1.0
    found = notices(odd, mixed(left_out=("id",)))
    assert found["duplicates"].figures["rows"] == 399
    assert "index" not in found


def test_equal_rows_have_equal_hashes_and_others_do_not() -> None:
    odd = table({"zero": np.tile([0.0, -0.0], ROWS // 2), "swapped": RNG.normal(size=ROWS)})
    odd.raw.numbers[:, 0] = np.repeat(RNG.normal(size=ROWS // 2), 2)
    odd.raw.numbers[:, 2] = np.repeat(RNG.normal(size=ROWS // 2), 2)
    hashes = row_hashes(odd)
    assert (hashes[::2] == hashes[1::2]).all()
    assert len(np.unique(hashes)) == ROWS // 2
    odd.raw.numbers[:, [0, 2]] = odd.raw.numbers[:, [2, 0]]
    assert not np.isin(row_hashes(odd), hashes).any()


def test_a_file_sorted_by_its_label_is_told_with_what_follows() -> None:
    labels = np.repeat([0, 1], ROWS // 2).astype(np.float32)
    assert (
        "are shuffled before they are cut"
        in notices(table(labels=labels))["sorted_labels"].sentence
    )
    validation, train, test = np.split(COUNTED, [80, 320])
    said = notices(table(labels=labels), Cut(validation, train, test))["sorted_labels"].sentence
    assert said.endswith("not shuffled, so that the parts differ; set data.shuffle = true")
    rising = np.sort(RNG.normal(size=ROWS))
    assert "sorted_labels" in notices(table(labels=rising))


def test_classes_of_fewer_than_ten_rows_are_told_with_those_that_train() -> None:
    labels = RNG.integers(0, 2, ROWS).astype(np.float32)
    cut = mixed()
    labels[[*cut.train[:3], *cut.test[:2]]] = 2
    (notice,) = notices(table(labels=labels, classes=("a", "b", "rare")), cut).values()
    assert "1 of 3 classes has fewer than 10 rows: 'rare' (5, of which 3 train)" in notice.sentence
    rows = {"class": 2, "validation_rows": 0, "test_rows": 2}
    assert notice.figures == {"classes": 1, "fewest_rows": 5, **rows}


def test_classes_of_few_rows_to_choose_by_are_told_with_them() -> None:
    labels, cut = np.zeros(ROWS, np.float32), mixed()
    labels[[*cut.train[:20], *cut.validation[:4], *cut.test[:11]]] = 1
    (notice,) = notices(table(labels=labels, classes=("no", "yes")), cut).values()
    assert notice.kind == "scarce_classes"
    assert notice.sentence.startswith(
        "1 of 2 classes has fewer than 10 rows to choose by or to test on: "
        "'yes' (4 of 80 validation rows, 11 of 80 test rows)."
    )
    assert notice.figures == {"classes": 1, "class": 1, "validation_rows": 4, "test_rows": 11}


@pytest.mark.parametrize(("rows", "told"), [(4, True), (19, True), (20, False)])
def test_a_test_of_fewer_than_twenty_rows_is_told(rows: int, told: bool) -> None:
    whole = mixed()
    cut = Cut(whole.validation, whole.train, whole.test[:rows])
    numbers = table(labels=RNG.normal(size=ROWS))
    assert "few_test_rows" not in notices(table(), cut)
    notice = notices(numbers, cut).get("few_test_rows")
    assert (notice is not None) == told
    if notice:
        assert f"Only {rows} rows are sealed for the test" in notice.sentence
        assert notice.figures == {"rows": rows}


def test_identifiers_are_told() -> None:
    odd = table({"customer": RNG.permutation(ROWS) + 10_000}, {"name": RNG.permutation(ROWS)})
    (notice,) = notices(odd).values()
    assert (notice.kind, notice.columns) == ("identifier", ("customer", "name"))
    assert notice.sentence.startswith("Columns 'customer' and 'name' have another value in nearly")


def test_constant_empty_and_mostly_missing_columns_are_told() -> None:
    most = np.where(COUNTED % 3 == 0, RNG.normal(size=ROWS), np.nan)
    odd = table(
        {"same": np.full(ROWS, 1e300), "none": np.full(ROWS, np.nan), "most": most},
        {"word": np.zeros(ROWS), "gone": np.full(ROWS, -1), "some": -(COUNTED % 2)},
    )
    found = notices(odd)
    assert found["constant"].columns == ("same", "word")
    assert found["empty"].columns == ("none", "gone")
    assert found["gaps"].columns == ("most",)
    assert found["gaps"].sentence == "Column 'most' is missing in most rows, 66.5% of them"


def test_very_many_columns_are_counted_and_not_listed() -> None:
    found = notices(table({f"c{number}": np.ones(ROWS) for number in range(300)}))
    assert len(found["constant"].columns) == 100
    assert found["constant"].figures == {"columns": 300}
    assert found["constant"].sentence.startswith(
        "Columns 'c0', 'c1', 'c2', 'c3', 'c4' and 295 more have one value"
    )
