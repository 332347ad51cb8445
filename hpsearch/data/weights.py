"""What rows and classes of a table count."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.table import Table, Targets
from hpsearch.errors import DataError, did_you_mean, shown


@dataclass(frozen=True, slots=True, eq=False)
class Weighting:
    """What a study says of what its rows count.

    Attributes:
        rows: Of each row of the table, float64 ``(rows,)``, finite and at least 0; None where all
            count alike.
        classes: As in ``[training] class_weights``.
    """

    rows: NDArray[np.float64] | None = None
    classes: Literal["balanced"] | Mapping[str, float] | None = None

    def of(self, places: NDArray[np.int64]) -> NDArray[np.float64] | None:
        """What the rows at these places, some of which count, count with mean 1.

        None where all count alike.
        """
        if self.rows is None:
            return None
        weights = self.rows[places]
        return np.asarray(weights / weights.mean())

    def counting(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of the places whose rows count anything."""
        return places if self.rows is None else places[self.rows[places] > 0]

    def of_classes(self, table: Table, train: NDArray[np.int64]) -> tuple[float, ...]:
        """What each class counts in the loss, by its place; none where all count alike.

        Args:
            train: Places of the train rows, which hold every class.

        Raises:
            DataError: If a class is named that the table does not have.

        Source: scikit-learn's ``compute_class_weight`` for ``"balanced"``: rows / (classes * rows
            of the class), rows counted by their weights.
        """
        names = table.classes or ("0", "1")
        if self.classes is None:
            return ()
        if self.classes == "balanced":
            return _balanced(table.labels[train], self.of(train), len(names))
        for name in self.classes:
            if name not in names:
                raise DataError(
                    f"training.class_weights must name classes of {table.origin.description}, got "
                    f"{shown(name)}{did_you_mean(name, names)}; its classes are "
                    f"{', '.join(map(shown, names))}"
                )
        return tuple(float(self.classes.get(name, 1.0)) for name in names)


def _balanced(
    labels: Targets, weights: NDArray[np.float64] | None, classes: int
) -> tuple[float, ...]:
    counts = np.bincount(labels.astype(np.intp), weights=weights, minlength=classes)
    return tuple((counts.sum() / (classes * counts)).tolist())


#: All rows and all classes count alike.
ALIKE = Weighting()
