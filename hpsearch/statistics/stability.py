"""Would another trial have won? Rankings over resampled rows and over single seeds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpsearch.statistics.estimate import Estimate

Array = NDArray[np.floating[Any]]

DRAWS = 1_000

#: Rows of resamples that are in memory at a time, 80 MB: few and large products, as each waits for
#: all of BLAS's threads, which takes long where other processes have the cores.
BLOCK = 10_000_000

#: Bits of a whole number that float64 holds exactly, less one to be safe.
EXACT_BITS = 52

#: Standard errors on either side of a normal 95 % interval.
NORMAL_95 = 1.96

#: Trials after the best that it is compared with to know how row losses differ.
COMPARED = 9


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """The choice of the best trial, made again on bootstrap resamples of the rows.

    Attributes:
        best: Which trial is best on all rows, and its mean loss there, ``value``.
        shares: Share of the resamples in which each trial is best, float64 ``(trials,)``.
        corrected: Loss on new rows of what such a choice finds.
    """

    best: int
    value: float
    shares: Array
    corrected: Estimate

    @property
    def luck(self) -> float:
        """How much choosing on these rows flatters the best."""
        return self.corrected.value - self.value


@dataclass(frozen=True, slots=True)
class RowsNeeded:
    """How many validation rows tell two good trials apart.

    Attributes:
        rows: How many there are.
        deviation: Median standard deviation over rows of the paired difference in loss between the
            best trial and each of the next.
        needed: Rows on which the 95 % interval of such a difference is ``resolution`` to either
            side.
        resolved: What the interval is to either side on the rows there are.
    """

    rows: int
    deviation: float
    needed: int
    resolved: float

    @property
    def enough(self) -> bool:
        """Whether there are as many as needed."""
        return self.rows >= self.needed


def resample_rows(losses: Array, *, draws: int = DRAWS, seed: int = 0) -> Resampled:
    """Choose the best trial on resamples of the rows, and measure it on the rows left out.

    The rows left out took no part in the choice, so the mean over the resamples is free of its
    luck; what is known before the rows are seen, as the epoch at which a trial was stopped, it
    does not correct. The trials stand for the networks that they are: luck of seeds is not in it.

    Args:
        losses: Loss of each row ``(trials, rows)``; of equal trials the first is best.
        draws: Resamples; a share of one half moves by 0.016 at 1,000.

    Returns:
        Shares, and the corrected value with the percentile interval of the rows left out, which is
        too wide rather than too narrow, as only 37 % of the rows are left out of a resample. Where
    trials truly differ the luck is estimated a little too large, as a resample tells them apart
    less well than all rows do.

    Source: Tsamardinos, Greasidou and Borboudakis, Bootstrapping the out-of-sample predictions for
    efficient and accurate cross-validation (Machine Learning 107, 2018), BBC-CV.
    """
    losses = np.asarray(losses, np.float64)
    trials, rows = losses.shape
    rng = np.random.default_rng(seed)
    chosen = np.zeros(draws, np.intp)
    outside = np.full(draws, np.nan)
    whole = _whole_numbers(losses)
    step = max(BLOCK // rows, 1)
    for start in range(0, draws, step):
        block = range(start, min(start + step, draws))
        counts = np.stack(
            [np.bincount(rng.integers(0, rows, rows), minlength=rows) for _ in block]
        ).astype(np.float64)
        chosen[block.start : block.stop] = (counts @ whole.T).argmin(axis=1)
        for draw, drawn in zip(block, counts, strict=True):
            left_out = losses[chosen[draw], drawn == 0]
            if len(left_out):  # a handful of rows may all be drawn
                outside[draw] = left_out.mean()
    means = losses.mean(axis=1)
    best = int(means.argmin())
    outside = outside[np.isfinite(outside)]
    low, high = np.quantile(outside, (0.025, 0.975))
    return Resampled(
        best=best,
        value=float(means[best]),
        shares=np.bincount(chosen, minlength=trials) / draws,
        corrected=Estimate(float(outside.mean()), float(low), float(high)),
    )


def _whole_numbers(losses: Array) -> Array:
    """Losses as multiples of a unit so small that no choice depends on it, and sums are exact.

    A sum of whole numbers below 2^53 is exact in whatever order BLAS and its threads add them up,
    so that the same trial is chosen on every machine. The unit is some 1e-9 of the largest loss.
    """
    largest = float(np.abs(losses).max()) * losses.shape[1] or 1.0
    return np.asarray(np.rint(losses * 2.0 ** math.floor(EXACT_BITS - math.log2(largest))))


def first_by_one_seed(values: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Chance of each configuration to lead if one of its seeds, drawn evenly, stood for it.

    Args:
        values: Of each configuration's seeds; infinite where one diverged. Of equal values
            that of the earlier configuration leads.

    Returns:
        Exact over all combinations of seeds; they add up to 1.
    """
    chances = []
    for place, seeds in enumerate(values):
        total = 0.0
        for value in seeds:
            earlier = [_share([v > value for v in rival]) for rival in values[:place]]
            later = [_share([v >= value for v in rival]) for rival in values[place + 1 :]]
            total += math.prod(earlier) * math.prod(later)
        chances.append(total / len(seeds))
    return tuple(chances)


def rows_needed(losses: Array, resolution: float) -> RowsNeeded:
    """How many rows it takes to tell the best trial from one that is ``resolution`` worse.

    Args:
        losses: Loss of each row ``(trials, rows)``, at least two of each. The best trial
            is compared with the next nine, or as many as there are.
        resolution: The smallest difference that matters, in the losses' unit.

    Source: the normal interval of a mean of paired differences, ``1.96 s / sqrt(rows)``, solved for
    the rows.
    """
    losses = np.asarray(losses, np.float64)
    ranked = losses[np.argsort(losses.mean(axis=1), kind="stable")[: COMPARED + 1]]
    deviation = float(np.median((ranked[1:] - ranked[0]).std(axis=1, ddof=1)))
    rows = losses.shape[1]
    return RowsNeeded(
        rows=rows,
        deviation=deviation,
        needed=math.ceil((NORMAL_95 * deviation / resolution) ** 2),
        resolved=NORMAL_95 * deviation / math.sqrt(rows),
    )


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags)
