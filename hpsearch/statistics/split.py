"""How far test rows are from validation rows, for the same networks."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpsearch.statistics.estimate import Estimate, around
from hpsearch.statistics.few_rows import student_95

Array = NDArray[np.floating[Any]]


def split_estimate(validation: Array, test: Array) -> Estimate:
    """Mean test loss less mean validation loss of the same networks.

    The networks may keep their best epoch on the validation rows, and their configuration was
    chosen on them; both are in the difference, beside the chance of the two parts' rows.

    Args:
        validation: Loss of each row for each seed, ``(seeds, rows)``, at least two rows.
        test: The same of the same networks on the test rows, ``(seeds, rows)``.

    Returns:
        The difference with Student's interval over the rows of both parts, which are
        independent samples: the standard error is that of the seeds' mean loss over rows.

    Source: Welch's standard error of a difference and its degrees of freedom (Biometrika 34, 1947).
    """
    parts = [np.asarray(part, np.float64).mean(axis=0) for part in (validation, test)]
    value = float(parts[1].mean() - parts[0].mean())
    variances = [float(part.var(ddof=1)) / len(part) for part in parts]
    if not (variance := sum(variances)):
        return around(value, 0.0)
    squares = (own**2 / (len(part) - 1) for own, part in zip(variances, parts, strict=True))
    return around(value, student_95(variance**2 / sum(squares)) * math.sqrt(variance))
