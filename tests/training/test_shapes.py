"""Padding and the flat vector."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.models.dense import dense_network
from hpsearch.models.recipe import recipe_of
from hpsearch.training.compiled.shapes import flatten, padded_widths, shape_of, unflatten
from hpsearch.training.initialization import initial_weights


@given(st.integers(1, 4_096), st.integers(1, 8))
def test_equal_widths_are_padded_by_a_quarter_at_most(width: int, depth: int) -> None:
    (padded, *others) = padded_widths((width,) * depth)
    assert set(others) <= {padded}
    assert width <= padded <= max(width + 15, width * 1.25)
    assert padded % 2 == 0


def test_few_sizes_serve_all_widths() -> None:
    assert len({padded_widths((width,)) for width in range(16, 513)}) <= 16
    unequal = {padded_widths((a, b)) for a in range(16, 513) for b in range(16, 513) if a != b}
    assert len(unequal) <= 36


@pytest.mark.parametrize("batch_normalization", [False, True])
@pytest.mark.parametrize("widths", [(5,), (20, 20, 20), (40, 17, 5)])
def test_weights_come_back_from_the_flat_vector(
    widths: tuple[int, ...], batch_normalization: bool
) -> None:
    network = dense_network(widths, "elu", batch_normalization=batch_normalization, outputs=1)
    recipe = replace(recipe_of({"batch_size": 5}, epochs=1, patience=1), network=network)
    shape = shape_of(recipe, columns=3, rows=10, validation_rows=4)
    rng = np.random.default_rng(0)
    weights = tuple(
        rng.normal(size=array.shape).astype(np.float32) for array in initial_weights(network, 3, 1)
    )
    flat, averages = flatten(weights, network, shape)
    assert len(flat) == shape.network.parameters(3)
    padded = sum(shape.network.widths) if batch_normalization else 0
    assert averages.shape == (2, padded)
    back = unflatten(flat, averages, network, shape)
    assert len(back) == len(weights)
    for one, other in zip(back, weights, strict=True):
        np.testing.assert_array_equal(one, other)
