"""Searches fit their tables."""

import pytest

from hpsearch.data.profile import ColumnProfile
from hpsearch.draft.draft import draft_study
from hpsearch.draft.scale import SCALES, batch_size_of, batch_sizes_of, scale_of, width_of
from hpsearch.draft.table_name import TableName
from tests.draft.profiles import label_column, number_column, profile


@pytest.mark.parametrize(
    ("rows", "batch"), [(1, 32), (206, 32), (5_000, 64), (10_000, 128), (100_000, 1_024)]
)
def test_an_epoch_has_some_80_batches(rows: int, batch: int) -> None:
    assert batch_size_of(rows) == batch


def test_batches_have_a_largest() -> None:
    assert batch_size_of(10**7) == 2_048


@pytest.mark.parametrize(
    ("rows", "sizes"),
    [
        (206, (32, 64)),
        (5_000, (32, 64, 128)),
        (10_000, (64, 128, 256)),
        (20_000, (128, 256)),
        (40_000, (256, 512, 1_024)),
        (10**7, (1_024, 2_048)),
    ],
)
def test_half_and_twice_that_batch_are_tried_within_limits(
    rows: int, sizes: tuple[int, ...]
) -> None:
    assert batch_sizes_of(rows) == scale_of(rows, width=20).batch_sizes == sizes


def test_more_rows_get_larger_networks_and_fewer_epochs() -> None:
    scales = [scale_of(rows, width=20) for rows in (100, 5_000, 50_000, 500_000)]
    assert len(scales) == len(SCALES)
    assert [scale.units[1] for scale in scales] == [64, 128, 256, 512]
    epochs = [scale.epochs for scale in scales]
    assert epochs == sorted(epochs, reverse=True)
    assert all(scale.patience < scale.epochs for scale in scales)


def test_wide_tables_get_narrow_networks() -> None:
    assert scale_of(50_000, width=5_000).units == (16, 64)


def test_a_category_counts_as_its_frequent_texts() -> None:
    look = profile(
        label_column("y"),
        number_column("a"),
        ColumnProfile("gaps", "number", missing=3),
        ColumnProfile("city", "category", distinct=7_000),
        ColumnProfile("colour", "category", distinct=3),
        ColumnProfile("day", "date"),
        ColumnProfile("id", "identifier", distinct=400),
    )
    assert width_of(look, "y") == 1 + 2 + 32 + 3 + 4


def test_scalings_for_numbers_of_one_kind_are_not_drafted() -> None:
    drafted = draft_study(
        TableName("churn.csv", "file", path="churn.csv"),
        profile(label_column("y"), number_column("a")),
        name="churn",
        label="y",
    )
    assert 'scaling = { choice = ["standard", "robust", "quantile"] }' in drafted.text
