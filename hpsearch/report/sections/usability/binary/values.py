"""Calibration, ranking, decisions and scores of the tested model."""

from dataclasses import asdict
from typing import Any

import numpy as np

from hpsearch.evaluation.outcome import Outcome, TestResult
from hpsearch.report.classes import ClassNames
from hpsearch.report.scarcity import say_few, scarcity_of
from hpsearch.report.section import Values
from hpsearch.report.sections.usability.binary.sentences import (
    say_calibration,
    say_decisions,
    say_ranking,
    say_scores,
)
from hpsearch.report.threshold import say_rule
from hpsearch.statistics.calibration import DRAWS, Calibration, estimate_share

#: False positive rates for which the table of the ROC says what is found.
RATES = (0.01, 0.05, 0.1, 0.2, 0.5)

#: Ranges of the probability in the table of scores.
RANGES = 5


def read_values(outcome: Outcome, test: TestResult, calibration: Calibration) -> Values:
    """Calibration, ROC, decisions and scores of the tested model; each with sentences."""
    names = ClassNames(outcome.data.classes)
    decisions, ranges = _decisions(calibration), _ranges(calibration)
    return {
        "reference": test.reference,
        "said": {
            "probabilities": list(say_calibration(test.reference, names, calibration)),
            "ranking": say_ranking(outcome.task, names, test),
            "decisions": [
                *say_decisions(outcome, names, calibration, decisions),
                *say_few(scarcity_of(outcome.data)),
            ],
            "scores": say_scores(ranges),
        },
        "calibration": {
            "bins": [asdict(bin_) for bin_ in calibration.bins],
            "error": calibration.error,
            "error_by_chance": asdict(calibration.error_by_chance),
            "within_chance": calibration.within_chance,
            "draws": DRAWS,
        },
        "roc": {"points": calibration.roc, "found": _true_positives(calibration)},
        "decisions": decisions,
        "scores": {"bars": calibration.scores, "ranges": ranges},
    }


def _decisions(calibration: Calibration) -> dict[str, Any]:
    """Shares with intervals; None where no row was called 1, or 0."""
    (right_zeros, wrong_ones), (wrong_zeros, right_ones) = calibration.confusion
    zeros, ones = right_zeros + wrong_ones, wrong_zeros + right_ones
    return {
        "threshold": calibration.threshold,
        "threshold_of": say_rule(calibration.rule),
        "confusion": calibration.confusion,
        "accuracy": asdict(estimate_share(right_zeros + right_ones, zeros + ones)),
        "accuracy_of_one_label": max(zeros, ones) / (zeros + ones),
        "called_one": _share(right_ones, right_ones + wrong_ones),
        "called_zero": _share(right_zeros, right_zeros + wrong_zeros),
        "found_ones": _share(right_ones, ones),
        "found_zeros": _share(right_zeros, zeros),
    }


def _share(part: int, whole: int) -> dict[str, Any] | None:
    return asdict(estimate_share(part, whole)) if whole else None


def _true_positives(calibration: Calibration) -> list[dict[str, float]]:
    """True positive rates at a few false positive rates, on straight lines between the points."""
    false, true = np.array(calibration.roc).T
    return [
        {"false_positives": rate, "true_positives": float(np.interp(rate, false, true))}
        for rate in RATES
    ]


def _ranges(calibration: Calibration) -> list[dict[str, Any]]:
    """Rows by label in ``RANGES`` equal ranges of the probability."""
    zeros, ones = (
        np.reshape(bars, (RANGES, -1)).sum(axis=1).tolist() for bars in calibration.scores
    )
    return [
        {
            "low": place / RANGES,
            "high": (place + 1) / RANGES,
            "zeros": count_zeros,
            "ones": count_ones,
        }
        for place, (count_zeros, count_ones) in enumerate(zip(zeros, ones, strict=True))
    ]
