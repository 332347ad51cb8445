"""Edges of bins: where a column of numbers is cut, by its quantiles or by a tree on the target."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.features.scaling import LARGEST, LEAST

Array = NDArray[np.float64]
Places = NDArray[np.intp]

#: Of a column with more values so many are looked at, always the same ones.
MOST_VALUES = 100_000

#: The least rows of a tree's bin: so many, or one in 500.
LEAST_ROWS, SHARE_OF_ROWS = 16, 500


@dataclass(frozen=True, slots=True, eq=False)
class Supervision:
    """What is to be predicted of train rows.

    Attributes:
        targets: Classes by their places, or numbers, ``(rows,)``.
        weights: What rows count, float64 ``(rows,)``; None where all count alike.
        classification: Whether the targets are classes.
    """

    targets: NDArray[np.floating[Any]]
    weights: Array | None
    classification: bool

    def of(self, places: Places) -> "Supervision":
        """That of some of the rows."""
        weights = None if self.weights is None else self.weights[places]
        return Supervision(self.targets[places], weights, self.classification)


#: Takes values ``(rows,)`` of more than two kinds, what is to be predicted of their rows, and how
#: many bins there are at most; gives where bins meet, in any order.
Cuts = Callable[[Array, Supervision, int], Array]


def edges_of(
    values: NDArray[np.floating[Any]], encoding: str, bins: int, supervision: Supervision
) -> Array:
    """Edges of a column's bins, ascending: the least value, where bins meet, and the largest.

    Args:
        values: Of train rows, ``(rows,)``, NaN where there is none.
        encoding: A name in ``CUTS``.
        bins: The most that there are; ties, or a target that does not change, make fewer.
        supervision: Of the same rows.

    Returns:
        Float64 ``(bins + 1,)``, none less than ``LEAST`` above the one before; no edges for a
        column of at most two different values.
    """
    known = np.flatnonzero(~np.isnan(values))
    held = np.clip(values[known].astype(np.float64), -LARGEST, LARGEST)
    ends = np.array([held.min(), held.max()]) if len(held) else np.zeros(2)
    if not ((held > ends[0]) & (held < ends[1])).any():
        return np.empty(0)
    if len(held) > MOST_VALUES:
        some = np.random.default_rng(0).choice(len(held), MOST_VALUES, replace=False)
        some.sort()
        known, held = known[some], held[some]
    edges = np.unique(np.concatenate([ends, CUTS[encoding](held, supervision.of(known), bins)]))
    edges = edges[np.concatenate([[True], np.diff(edges) >= LEAST])]
    return edges if len(edges) > 1 else np.empty(0)


def _quantiles(values: Array, supervision: Supervision, bins: int) -> Array:
    """Cuts with equally many rows between them."""
    return np.asarray(np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1]))


def _thresholds(values: Array, supervision: Supervision, bins: int) -> Array:
    """Cuts of a decision tree that predicts the target from this column alone.

    The tree gets ranks, which float32 holds exactly, and cuts halfway between two values.
    """
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    if supervision.weights is not None:
        counting = np.flatnonzero(supervision.weights > 0)
        values, supervision = values[counting], supervision.of(counting)
    if not len(values):
        return np.empty(0)
    kind = DecisionTreeClassifier if supervision.classification else DecisionTreeRegressor
    distinct, ranks = np.unique(values, return_inverse=True)
    tree = kind(
        max_leaf_nodes=bins,
        min_samples_leaf=max(LEAST_ROWS, len(values) // SHARE_OF_ROWS),
        random_state=0,
    )
    tree.fit(
        ranks[:, np.newaxis].astype(np.float32),
        supervision.targets,
        sample_weight=supervision.weights,
    )
    cuts = tree.tree_.threshold[tree.tree_.children_left >= 0]
    below = np.floor(cuts).astype(np.intp)
    return np.asarray(distinct[below] / 2 + distinct[below + 1] / 2)


#: Where bins meet, by the encoding's name.
CUTS: Mapping[str, Cuts] = MappingProxyType({"quantile_bins": _quantiles, "tree_bins": _thresholds})
