"""Intervals of what few rows measured: a bootstrap alone makes them too narrow."""

import math

from scipy.special import stdtrit

from hpsearch.statistics.calibration import estimate_share
from hpsearch.statistics.estimate import Estimate

__all__ = ["bounded", "never_else", "student_95", "widened"]

#: Standard errors on either side of a normal 95 % interval, exactly.
NORMAL = 1.959963984540054


def student_95(freedom: float) -> float:
    """Standard errors on either side of Student's 95 % interval, for degrees of freedom above 0."""
    return float(stdtrit(freedom, 0.975))


def widened(estimate: Estimate, rows: int) -> Estimate:
    """A percentile bootstrap interval over so many rows, each end moved away from the value.

    A resample's variance is too small by ``(rows - 1) / rows``, and its percentiles are normal ones
    where Student's are due. Both together are a factor of 9.2 for 2 rows, 1.87 for 4, 1.22 for 10,
    1.02 for 100 and 1.0004 for 5,000. Of rows with long tails the interval is still too narrow.

    Args:
        rows: At least two.

    Source: Hesterberg, What Teachers Should Know About the Bootstrap (The American Statistician 69,
    2015), on narrowness bias, whose expanded percentiles are this factor for a normal statistic.
    """
    factor = student_95(rows - 1) / NORMAL * math.sqrt(rows / (rows - 1))
    value = estimate.value
    low, high = (value + factor * (end - value) for end in (estimate.low, estimate.high))
    return Estimate(value, low, high)


def never_else(estimate: Estimate, rows: int) -> Estimate:
    """A share of 0 or 1 that no resample changes, with Wilson's interval of so many rows.

    Where all rows are right every resample says so, whereas one more row might not be. Any other
    estimate is left as it is.

    Args:
        rows: Those that the share counts, at least one.
    """
    value = estimate.value
    if value not in (0.0, 1.0) or not estimate.low == value == estimate.high:
        return estimate
    return estimate_share(round(value * rows), rows)


def bounded(estimate: Estimate, low: float, high: float) -> Estimate:
    """An estimate whose interval has no values that its quantity can't have."""
    return Estimate(estimate.value, max(estimate.low, low), min(estimate.high, high))
