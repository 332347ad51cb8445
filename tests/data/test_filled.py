"""What is learned of train rows piece by piece is equal to the bit to what NumPy gives at once."""

import numpy as np
import pytest

from hpsearch.data import room
from hpsearch.data.cutting import Cut
from hpsearch.data.features.filled import Filled
from hpsearch.data.features.table_preprocessing import SCALINGS, TablePreprocessing
from hpsearch.data.room import Room
from hpsearch.data.splitting import split
from hpsearch.data.table import Origin, Table
from hpsearch.models.preparation import Preparation
from hpsearch.tasks.regression import REGRESSION
from tests.data.tables import MIXED, mixed_rows


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("columns", [1, 2, 7, 28])
def test_statistics_of_pieces_are_those_of_all_rows(
    columns: int, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "PIECE_BYTES", 8_000)
    for seed in range(3):
        rng = np.random.default_rng(seed)
        numbers = (rng.normal(size=(20_000, columns)) * np.exp(rng.normal(size=columns))).astype(
            dtype
        )
        numbers[rng.random(numbers.shape) < 0.1] = np.nan
        rows, medians = rng.permutation(20_000)[:17_001], rng.normal(size=columns)
        whole = np.where(np.isnan(numbers[rows]), medians, numbers[rows])
        filled = Filled(numbers, medians, rows)
        mean, deviation = filled.moments()
        np.testing.assert_array_equal(mean, whole.mean(axis=0), strict=True)
        np.testing.assert_array_equal(deviation, whole.std(axis=0), strict=True)
        np.testing.assert_array_equal(filled.least(), whole.min(axis=0), strict=True)
        np.testing.assert_array_equal(filled.largest(), whole.max(axis=0), strict=True)
        np.testing.assert_array_equal(filled.first, whole[0], strict=True)
        np.testing.assert_array_equal(filled.column(columns - 1), whole[:, -1], strict=True)


@pytest.mark.parametrize("scaling", SCALINGS)
def test_train_rows_by_their_places_give_the_features_of_train_rows_alone(scaling: str) -> None:
    raw, rows = mixed_rows(), np.random.default_rng(3).permutation(400)[:250]
    alone = TablePreprocessing.fit(raw[rows], MIXED, scaling)
    fitted = TablePreprocessing.fit(raw, MIXED, scaling, rows)
    assert fitted.features == alone.features
    np.testing.assert_array_equal(fitted.apply(raw, rows), alone.apply(raw[rows]))
    np.testing.assert_array_equal(fitted.apply(raw), alone.apply(raw))


def test_a_split_in_files_equals_one_in_memory_and_shows_its_progress(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = np.random.default_rng(4).permutation(400)
    table = Table(mixed_rows(), np.arange(400.0), MIXED, Origin("csv", "rows", False))
    cut = Cut(order[:80], order[80:300], order[300:])
    ways = [Preparation("standard"), Preparation("quantile", "log")]
    small = split(table, REGRESSION, cut, ways)
    monkeypatch.setattr(room, "LEAST_BYTES", 1)
    monkeypatch.setattr(room, "PIECE_BYTES", 1_000)
    shown: list[tuple[int, int]] = []
    place = Room(tmp_path_factory.mktemp("arrays"), print, lambda *now: shown.append(now))
    large = split(table, REGRESSION, cut, ways, room=place)
    for way in ways:
        for one, other in zip(small.folds[0][way].arrays, large.folds[0][way].arrays, strict=True):
            np.testing.assert_array_equal(one, other, strict=True)
        assert large.folds[0][way].target == small.folds[0][way].target
    assert shown == sorted(shown)
    assert len(shown) > 10
    assert shown[-1] == (400, 400)
    raw, labels, _ = large.sealed.unseal(None, "a test", lambda opening: None)
    np.testing.assert_array_equal(raw.numbers, table.raw.numbers[cut.test])
    np.testing.assert_array_equal(raw.codes, table.raw.codes[cut.test])
    np.testing.assert_array_equal(labels, table.labels[cut.test])
