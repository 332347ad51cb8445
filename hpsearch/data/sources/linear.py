"""Simulated linear regression in high dimension, with more columns than rows to learn from.

The target is a small weighted sum of standard normal columns, so that a linear model without a
penalty fits a few train rows and no others, and weight decay helps.

Source: Zhang, Lipton, Li and Smola, Dive into Deep Learning, section on weight decay.
"""

import numpy as np

from hpsearch.data.sources.source import Request, Source
from hpsearch.data.table import Origin, Table
from hpsearch.errors import UsageError

__all__ = ["COLUMNS", "LINEAR", "simulate"]

COLUMNS = 200

#: The target is ``BIAS + sum(WEIGHT * x) + noise`` with so much noise, a standard deviation.
BIAS, WEIGHT, NOISE = 0.05, 0.01, 0.01

STREAM = 2020_3_7  # sets these random numbers apart from all others of the same seed


def simulate(rows: int, *, seed: int) -> Table:
    """The first ``rows`` of an endless, seeded series of rows: fewer are a prefix of more.

    Args:
        rows: At least 1.
        seed: Where all randomness begins; 0 is a seed.

    Returns:
        200 features, float64, and float64 labels.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(STREAM,)))
    drawn = rng.standard_normal((rows, COLUMNS + 1))
    features, noise = drawn[:, :COLUMNS], NOISE * drawn[:, COLUMNS]
    labels = BIAS + WEIGHT * features.sum(axis=1) + noise
    names = tuple(f"x{column}" for column in range(1, COLUMNS + 1))
    description = f"{rows:,} simulated rows of a linear regression (seed {seed})"
    return Table.of_numbers(features, labels, names, Origin("linear", description, simulated=True))


def _read(request: Request) -> Table:
    if request.task.classification:
        raise UsageError(
            f"data.source = 'linear' has numbers to predict, and data.task is "
            f"{request.task.name!r}; set data.task to 'regression'"
        )
    table = simulate(request.rows, seed=request.seed)
    request.progress(len(table), len(table))
    return table


LINEAR = Source("linear", takes_file=False, simulated=True, read=_read)
