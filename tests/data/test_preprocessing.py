"""What every preprocessing promises: the laws of the contract, over tables of all kinds."""

import json
import pickle
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hpsearch.data.columns import Column, RawRows, number_columns
from hpsearch.data.features.table_preprocessing import TablePreprocessing
from hpsearch.data.preprocessing import Preprocessing
from tests.data.tables import (
    MIXED,
    NUMBERS,
    WORDED,
    mixed_rows,
    number_rows,
    review_rows,
    with_bins,
    worded_rows,
)

TRAIN = slice(0, 300)


class PreprocessingContract:
    """Laws of each; a subclass says which, and on which table."""

    fit: Any
    columns: tuple[Column, ...] = MIXED
    dtype: Any = np.float32

    @pytest.fixture
    def rows(self) -> RawRows:
        return mixed_rows() if self.columns == MIXED else number_rows(400)

    @pytest.fixture
    def fitted(self, rows: RawRows) -> Preprocessing:
        preprocessing: Preprocessing = self.fit(rows[TRAIN], self.columns)
        return preprocessing

    def test_the_columns_keep_their_names_and_order(self, fitted: Preprocessing) -> None:
        assert fitted.columns == self.columns

    def test_features_are_finite_each_with_a_name(
        self, fitted: Preprocessing, rows: RawRows
    ) -> None:
        features = fitted.apply(rows)
        assert features.dtype == self.dtype
        assert features.shape == (400, fitted.width) == (400, len(set(fitted.features)))
        assert np.isfinite(features).all()

    def test_each_feature_says_the_column_that_it_comes_from(self, fitted: Preprocessing) -> None:
        names: dict[int, str] = {}
        for section, feature in zip(fitted.sections, fitted.features, strict=True):
            known = [column.name for column in self.columns if feature.startswith(column.name)]
            assert names.setdefault(section, max(known, key=len)) in known
        assert list(names) == list(range(len(names)))
        assert len(set(names.values())) == len(names)

    def test_a_row_does_not_depend_on_its_company(
        self, fitted: Preprocessing, rows: RawRows
    ) -> None:
        alone = [fitted.apply(rows[row : row + 1]) for row in range(60)]
        np.testing.assert_array_equal(np.concatenate(alone), fitted.apply(rows)[:60])

    def test_applying_changes_neither_the_rows_nor_what_was_fitted(
        self, fitted: Preprocessing, rows: RawRows
    ) -> None:
        numbers, first = rows.numbers.copy(), fitted.apply(rows)
        np.testing.assert_array_equal(rows.numbers, numbers)
        np.testing.assert_array_equal(fitted.apply(rows), first)

    def test_fitting_again_gives_the_same(self, fitted: Preprocessing, rows: RawRows) -> None:
        again = self.fit(rows[TRAIN], self.columns)
        assert again.features == fitted.features
        np.testing.assert_array_equal(again.apply(rows), fitted.apply(rows))

    def test_a_worker_gets_the_same(self, fitted: Preprocessing, rows: RawRows) -> None:
        received = pickle.loads(pickle.dumps(fitted))
        np.testing.assert_array_equal(received.apply(rows), fitted.apply(rows))
        assert received.columns == fitted.columns

    def test_its_layers_are_plain_values_that_come_after_what_they_take(
        self, fitted: Preprocessing
    ) -> None:
        known = {"numbers", "texts"}
        for node in fitted.keras_layers():
            assert {given for given in node.inputs if isinstance(given, str)} <= known
            assert node.name not in known
            known.add(node.name)
            plain = {**asdict(node), "inputs": list(node.inputs)}
            assert json.loads(json.dumps(plain, allow_nan=False)) == plain

    @pytest.mark.usefixtures("tensorflow")
    def test_its_layers_do_the_same(self, fitted: Preprocessing, rows: RawRows) -> None:
        import keras

        from hpsearch.training.keras.graph import features_of, raw_inputs, raw_tensors

        inputs = raw_inputs(fitted.columns)
        model = keras.Model(inputs, features_of(fitted, inputs))
        tensors = raw_tensors(fitted.columns, rows)
        given = tensors if isinstance(tensors, dict) else {next(iter(inputs)): tensors}
        np.testing.assert_allclose(
            model.predict_on_batch(given), fitted.apply(rows), rtol=1e-6, atol=1e-6
        )

    def test_each_column_has_one_name(self, rows: RawRows) -> None:
        held = len(self.columns)
        with pytest.raises(ValueError, match=f"{held} columns need as many names, got {held - 1}"):
            self.fit(rows, self.columns[:-1])


class TestNumbersAlone(PreprocessingContract):
    fit = TablePreprocessing.fit
    columns = NUMBERS


class TestStandard(PreprocessingContract):
    fit = TablePreprocessing.fit


class TestRobust(PreprocessingContract):
    fit = staticmethod(partial(TablePreprocessing.fit, scaling="robust"))


class TestQuantile(PreprocessingContract):
    fit = staticmethod(partial(TablePreprocessing.fit, scaling="quantile"))


class TestPixel(PreprocessingContract):
    fit = staticmethod(partial(TablePreprocessing.fit, scaling="pixel"))


class TestQuantileBins(PreprocessingContract):
    fit = staticmethod(partial(with_bins, encoding="quantile_bins"))


class TestTreeBins(PreprocessingContract):
    fit = staticmethod(partial(with_bins, encoding="tree_bins", scaling="quantile"))


class TestBinsOfNumbersAlone(PreprocessingContract):
    fit = staticmethod(partial(with_bins, encoding="tree_bins", scaling="robust"))
    columns = NUMBERS


class TestWordsAlone(PreprocessingContract):
    """Texts are all that there is, so that features are bytes."""

    fit = TablePreprocessing.fit
    columns: tuple[Column, ...] = (Column("review", "words"),)
    dtype: Any = np.uint8

    @pytest.fixture
    def rows(self) -> RawRows:
        return review_rows()


class TestWordsBesideOthers(TestWordsAlone):
    columns = WORDED
    dtype = np.float32

    @pytest.fixture
    def rows(self) -> RawRows:
        return worded_rows()


class TestConstantQuantiles(PreprocessingContract):
    """Every column has one value, so that there is nothing to map."""

    fit = staticmethod(partial(TablePreprocessing.fit, scaling="quantile"))
    columns = number_columns(("one", "two"))

    @pytest.fixture
    def rows(self) -> RawRows:
        return RawRows.of_numbers(np.tile([3.0, -1e300], (400, 1)))


def column(preprocessing: TablePreprocessing, raw: RawRows, feature: str) -> Any:
    return preprocessing.apply(raw)[:, preprocessing.features.index(feature)]


def one_column(*values: float, kind: Any = "number") -> tuple[RawRows, tuple[Column, ...]]:
    return RawRows.of_numbers(np.array(values, float)[:, np.newaxis]), (Column("x", kind),)


def texts(*values: str, vocabulary: tuple[str, ...] = ()) -> tuple[RawRows, tuple[Column, ...]]:
    known = vocabulary or tuple(dict.fromkeys(filter(None, values)))
    codes = np.array([[known.index(text) if text else -1] for text in values], np.int32)
    raw = RawRows(np.empty((len(values), 0)), codes, (known,))
    return raw, (Column("x", "category"),)


def test_numbers_without_gaps_are_standardized_to_the_bit() -> None:
    for numbers in (number_rows().numbers[:, :3], number_rows().numbers[:, :3].astype("float32")):
        raw, columns = RawRows.of_numbers(numbers), NUMBERS[:3]
        np.testing.assert_array_equal(
            TablePreprocessing.fit(raw[:40], columns).apply(raw),
            standardized(numbers, numbers[:40]),
        )


def test_a_unix_time_keeps_its_values() -> None:
    seconds = np.arange(-900.0, 900, 5)
    noise = np.random.default_rng(2).normal(size=len(seconds))
    columns = number_columns(("time", "noise"))
    features = []
    for begin in (1.7e9, 0.0):
        raw = RawRows.of_numbers(np.column_stack([seconds + begin, noise]))
        features.append(TablePreprocessing.fit(raw[:200], columns).apply(raw))
    large, small = features
    assert len(np.unique(large[:, 0])) == len(seconds)
    np.testing.assert_allclose(large, small, rtol=1e-6)


@pytest.mark.parametrize("scaling", ["standard", "robust", "quantile"])
def test_a_column_is_constant_only_if_it_is(scaling: Any) -> None:
    for size in (1e-300, 1e-20, 1.0, 1e300):
        raw, columns = one_column(*size * np.arange(1, 9.0))
        features = TablePreprocessing.fit(raw, columns, scaling).apply(raw)
        assert (np.diff(features[:, 0]) > 0).all(), size
    raw, columns = one_column(0.1, 0.1, 0.1, 7, np.inf, -1e300)
    constant = TablePreprocessing.fit(raw[:3], columns, scaling).apply(raw)
    np.testing.assert_array_equal(constant, 0)


@pytest.mark.parametrize("scaling", ["standard", "robust", "quantile", "pixel"])
def test_values_far_from_all_train_rows_give_finite_features(scaling: Any) -> None:
    raw, columns = one_column(1, 2, 3, 4, np.inf, -np.inf, 1e300, -1e300, 1e-300)
    features = TablePreprocessing.fit(raw[:4], columns, scaling).apply(raw)[:, 0]
    assert np.isfinite(features).all()
    assert features[4] == features[6] >= features[3]
    assert features[5] == features[7] <= features[0]


def test_a_gap_gets_the_median_and_is_told_where_train_rows_had_some() -> None:
    numbers = np.array([[1.0, 5], [np.nan, 6], [2, 7], [9, 8], [np.nan, np.nan]])
    raw = RawRows.of_numbers(numbers)
    fitted = TablePreprocessing.fit(raw[:4], number_columns(("a", "b")))
    assert fitted.features == ("a", "b", "a is missing")
    filled = np.array([[1.0, 5], [2, 6], [2, 7], [9, 8], [2, 6.5]])
    expected = (filled - filled[:4].mean(axis=0)) / filled[:4].std(axis=0)
    np.testing.assert_allclose(fitted.apply(raw)[:, :2], expected, rtol=1e-6)
    np.testing.assert_array_equal(fitted.apply(raw)[:, 2], [0, 1, 0, 0, 1])


def test_a_column_without_any_value_is_0_and_tells_nothing() -> None:
    raw, columns = one_column(np.nan, np.nan, 8)
    fitted = TablePreprocessing.fit(raw[:2], columns)
    assert fitted.features == ("x",)
    np.testing.assert_array_equal(fitted.apply(raw), 0)


@pytest.mark.parametrize("scaling", ["standard", "quantile"])
def test_a_rare_boolean_is_1_or_minus_1(scaling: Any) -> None:
    raw, columns = one_column(*[0] * 99, 1, kind="boolean")
    features = TablePreprocessing.fit(raw, columns, scaling).apply(raw)[:, 0]
    np.testing.assert_array_equal(features, [*[-1] * 99, 1])


def test_robust_scaling_draws_far_values_in() -> None:
    raw, columns = one_column(*range(101), 1e9)
    features = TablePreprocessing.fit(raw[:101], columns, "robust").apply(raw)[:, 0]
    z = (np.arange(101) - 50) / 50
    np.testing.assert_allclose(features[:-1], z / np.sqrt(1 + (z / 3) ** 2), rtol=1e-6)
    assert features[-1] == pytest.approx(3, abs=1e-5)


def test_pixels_are_divided_by_255_and_constant_ones_are_0() -> None:
    pixels = np.array([[0, 9, 10], [255, 9, 20], [51, 8, 0]], np.uint8)
    raw = RawRows.of_numbers(pixels)
    features = TablePreprocessing.fit(raw[:2], number_columns(("a", "b", "c")), "pixel").apply(raw)
    expected = pixels / 255.0
    expected[:, 1] = 0
    np.testing.assert_array_equal(features, expected.astype(np.float32))


def test_quantile_scaling_makes_a_skewed_column_normal() -> None:
    values = np.random.default_rng(3).lognormal(sigma=3, size=2_000)
    raw, columns = one_column(*values)
    features = TablePreprocessing.fit(raw, columns, "quantile").apply(raw)[:, 0]
    assert features.mean() == pytest.approx(0, abs=0.02)
    assert features.std() == pytest.approx(1, abs=0.02)
    np.testing.assert_array_equal(np.argsort(features, kind="stable"), np.argsort(values))


def test_dates_tell_the_place_in_week_year_and_day() -> None:
    raw, columns = one_column(0, 365.2425 / 4, -1.75, kind="date")
    fitted = TablePreprocessing.fit(raw, columns)
    weekdays = fitted.apply(raw)[:, 1:8]
    np.testing.assert_array_equal(weekdays.argmax(axis=1), [3, 3, 1])  # 1970-01-01: a Thursday
    np.testing.assert_array_equal(weekdays.sum(axis=1), 1)
    sine, cosine = (column(fitted, raw, f"x, {wave} of the year") for wave in ("sine", "cosine"))
    np.testing.assert_allclose(sine[:2], [0, 1], atol=1e-6)
    np.testing.assert_allclose(cosine[:2], [1, 0], atol=1e-6)
    assert column(fitted, raw, "x, sine of the day")[2] == pytest.approx(1)
    assert column(fitted, raw, "x, cosine of the day")[0] == pytest.approx(1)


def test_dates_without_times_have_no_share_of_the_day() -> None:
    raw, columns = one_column(0, 3, np.nan, kind="date")
    features = TablePreprocessing.fit(raw, columns).features
    assert not [name for name in features if "of the day" in name]


def test_features_of_a_date_and_a_gap_come_from_their_columns() -> None:
    numbers = np.array([[0.0, 1, 5], [1.5, np.nan, 6], [2, 3, 7]])
    raw = RawRows(numbers, np.array([[0], [1], [0]], np.int32), (("a", "b"),))
    columns = (
        *(Column("place", "category"), Column("day", "date")),
        *(Column("gap", "number"), Column("full", "number")),
    )
    fitted = TablePreprocessing.fit(raw[np.array([0, 1, 2, 0, 1, 2])], columns)
    assert fitted.sections == (0, 1, 2, 1, *[0] * 11, *[3] * 2)


def test_infrequent_and_unknown_texts_share_a_feature_and_a_missing_one_has_its_own() -> None:
    raw, columns = texts(*["b"] * 3, *["a"] * 2, "c", "")
    fitted = TablePreprocessing.fit(raw, columns)
    assert fitted.features == ("x is infrequent or unknown", "x = a", "x = b", "x is missing")
    new, _ = texts("new", "", "c", "a", vocabulary=("c", "new", "a"))
    np.testing.assert_array_equal(fitted.apply(new).argmax(axis=1), [0, 3, 0, 1])
    np.testing.assert_array_equal(fitted.apply(new).sum(axis=1), 1)


def test_an_unknown_text_has_no_feature_where_all_train_rows_have_frequent_ones() -> None:
    raw, columns = texts(*"aabb")
    fitted = TablePreprocessing.fit(raw, columns)
    assert fitted.features == ("x = a", "x = b")
    np.testing.assert_array_equal(fitted.apply(texts("z", "", "b")[0]), [[0, 0], [0, 0], [0, 1]])


def test_texts_that_are_all_different_give_no_features() -> None:
    raw, columns = texts(*"abcdef")
    assert TablePreprocessing.fit(raw, columns).width == 0


def test_only_the_most_frequent_of_very_many_texts_have_features() -> None:
    raw, columns = texts(*(f"{number:03}" for number in range(300)), "zz")
    raw = raw[np.repeat(np.arange(301), [10] * 300 + [11])]
    features = TablePreprocessing.fit(raw, columns).features
    assert len(features) == 257
    assert features[-2:] == ("x = 254", "x = zz")


def test_a_text_is_frequent_by_the_number_of_rows() -> None:
    from hpsearch.data.features.categories import least_rows

    rows = (10, 300, 1_000, 10_000, 50_000, 1_000_000)
    assert [least_rows(count) for count in rows] == [2, 3, 10, 10, 50, 1_000]


def test_the_same_rows_under_another_vocabulary_give_the_same_features() -> None:
    raw = mixed_rows()
    cities, colors = raw.vocabularies
    codes = raw.codes.copy()
    codes[:, 1] = 1 - codes[:, 1]
    turned = RawRows(raw.numbers, codes, (cities, colors[::-1]))
    fitted = TablePreprocessing.fit(raw, MIXED)
    np.testing.assert_array_equal(fitted.apply(turned), fitted.apply(raw))
    assert TablePreprocessing.fit(turned, MIXED).features == fitted.features


def test_features_equal_those_of_scikit_learn_where_the_rules_coincide() -> None:
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    raw = mixed_rows()
    numeric, categories = ["shift", "gaps", "unix"], ["city", "color"]
    columns = tuple(column for column in MIXED if column.name in (*numeric, *categories))
    names = [column.name for column in MIXED if not column.is_text]
    raw = RawRows(
        raw.numbers[:, [names.index(name) for name in numeric]], raw.codes, raw.vocabularies
    )
    fitted = TablePreprocessing.fit(raw[:300], columns)
    frame = pd.DataFrame(raw.numbers, columns=numeric)
    frame[categories] = pd.DataFrame(np.where(raw.texts() == "", "none", raw.texts()), dtype=object)
    scaled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    told = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True),
        ColumnTransformer([("told", "passthrough", [-1])]),
    )
    encoder = OneHotEncoder(min_frequency=3, handle_unknown="infrequent_if_exist")
    transformer = ColumnTransformer(
        [("scaled", scaled, numeric), ("told", told, numeric), ("texts", encoder, categories)]
    )
    expected = transformer.fit(frame[:300]).transform(frame)
    cities = [name.removeprefix("city = ") for name in fitted.features if "city = " in name]
    cities.append("none")
    order = np.argsort(cities)
    ours = fitted.apply(raw)
    features = [*range(4), *(4 + order), 4 + len(cities), 5 + len(cities)]
    np.testing.assert_allclose(ours[:, features], expected, rtol=1e-6, atol=1e-7)


def standardized(numbers: NDArray[np.floating], train: NDArray[np.floating]) -> NDArray[np.float32]:
    """``(x - mean) / deviation`` by the train rows; a constant column has deviation 1."""
    mean, deviation = train.mean(axis=0, dtype=np.float64), train.std(axis=0, dtype=np.float64)
    constant = train.min(axis=0) == train.max(axis=0)
    return np.asarray((numbers - mean) / np.where(constant, 1, deviation), np.float32)
