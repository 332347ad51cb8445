"""The mean of a target in each category, for rows that it was not learned on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def out_of_fold_rates(
    codes: NDArray[np.int32], targets: NDArray[Any], half: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """The mean target of each row's category among the rows outside ``half``.

    Args:
        codes: Categories of all rows, -1 for a missing one, which is a category of its own.
        targets: Of all rows.
        half: The rows that are asked for, bool; the others are learned on.

    Returns:
        float64, one for each row of ``half``; for a category that the others lack, their mean.
    """
    learned = ~half
    places = codes.astype(np.int64) + 1
    size = int(places.max()) + 1
    counts = np.bincount(places[learned], minlength=size)
    sums = np.bincount(places[learned], weights=targets[learned].astype(np.float64), minlength=size)
    mean = float(targets[learned].mean()) if learned.any() else 0.0
    return np.where(counts > 0, sums / np.maximum(counts, 1), mean)[places[half]]
