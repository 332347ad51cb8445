"""How far test rows are from validation rows, for the same networks."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpsearch.statistics.estimate import Estimate, around
from hpsearch.statistics.stability import (
    NORMAL_95,
)

Array = NDArray[np.floating[Any]]


def split_estimate(validation: Array, test: Array) -> Estimate:
    """Mean test loss less mean validation loss of the same networks.

    The networks were stopped at their best epoch on the validation rows, and their configuration
    was chosen on them; both are in the difference, beside the chance of the two parts' rows.

    Args:
        validation: Loss of each row for each seed, ``(seeds, rows)``, at least two rows.
        test: The same of the same networks on the test rows, ``(seeds, rows)``.

    Returns:
        The difference with a normal interval over the rows of both parts, which are
        independent samples: the standard error is that of the seeds' mean loss over rows.

    Source: Welch's standard error of a difference (Biometrika 34, 1947).
    """
    parts = [np.asarray(part, np.float64).mean(axis=0) for part in (validation, test)]
    error = math.sqrt(sum(float(part.var(ddof=1)) / len(part) for part in parts))
    return around(float(parts[1].mean() - parts[0].mean()), NORMAL_95 * error)
