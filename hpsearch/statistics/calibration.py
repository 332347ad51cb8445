"""Whether a model's probabilities mean what they say, and what its scores decide."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpsearch.statistics.estimate import Estimate
from hpsearch.study.weights import Costs, ThresholdRule
from hpsearch.tasks.metric import Vector

Array = NDArray[np.float64]

#: Bins of the calibration curve: 1,000 rows each of 10,000 leave a Wilson interval of +-0.03.
BINS = 10

#: Bars of the histogram of scores.
BARS = 20

POINTS = 201

#: Where chance alone makes a larger calibration error than this, the error tells nothing.
TELLING = 0.2

#: Label sets that a perfectly calibrated model is given, to see the error that chance alone makes.
DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows of like probability: its mean, and the share for which it came true.

    That share has a Wilson interval.
    """

    predicted: float
    observed: Estimate
    rows: int


@dataclass(frozen=True, slots=True)
class Reliability:
    """Whether what a model says is likely happens as often as it says.

    Attributes:
        bins: Of equal numbers of rows, ascending.
        error: Expected calibration error: mean over rows of a bin's ``|observed - predicted|``.
        error_by_chance: The same of a perfectly calibrated model with these probabilities on as
            many rows, whose events are drawn from them: mean and 95 % range. Above 0, as finite
            bins never match exactly.
    """

    bins: tuple[Bin, ...]
    error: float
    error_by_chance: Estimate

    @property
    def within_chance(self) -> bool:
        """Whether a perfectly calibrated model might well show such an error, or a larger one.

        It shows a larger one than the upper end in 2.5 % of cases, which is how often this errs.
        """
        return self.error <= self.error_by_chance.high

    @property
    def tells(self) -> bool:
        """Whether there are so many rows that an error within chance is a small one."""
        return self.error_by_chance.high <= TELLING

    @property
    def furthest(self) -> Bin:
        """The bin that adds most to the error, the first of equals."""
        return max(
            self.bins, key=lambda bin_: bin_.rows * abs(bin_.predicted - bin_.observed.value)
        )


@dataclass(frozen=True, slots=True)
class Calibration(Reliability):
    """What the probabilities of label 1 are worth on held-out rows.

    Attributes:
        roc: Points (false positive rate, true positive rate) from (0, 0) to (1, 1), thinned evenly
            to at most 201.
        threshold: Probability from which a row is called 1; chosen on the validation rows.
        rule: By what it was chosen.
        confusion: Rows by (label, called): ``((true negatives, false positives), (false negatives,
            true positives))``.
        scores: Rows of label 0, and of label 1, in equal bins of the probability from 0 to 1.
    """

    roc: tuple[tuple[float, float], ...]
    threshold: float
    confusion: tuple[tuple[int, int], tuple[int, int]]
    scores: tuple[tuple[int, ...], tuple[int, ...]]
    rule: ThresholdRule = "accuracy"


def choose_threshold(
    labels: Vector,
    probabilities: Vector,
    rule: ThresholdRule = "accuracy",
    weights: Vector | None = None,
) -> float:
    """The probability from which a row is called 1 so that the validation rows fare best.

    Of several that are equally good, the middle one by rank is taken (the upper of the two in the
    middle), as the ends are the likelier ones to be good by chance alone. It is one of the rows'
    own probabilities, or just above the highest where calling every row 0 is best.

    Args:
        labels: 0 or 1, ``(rows,)``.
        probabilities: Of label 1, ``(rows,)``.
        rule: What is best: the most rows that are right, the highest F1 of label 1, or the least
            cost of all mistakes together.
        weights: What each row counts, ``(rows,)``; None where all count alike.
    """
    levels, inverse = np.unique(np.asarray(probabilities, dtype=np.float64), return_inverse=True)
    counts = np.ones(len(inverse)) if weights is None else np.asarray(weights, np.float64)
    ones = np.bincount(inverse, weights=counts * (labels == 1))
    zeros = np.bincount(inverse, weights=counts * (labels != 1))
    missed, false = (np.concatenate([[0], np.cumsum(part)]) for part in (ones, zeros))
    false = zeros.sum() - false  # at each threshold, those of label 0 that are called 1
    worth = _worth(rule, missed, false, float(ones.sum()))
    best = np.flatnonzero(worth == worth.max())
    return float(np.append(levels, np.nextafter(levels[-1], np.inf))[best[len(best) // 2]])


def _worth(rule: ThresholdRule, missed: Array, false: Array, ones: float) -> Array:
    """What a threshold is worth by its mistakes, ``(thresholds,)``; the highest is best.

    Args:
        missed: Rows of label 1 that are called 0.
        false: Rows of label 0 that are called 1.
        ones: Rows of label 1.
    """
    match rule:
        case "accuracy":
            return -(missed + false)
        case "f1":
            found = ones - missed
            return np.asarray(2 * found / (found + false + ones))
        case Costs():
            return -(rule.false_negative * missed + rule.false_positive * false)


def calibrate(
    labels: Vector,
    probabilities: Vector,
    threshold: float,
    *,
    rule: ThresholdRule = "accuracy",
    seed: int = 0,
) -> Calibration:
    """What a model's probabilities are worth on held-out rows.

    Args:
        labels: 0 or 1, ``(rows,)``, both present.
        probabilities: Of label 1, ``(rows,)``, finite.
        threshold: From ``choose_threshold`` on other rows, by ``rule``.
        seed: Of the labels that a perfectly calibrated model is given.
    """
    y = np.asarray(labels, dtype=np.float64)
    p = np.asarray(probabilities, dtype=np.float64)
    reliability = measure_reliability(y, p, seed=seed)
    heights = [np.histogram(p[y == label], BARS, (0.0, 1.0))[0].tolist() for label in (0, 1)]
    return Calibration(
        bins=reliability.bins,
        error=reliability.error,
        error_by_chance=reliability.error_by_chance,
        roc=_roc(y, p),
        threshold=threshold,
        confusion=(_called(p[y == 0], threshold), _called(p[y == 1], threshold)),
        scores=(tuple(heights[0]), tuple(heights[1])),
        rule=rule,
    )


def measure_reliability(events: Vector, probabilities: Vector, *, seed: int = 0) -> Reliability:
    """How often what was given a probability came true.

    Bins hold equal numbers of rows as nearly as ties allow: rows of equal probability are never
    parted, and a bin that is left without rows is not there.

    Args:
        events: 1 where it came true, otherwise 0, ``(rows,)``.
        probabilities: ``(rows,)``, finite.
        seed: Of the events that a perfectly calibrated model is given.

    Source: Guo et al., On Calibration of Modern Neural Networks (2017), for the error; Broecker and
    Smith, Increasing the Reliability of Reliability Diagrams (2007), for that of chance; Wilson
    (1927) for the intervals of the shares.
    """
    y = np.asarray(events, dtype=np.float64)
    p = np.asarray(probabilities, dtype=np.float64)
    place = _places(p)
    rows = np.bincount(place)
    came_true, predicted = np.bincount(place, weights=y), np.bincount(place, weights=p) / rows
    return Reliability(
        bins=tuple(
            Bin(float(mean), estimate_share(int(count), int(size)), int(size))
            for mean, count, size in zip(predicted, came_true, rows, strict=True)
        ),
        error=_error(place, y - p),
        error_by_chance=_by_chance(place, p, seed),
    )


def estimate_share(ones: int, rows: int) -> Estimate:
    """Share of so many of ``rows``, at least one, with Wilson's 95 % interval."""
    from scipy.stats import binomtest  # half a second, and only a test needs it

    interval = binomtest(ones, rows).proportion_ci(confidence_level=0.95, method="wilson")
    return Estimate(ones / rows, float(interval.low), float(interval.high))


def _places(probabilities: Array) -> NDArray[np.intp]:
    """The bin of each row, from 0 without gaps: by the middle rank of those of its probability."""
    _, inverse, counts = np.unique(probabilities, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2
    bins = (middle * BINS / len(probabilities)).astype(np.intp)
    return np.unique(bins, return_inverse=True)[1][inverse]


def _error(place: NDArray[np.intp], residuals: Array) -> float:
    """Expected calibration error of rows that are ``residuals`` above their probability."""
    return float(np.abs(np.bincount(place, weights=residuals)).sum() / len(place))


def _by_chance(place: NDArray[np.intp], probabilities: Array, seed: int) -> Estimate:
    rng = np.random.default_rng(seed)
    errors = [
        _error(place, (rng.random(len(place)) < probabilities) - probabilities)
        for _ in range(DRAWS)
    ]
    low, high = np.quantile(errors, (0.025, 0.975))
    return Estimate(float(np.mean(errors)), float(low), float(high))


def _called(probabilities: Array, threshold: float) -> tuple[int, int]:
    """Rows that are called 0, and that are called 1."""
    ones = int((probabilities >= threshold).sum())
    return len(probabilities) - ones, ones


def _roc(labels: Array, probabilities: Array) -> tuple[tuple[float, float], ...]:
    levels, inverse = np.unique(-probabilities, return_inverse=True)
    ones = np.cumsum(np.bincount(inverse, weights=labels))
    zeros = np.cumsum(np.bincount(inverse, weights=1 - labels))
    rates = np.stack([zeros / zeros[-1], ones / ones[-1]], axis=1)
    points = np.concatenate([[[0.0, 0.0]], rates])
    kept = np.unique(np.linspace(0, len(levels), POINTS).round().astype(np.intp))
    return tuple((float(false), float(true)) for false, true in points[kept])
