"""Greedy selection: it helps where errors differ, repeats itself, and says what it is worth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hpsearch.statistics.greedy import (
    MOST_NETWORKS,
    RowLoss,
    log_loss,
    select,
    squared_loss,
)

Array = NDArray[np.float64]


def drawn(seed: int, noises: list[float], rows: int = 500) -> Array:
    """Residuals of models with so much noise each, ``(models, rows)``."""
    rng = np.random.default_rng(seed)
    return np.stack([noise * rng.normal(size=rows) for noise in noises])


def value_of(says: Array, counts: tuple[int, ...], row_loss: RowLoss = squared_loss) -> float:
    return float(row_loss(np.average(says, axis=0, weights=counts)).mean())


def test_models_that_err_apart_share_the_mean_by_how_good_they_are() -> None:
    """The best weights of independent errors are as 1 / variance: 4 to 1."""
    says = drawn(0, [1.0, 2.0], 20_000)
    selection = select(says, squared_loss)
    first, second = selection.counts
    assert first / second == pytest.approx(4, rel=0.1)
    assert selection.value == pytest.approx(0.8, rel=0.05)
    assert selection.value == pytest.approx(value_of(says, selection.counts))
    assert list(selection.chosen.items()) == [(0, first), (1, second)]


def test_a_model_that_adds_nothing_is_left_out() -> None:
    says = drawn(1, [0.5, 0.5])
    selection = select(np.concatenate([says, says[:1] * 3]), squared_loss)
    assert selection.counts[2] == 0


def test_the_first_of_equal_models_is_taken_and_one_is_enough() -> None:
    says = np.tile(drawn(2, [1.0]), (4, 1))
    assert select(says, squared_loss).counts == (1, 0, 0, 0)


def test_equal_probabilities_of_the_true_class_cost_their_logarithm() -> None:
    selection = select(np.full((1, 30), 0.25), log_loss)
    assert selection.counts == (1,)
    assert [selection.value, selection.left_out] == pytest.approx([np.log(4)] * 2)


def test_a_probability_of_0_costs_much_and_not_infinitely_much() -> None:
    says = np.array([[0.0, 0.9], [0.5, 0.5]])
    selection = select(says, log_loss)
    assert np.isfinite(selection.value)
    assert selection.counts[1] > 0


def test_no_more_networks_than_a_prediction_can_bear() -> None:
    selection = select(drawn(3, [1.0] * 40), squared_loss)
    assert len(selection.chosen) <= MOST_NETWORKS


def test_rows_of_weight_0_choose_nothing_and_rows_of_weight_2_count_twice() -> None:
    says = drawn(4, [1.0, 1.1, 1.2], 60)
    weights = np.random.default_rng(5).integers(0, 3, 60).astype(np.float64)
    again = np.repeat(says, weights.astype(int), axis=1)
    weighted, repeated = select(says, squared_loss, weights), select(again, squared_loss)
    assert weighted.counts == repeated.counts
    assert weighted.value == pytest.approx(repeated.value)


def test_the_value_on_rows_that_chose_is_optimistic_and_that_on_others_is_not() -> None:
    """Of 60 models that know nothing, on 50 rows; 40 draws, so that chance hardly fails it.

    On its own rows the choice looks 0.1 better than the mean of as many others; where rows are
    left out the mean over the draws is within three standard errors of what new rows say.
    """
    own, left_out, fresh = [], [], []
    for seed in range(40):
        says = drawn(seed, [1.0] * 60, 5_050)
        selection = select(says[:, :50], squared_loss)
        own.append(selection.value)
        left_out.append(selection.left_out)
        fresh.append(value_of(says[:, 50:], selection.counts))
    apart = np.array(left_out) - np.array(fresh)
    assert np.mean(own) < np.mean(fresh) - 0.01
    assert abs(apart.mean()) < 3 * apart.std(ddof=1) / np.sqrt(40) + 0.01


@given(st.integers(1, 6), st.integers(1, 25), st.integers(0, 1_000))
def test_it_is_never_worse_than_the_best_model_alone(models: int, rows: int, seed: int) -> None:
    says = np.random.default_rng(seed).uniform(0.01, 1, (models, rows))
    selection = select(says, log_loss)
    alone = [log_loss(model).mean() for model in says]
    assert selection.value <= min(alone) + 1e-12
    assert selection.value == pytest.approx(value_of(says, selection.counts, log_loss))
    assert (selection.left_out is None) == (rows < 10)
    assert select(says, log_loss) == selection


@pytest.mark.parametrize("shape", [(0, 3), (2, 0)])
def test_it_takes_a_model_and_a_row(shape: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="must hold a model and a row"):
        select(np.zeros(shape), squared_loss)
