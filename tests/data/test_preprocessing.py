"""What every preprocessing promises, and what standardization does."""

import json
import pickle
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from hpsearch.data.columns import RawRows, number_columns
from hpsearch.data.preprocessing import Preprocessing
from hpsearch.data.standardization import Standardization

COLUMNS = number_columns(("shift", "large", "tiny", "constant"))


def raw_rows(rows: int = 60) -> RawRows:
    noise = np.random.default_rng(0).normal(size=(rows, len(COLUMNS)))
    return RawRows.of_numbers(noise * [1, 1e4, 1e-3, 0] + [5, -3e4, 0, 0.1])


class PreprocessingContract:
    """Laws of each; a subclass says which."""

    kind: type[Preprocessing]

    @pytest.fixture
    def fitted(self) -> Preprocessing:
        return self.kind.fit(raw_rows(), COLUMNS)

    def test_the_columns_keep_their_names_and_order(self, fitted: Preprocessing) -> None:
        assert fitted.columns == COLUMNS

    def test_features_are_float32_of_the_width(self, fitted: Preprocessing) -> None:
        features = fitted.apply(raw_rows())
        assert features.dtype == np.float32
        assert features.shape == (60, fitted.width)
        assert np.isfinite(features).all()

    def test_a_row_does_not_depend_on_its_company(self, fitted: Preprocessing) -> None:
        alone = [fitted.apply(raw_rows()[row : row + 1]) for row in range(60)]
        np.testing.assert_array_equal(np.concatenate(alone), fitted.apply(raw_rows()))

    def test_applying_changes_neither_the_rows_nor_what_was_fitted(
        self, fitted: Preprocessing
    ) -> None:
        rows = raw_rows()
        first = fitted.apply(rows)
        np.testing.assert_array_equal(rows.numbers, raw_rows().numbers)
        np.testing.assert_array_equal(fitted.apply(rows), first)

    def test_a_worker_gets_the_same(self, fitted: Preprocessing) -> None:
        received = pickle.loads(pickle.dumps(fitted))
        np.testing.assert_array_equal(received.apply(raw_rows()), fitted.apply(raw_rows()))
        assert received.columns == fitted.columns

    def test_its_layers_are_plain_values(self, fitted: Preprocessing) -> None:
        layers = [asdict(layer) for layer in fitted.keras_layers()]
        assert layers
        assert json.loads(json.dumps(layers)) == layers
        names = [layer["arguments"]["name"] for layer in layers]
        assert len(set(names)) == len(names)

    @pytest.mark.usefixtures("tensorflow")
    def test_its_layers_do_the_same(self, fitted: Preprocessing) -> None:
        import keras

        tensor: Any = keras.ops.convert_to_tensor(raw_rows().numbers)
        for layer in fitted.keras_layers():
            tensor = getattr(keras.layers, layer.class_name)(**layer.arguments)(tensor)
        np.testing.assert_allclose(np.asarray(tensor), fitted.apply(raw_rows()), atol=1e-5)

    def test_each_column_has_one_name(self) -> None:
        with pytest.raises(ValueError, match="4 columns need as many names, got 3"):
            self.kind.fit(raw_rows(), COLUMNS[:3])


class TestStandardization(PreprocessingContract):
    kind = Standardization

    def test_columns_have_mean_0_and_deviation_1(self) -> None:
        features = Standardization.fit(raw_rows(), COLUMNS).apply(raw_rows())[:, :3]
        np.testing.assert_allclose(features.mean(axis=0, dtype=np.float64), 0, atol=1e-5)
        np.testing.assert_allclose(features.std(axis=0, dtype=np.float64), 1, atol=1e-5)

    def test_a_constant_column_is_centered_and_not_divided(self) -> None:
        fitted = Standardization.fit(raw_rows(), COLUMNS)
        assert fitted.deviation[3] == 1
        np.testing.assert_allclose(fitted.apply(raw_rows())[:, 3], 0.0, atol=1e-6)
