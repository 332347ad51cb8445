"""A table that is cut: train and validation rows of one fold or several, and sealed test rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.inspection.notice import Notice
from hpsearch.data.mapping import LEAST_BYTES, LEAST_BYTES_BESIDE, array_folder, mapped
from hpsearch.data.parts import Fold, Folds, SealedTest, Weights
from hpsearch.data.preprocessing import Preprocessing
from hpsearch.data.table import Labels
from hpsearch.data.target import TargetScale
from hpsearch.models.preparation import Preparation


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Train and validation rows as a network gets them, and how raw rows become features.

    ``preprocessing`` is learned from the train rows alone; see ``split`` for a target's scale.
    """

    fold: Fold
    preprocessing: Preprocessing


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A table cut in train and validation rows, of one fold or of several, and test rows.

    Attributes:
        prepared: Of each fold, its rows prepared in each way that networks are trained on; the
            first is that of baselines.
        repeats: How many times the folds deal out all rows.
        notices: What people should know of the rows, found before the test was sealed.
    """

    prepared: Sequence[Mapping[Preparation, Prepared]]
    sealed: SealedTest
    repeats: int = 1
    notices: tuple[Notice, ...] = field(default=(), kw_only=True)

    @property
    def usual(self) -> Preparation:
        """The first preparation: that of baselines."""
        return next(iter(self.prepared[0]))

    @property
    def fold(self) -> Fold:
        """The rows of the first fold in the first preparation; labels are the same in all."""
        return self.prepared[0][self.usual].fold

    @property
    def folds(self) -> tuple[Folds, ...]:
        """What training gets."""
        return tuple({way: each.fold for way, each in ways.items()} for ways in self.prepared)

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """Train and validation rows of each fold."""
        folds = (ways[self.usual].fold for ways in self.prepared)
        return tuple((len(fold.train_labels), len(fold.validation_labels)) for fold in folds)

    @property
    def train_rows(self) -> int:
        """Rows that train; where there are several folds, all that are not sealed."""
        if len(self.prepared) == 1:
            return len(self.fold.train_labels)
        return max(train + validation for train, validation in self.sizes)

    @property
    def validation_labels(self) -> Labels:
        """Labels of the rows that validate, each once, in the order of ``out_of_fold``."""
        return out_of_fold(
            [ways[self.usual].fold.validation_labels for ways in self.prepared], self.repeats
        )

    @property
    def validation_weights(self) -> Weights | None:
        """What these rows count, with mean 1 on each fold; None where all count alike."""
        parts = [ways[self.usual].fold.validation_weights for ways in self.prepared]
        known = [weights for weights in parts if weights is not None]
        return out_of_fold(known, self.repeats) if known else None

    def mapped(self, environment: Mapping[str, str], tell: Callable[[str], None]) -> Self:
        """The same split with large arrays in files that all processes map; see ``mapping``.

        Where one is large, so are the workers' copies of the others together.

        Args:
            environment: Names the folder of caches.
            tell: Takes a line where there is no room for them.
        """
        arrays = {
            id(array): array
            for ways in self.folds
            for fold in ways.values()
            for array in fold.arrays
        }
        if all(array.nbytes < LEAST_BYTES for array in arrays.values()):
            return self
        folder = array_folder(environment)
        files = {
            key: mapped(array, folder, tell, min(LEAST_BYTES, LEAST_BYTES_BESIDE))
            for key, array in arrays.items()
        }
        prepared = tuple(
            {
                way: replace(each, fold=each.fold.with_arrays(lambda array: files[id(array)]))
                for way, each in ways.items()
            }
            for ways in self.prepared
        )
        return replace(self, prepared=prepared)

    @property
    def preprocessing(self) -> Preprocessing:
        """That of the first fold's first preparation; raw columns are the same in all."""
        return self.prepared[0][self.usual].preprocessing

    @property
    def target(self) -> TargetScale:
        """The scale of what is predicted, whatever networks learn of it."""
        return replace(self.fold.target, logarithm=None)


def out_of_fold(parts: Sequence[NDArray[Any]], repeats: int) -> NDArray[Any]:
    """What the folds' parts say of each row that validates, one fold after the other.

    Of several repeats the first speaks for the rows, so that each row counts once.

    Args:
        parts: ``(rows of the fold, ...)`` for each fold, those of one repeat after the other.
    """
    return np.concatenate(parts[: len(parts) // repeats]) if len(parts) > 1 else parts[0]
