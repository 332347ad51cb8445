"""The mean of what was measured on the same rows with several seeds, when both are samples."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from hpsearch.statistics.estimate import Estimate, around

#: Student's t below this quantile, and above the opposite one, is outside of a 95 % interval.
UPPER_95 = 0.975


def crossed_mean(differences: NDArray[np.floating[Any]]) -> Estimate:
    """Mean of paired differences with a 95 % interval over seeds and rows at once.

    A difference is a mean, an effect of its seed, an effect of its row, and a rest. The variance of
    the overall mean is estimated by ``s2(seed means) / seeds + s2(row means) / rows``. Each of the
    two holds the variance of the rest, which is thus counted twice: where the rest is all there is,
    the interval is too wide by the root of 2. It reaches as far as Student's t with Satterthwaite's
    degrees of freedom, few where the seeds, often three, make most of the variance. At its worst,
    with about ten times as much variance from seeds as from rows, simulated intervals hold the
    truth in 92 % of cases with three seeds and in 87 % with two.

    Args:
        differences: ``(seeds, rows)``, at least one seed and two rows. With one seed the interval
            is over the rows alone: what another seed would change is not in it.

    Returns:
        In the unit of the differences; an interval without width where all are equal.

    Source: Satterthwaite, An approximate distribution of estimates of variance components
    (Biometrics Bulletin 2, 1946). The variance is that of Cameron, Gelbach and Miller, Robust
    inference with multiway clustering (Journal of Business and Economic Statistics 29, 2011),
    without the subtraction of what is counted twice, which can make it negative.
    """
    table = np.asarray(differences, np.float64)
    value = float(table.mean())
    means = [table.mean(axis=0)]
    if len(table) > 1:
        means.append(table.mean(axis=1))
    parts = [float(group.var(ddof=1)) / len(group) for group in means]
    variance = sum(parts)
    if variance == 0:
        return Estimate(value, value, value)
    squares = (part**2 / (len(group) - 1) for part, group in zip(parts, means, strict=True))
    freedom = variance**2 / sum(squares)
    reach = float(stdtrit(freedom, UPPER_95)) * math.sqrt(variance)
    return Estimate(value, value - reach, value + reach)


def seeds_mean(differences: Sequence[float]) -> Estimate | None:
    """Mean of differences with Student's 95 % interval over the seeds; None of fewer than two."""
    values = np.asarray(differences, np.float64)
    if len(values) < 2:
        return None
    error = float(values.std(ddof=1)) / math.sqrt(len(values))
    return around(float(values.mean()), float(stdtrit(len(values) - 1, UPPER_95)) * error)
