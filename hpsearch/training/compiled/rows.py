"""The rows that a program trains on, and what each of them counts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from hpsearch.data.parts import Fold
from hpsearch.training.device import tensor_of


@dataclass(frozen=True, slots=True)
class Part:
    """Features ``(rows, columns)``, targets ``(rows,)``, and weights ``(rows,)`` or None."""

    features: Any
    targets: Any
    weights: Any

    def weights_at(self, chosen: Callable[[Any], Any]) -> Any:
        """The weights of some rows, or None."""
        return None if self.weights is None else chosen(self.weights)


@dataclass(frozen=True, slots=True)
class Rows:
    """Train and validation rows; ``class_weights`` by the classes' places, or None."""

    train: Part
    validation: Part
    class_weights: Any

    def loss_weights(self, targets: Any, weights: Any) -> Any:
        """What each row of a batch counts in the loss, ``(rows,)``; None where all count alike.

        Args:
            weights: Of these rows, or None.
        """
        if self.class_weights is None:
            return weights
        own = tf.gather(self.class_weights, tf.cast(targets, tf.int32))
        return own if weights is None else own * weights


def tensors_of(fold: Fold) -> tuple[Any, ...]:
    """A fold's arrays as tensors, with its class weights the last of them where it has some."""
    weights = [tf.constant(fold.class_weights, tf.float32)] if fold.class_weights else []
    return (*map(tensor_of, fold.arrays), *weights)


def rows_of(tensors: tuple[Any, ...], weighting: tuple[str, ...]) -> Rows:
    """Inverse of ``tensors_of`` for folds of this ``Fold.weighting``."""
    features, targets, validation_features, validation_targets, *rest = tensors
    weights, validation_weights = (rest.pop(0), rest.pop(0)) if "rows" in weighting else (None,) * 2
    return Rows(
        Part(features, targets, weights),
        Part(validation_features, validation_targets, validation_weights),
        rest.pop() if "classes" in weighting else None,
    )


def times(counts: Any, weights: Any) -> Any:
    """What rows count, times their weights where they have some."""
    return counts if weights is None else counts * weights
