"""Greedy selection of an ensemble, with replacement, by the loss of the mean on the same rows.

Source: Caruana, Niculescu-Mizil, Crew and Ksikes, Ensemble Selection from Libraries of Models
(ICML 2004), sections 2.1 and 2.2: with replacement, and from a sorted initialization.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: How often a network is added after the initialization, at most.
ROUNDS = 50

#: Additions without a better mean after which it ends. Some must be borne: beside one network a
#: second one may be worth a third, and not the half that it gets at once.
PATIENCE = 10

#: A smaller difference of two mean losses is rounding.
ROUNDING = 1e-12

#: Different networks of an ensemble, at most: each costs its own time at every prediction.
MOST_NETWORKS = 16

#: Parts of the rows of which each is left out of the choice once.
PARTS = 5

#: Loss of each row of a model or a mean of models, from what they say of the row.
RowLoss = Callable[[Array], Array]


def log_loss(probabilities: Array) -> Array:
    """Loss in nats of the probability of the true class, at least the smallest float64 above 0."""
    return np.asarray(-np.log(np.maximum(probabilities, np.finfo(np.float64).tiny)))


def squared_loss(residuals: Array) -> Array:
    """Squared error of a prediction less the truth."""
    return np.asarray(residuals**2)


@dataclass(frozen=True, slots=True)
class Selection:
    """A greedy ensemble.

    Attributes:
        counts: How often each model was chosen, ``(models,)``; its share of the mean.
        value: Mean loss of the mean on the rows that chose it: optimistic.
        left_out: The same where each part of the rows is judged by an ensemble that the other
            parts chose; None where there are too few rows for that.
    """

    counts: tuple[int, ...]
    value: float
    left_out: float | None

    @property
    def chosen(self) -> dict[int, int]:
        """Places of the chosen models, the most frequent first, with their counts."""
        places = sorted(range(len(self.counts)), key=lambda place: -self.counts[place])
        return {place: self.counts[place] for place in places if self.counts[place]}


def select(says: Array, row_loss: RowLoss, weights: NDArray[Any] | None = None) -> Selection:
    """Choose models, each as often as it helps, whose mean has the least mean loss.

    Args:
        says: What each model says of each row, ``(models, rows)``, such that the mean model says
            the mean: the probability of the true class, or the signed residual.
        row_loss: ``log_loss`` or ``squared_loss``.
        weights: What rows count, ``(rows,)``; None where all count alike.

    Returns:
        The choice. Among equal models the first is taken. With the same rows it is the same.

    Raises:
        ValueError: If there is no model or no row.
    """
    if not says.size:
        raise ValueError(f"says must hold a model and a row, got {says.shape}")
    rows = says.shape[1]
    shares = np.ones(rows) if weights is None else np.asarray(weights, np.float64)
    counts = _choose(says, row_loss, shares)
    value = _mean_loss(counts @ says / counts.sum(), row_loss, shares)
    return Selection(tuple(map(int, counts)), float(value), _left_out(says, row_loss, shares))


def _choose(says: Array, row_loss: RowLoss, weights: Array) -> NDArray[np.int64]:
    """How often each model is in the ensemble, int64 ``(models,)``."""
    counts = _initial(says, row_loss, weights)
    total = counts @ says
    best, kept, since = _mean_loss(total / counts.sum(), row_loss, weights), counts.copy(), 0
    for _ in range(ROUNDS):
        full = np.count_nonzero(counts) >= MOST_NETWORKS
        values = [
            _mean_loss((total + model) / (counts.sum() + 1), row_loss, weights)
            if counts[place] or not full
            else np.inf
            for place, model in enumerate(says)
        ]
        place = int(np.argmin(values))
        counts[place], total, since = counts[place] + 1, total + says[place], since + 1
        if values[place] < best - ROUNDING * abs(best):
            best, kept, since = values[place], counts.copy(), 0
        if since == PATIENCE:
            break
    return kept


def _initial(says: Array, row_loss: RowLoss, weights: Array) -> NDArray[np.int64]:
    """The best models once each, as many of them as have the best mean."""
    alone = [_mean_loss(model, row_loss, weights) for model in says]
    order = np.argsort(alone, kind="stable")[:MOST_NETWORKS]
    means = np.cumsum(says[order], axis=0) / np.arange(1, len(order) + 1)[:, None]
    size = 1 + int(np.argmin([_mean_loss(mean, row_loss, weights) for mean in means]))
    counts = np.zeros(len(says), np.int64)
    counts[order[:size]] = 1
    return counts


def _left_out(says: Array, row_loss: RowLoss, weights: Array) -> float | None:
    """Mean loss on rows that took no part in the choice; dealt out by a seed that is fixed."""
    rows = says.shape[1]
    if rows < 2 * PARTS:
        return None
    part = np.random.default_rng(0).permutation(rows) % PARTS
    losses = np.empty(rows)
    for left in range(PARTS):
        out = part == left
        if not weights[~out].any():
            return None
        counts = _choose(says[:, ~out], row_loss, weights[~out])
        losses[out] = row_loss(counts @ says[:, out] / counts.sum())
    return float(np.average(losses, weights=weights))


def _mean_loss(says: Array, row_loss: RowLoss, weights: Array) -> float:
    return float(np.average(row_loss(says), weights=weights))
