"""Bins of numbers: where their edges are, what they are learned from, and what a value becomes."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hpsearch.data.columns import Column, RawRows, number_columns
from hpsearch.data.cutting import Cut
from hpsearch.data.features import edges as edges_module
from hpsearch.data.features.bins import Bins
from hpsearch.data.features.edges import CUTS, Supervision, edges_of
from hpsearch.data.features.table_preprocessing import TablePreprocessing
from hpsearch.data.folds import Split
from hpsearch.data.splitting import split
from hpsearch.data.table import Origin, Table
from hpsearch.data.weights import Weighting
from hpsearch.models.preparation import Preparation
from hpsearch.space.hyperparameter import NUMBER_ENCODINGS
from hpsearch.tasks.binary import BINARY
from hpsearch.tasks.regression import REGRESSION
from tests.data.tables import MIXED, mixed_rows

STEP = np.repeat([0.0, 1.0], 200)


def known(targets: NDArray[Any], weights: NDArray[np.float64] | None = None) -> Supervision:
    return Supervision(targets, weights, classification=True)


def features(values: Any, edges: Any) -> Any:
    bins = Bins(("x",), (0,), (np.array(edges, float),))
    return next(bins.apply(np.array(values, float)[:, np.newaxis]))


def test_every_encoding_has_a_rule() -> None:
    assert set(NUMBER_ENCODINGS) == {"none", *CUTS}


def test_a_value_is_1_in_passed_bins_a_share_in_its_own_and_0_in_others() -> None:
    expected = [[0, 0, 0], [0, 0, 0], [1, 0, 0], [1, 0.25, 0], [1, 1, 0.5], [1, 1, 1], [1, 1, 1]]
    given = [-9, 0, 1, 2, 6, 7, np.inf]
    np.testing.assert_array_equal(features(given, [0, 1, 5, 7]), expected)


def test_any_value_gives_finite_features() -> None:
    wild = [-np.inf, -1.7e308, -1e-320, 0, 1e-320, 1, 1.7e308, np.inf]
    for edges in ([-8e307, 0, 8e307], [0, 2e-305, 1], [1.7e9, 1.7e9 + 1, 1.7e9 + 3]):
        shares = features(wild, edges)
        assert np.isfinite(shares).all()
        assert (shares >= 0).all()
        assert (shares <= 1).all()


def test_quantiles_hold_equally_many_rows_and_ties_make_fewer_bins() -> None:
    values = np.arange(101.0)
    np.testing.assert_allclose(
        edges_of(values, "quantile_bins", 4, known(values)), [0, 25, 50, 75, 100]
    )
    values[:80] = 0
    np.testing.assert_array_equal(edges_of(values, "quantile_bins", 4, known(values)), [0, 100])


def test_a_tree_cuts_where_the_target_changes() -> None:
    values = np.random.default_rng(0).permutation(400).astype(float)
    targets = ((values >= 100) & (values < 250)).astype(np.float32)
    for classification in (True, False):
        supervision = Supervision(targets, None, classification)
        np.testing.assert_array_equal(
            edges_of(values, "tree_bins", 8, supervision), [0, 99.5, 249.5, 399]
        )


def test_a_tree_cuts_where_one_of_scikit_learn_on_the_values_does() -> None:
    from sklearn.tree import DecisionTreeClassifier

    rng = np.random.default_rng(1)
    values = rng.normal(size=2_000)
    targets = (np.sin(4 * values) + rng.normal(size=2_000) > 0).astype(np.float32)
    tree = DecisionTreeClassifier(max_leaf_nodes=9, min_samples_leaf=16, random_state=0)
    tree.fit(values[:, np.newaxis], targets)
    cuts = np.sort(tree.tree_.threshold[tree.tree_.children_left >= 0])
    edges = edges_of(values, "tree_bins", 9, known(targets))
    assert len(cuts) == 8
    np.testing.assert_allclose(edges[1:-1], cuts, rtol=1e-6, atol=1e-7)


def test_a_tree_sees_values_that_float32_has_not() -> None:
    values = np.arange(400.0)
    for moved in (values + 1.7e12, values * 1e300, values * 1e-300):
        edges = edges_of(moved, "tree_bins", 4, known(STEP))
        np.testing.assert_array_equal(edges, [moved[0], moved[199] / 2 + moved[200] / 2, moved[-1]])


def test_rows_that_count_for_nothing_place_no_cut() -> None:
    values, weights = np.arange(400.0), np.ones(400)
    targets = np.where(values < 50, 1 - STEP, STEP)
    weights[:50] = 0
    edges = edges_of(values, "tree_bins", 8, known(targets, weights))
    np.testing.assert_array_equal(edges, [0, 199.5, 399])
    nothing = edges_of(values, "tree_bins", 8, known(targets, np.zeros(400)))
    np.testing.assert_array_equal(nothing, [0, 399])


@pytest.mark.parametrize("encoding", CUTS)
def test_a_column_of_at_most_two_different_values_has_no_bins(encoding: str) -> None:
    gap = np.where(STEP > 0, np.nan, 3.0)
    for values in (STEP, gap, np.full(400, np.nan), np.full(400, 1e300), STEP * 1e-320):
        assert not len(edges_of(values, encoding, 8, known(STEP)))


@pytest.mark.parametrize("encoding", CUTS)
def test_missing_values_count_for_no_edge(encoding: str) -> None:
    values, targets = np.arange(400.0), STEP.copy()
    edges = edges_of(values, encoding, 8, known(targets))
    beside = np.concatenate([np.full(300, np.nan), values])
    targets = np.concatenate([np.ones(300), targets])
    np.testing.assert_array_equal(edges_of(beside, encoding, 8, known(targets)), edges)


@pytest.mark.parametrize("encoding", CUTS)
def test_of_many_values_some_place_the_edges_and_all_the_ends(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edges_module, "MOST_VALUES", 500)
    values = np.random.default_rng(2).permutation(5_000).astype(float)
    edges = edges_of(values, encoding, 2, known((values >= 2_500).astype(np.float32)))
    assert (edges[0], len(edges), edges[-1]) == (0, 3, 4_999)
    assert edges[1] == pytest.approx(2_500, abs=200)
    again = edges_of(values, encoding, 2, known((values >= 2_500).astype(np.float32)))
    np.testing.assert_array_equal(again, edges)


@pytest.mark.parametrize("encoding", CUTS)
def test_only_columns_of_numbers_have_bins(encoding: str) -> None:
    raw = mixed_rows()
    numeric = [column for column in MIXED if not column.is_text]
    targets = (np.arange(400) % 2).astype(np.float32)
    bins = Bins.fit(raw.numbers, numeric, encoding, 4, known(targets))
    assert bins.names == ("shift", "gaps", "unix", "huge", "minute")
    assert len(bins.features) == len(bins.origins) == sum(len(each) - 1 for each in bins.edges)


@pytest.mark.parametrize("encoding", CUTS)
def test_train_rows_by_their_places_give_the_bins_of_train_rows_alone(encoding: str) -> None:
    raw, rows = mixed_rows(), np.random.default_rng(3).permutation(400)[:250]
    numeric = [column for column in MIXED if not column.is_text]
    supervision = known((np.arange(250) % 3 == 0).astype(np.float32))
    alone = Bins.fit(raw.numbers[rows], numeric, encoding, 8, supervision)
    fitted = Bins.fit(raw.numbers, numeric, encoding, 8, supervision, rows)
    assert fitted.features == alone.features
    for one, other in zip(fitted.edges, alone.edges, strict=True):
        np.testing.assert_array_equal(one, other)


def test_bins_stand_behind_gaps_and_come_from_their_columns() -> None:
    numbers = np.column_stack([np.arange(40.0), np.arange(40.0) % 2, np.arange(40.0) ** 2])
    numbers[3, 2] = np.nan
    raw, columns = RawRows.of_numbers(numbers), number_columns(("a", "b", "c"))
    bins = Bins.fit(numbers, columns, "quantile_bins", 2, known(STEP[:40]))
    fitted = TablePreprocessing.fit(raw, columns).with_bins(bins)
    assert fitted.features[3:] == (
        *("c is missing", "a, bin 1 of 2", "a, bin 2 of 2", "c, bin 1 of 2", "c, bin 2 of 2"),
    )
    assert fitted.sections == (0, 1, 2, 2, 0, 0, 2, 2)
    plain = TablePreprocessing.fit(raw, columns)
    np.testing.assert_array_equal(fitted.apply(raw)[:, :4], plain.apply(raw))


TREE = Preparation(number_encoding="tree_bins", bins=4)
QUANTILES = Preparation(number_encoding="quantile_bins", bins=4)


def table(labels: NDArray[Any], numbers: NDArray[np.float64]) -> Table:
    columns = (Column("x", "number"), Column("weight", "number"))
    return Table(
        RawRows.of_numbers(numbers), labels, columns, Origin("csv", "rows", simulated=False)
    )


def cut_rows(rows: Table, task: Any, weighting: Weighting | None = None) -> Split:
    order = np.random.default_rng(4).permutation(400)
    parts = Cut(order[:80], order[80:300], order[300:], ("weight",))
    more = () if weighting is None else (weighting,)
    return split(rows, task, parts, (Preparation(), QUANTILES, TREE), *more)


@pytest.mark.parametrize("task", [BINARY, REGRESSION])
def test_no_value_and_no_target_of_rows_that_do_not_train_places_an_edge(task: Any) -> None:
    rng, order = np.random.default_rng(5), np.random.default_rng(4).permutation(400)
    numbers = rng.normal(size=(400, 2))
    labels = (numbers[:, 0] > 0.3).astype(np.float64)
    others, changed = np.concatenate([order[:80], order[300:]]), labels.copy()
    moved = numbers.copy()
    changed[others] = 1 - changed[others]
    moved[others] = 1e6 * rng.normal(size=(180, 2))
    for way in (QUANTILES, TREE):
        one, other = (
            cut_rows(table(targets, values), task).prepared[0][way].preprocessing
            for targets, values in ((labels, numbers), (changed, moved))
        )
        raw = RawRows.of_numbers(numbers[:, :1])
        np.testing.assert_array_equal(one.apply(raw), other.apply(raw))


def test_a_split_has_features_of_each_encoding_and_the_same_rows_without() -> None:
    numbers = np.random.default_rng(6).normal(size=(400, 2))
    labels = (numbers[:, 0] > 0.3).astype(np.float32)
    ways = cut_rows(table(labels, numbers), BINARY).folds[0]
    plain = ways[Preparation()]
    assert [fold.columns for fold in ways.values()] == [1, 5, 3]
    for fold in ways.values():
        np.testing.assert_array_equal(fold.train_features[:, :1], plain.train_features)
        assert fold.sections == (0,) * fold.columns
    with_tree = ways[TREE].train_features
    assert ((with_tree[:, 2] > 0) == (plain.train_labels > 0)).mean() > 0.99


def test_trees_see_what_rows_count() -> None:
    numbers = np.random.default_rng(7).normal(size=(400, 2))
    labels = np.where(numbers[:, 1] > 0, numbers[:, 0] > 0.5, numbers[:, 0] > -0.5)
    weights = np.where(numbers[:, 1] > 0, 1.0, 0.0)
    cuts = []
    for weighting in (None, Weighting(weights, None)):
        rows = table(labels.astype(np.float32), numbers)
        prepared = cut_rows(rows, BINARY, weighting).prepared[0][TREE].preprocessing
        assert isinstance(prepared, TablePreprocessing)
        cuts.append(prepared.bins.edges[0][1:-1])
    assert min(abs(cuts[0] + 0.5)) < 0.15
    assert len(cuts[1]) == 1
    assert cuts[1][0] == pytest.approx(0.5, abs=0.15)
