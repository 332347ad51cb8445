"""Errors of the tested model's predictions: bias, size, and where they are large."""

from dataclasses import asdict
from typing import Any

from hpsearch.evaluation.outcome import Outcome, TestResult
from hpsearch.report.section import Values
from hpsearch.report.sections.usability.numbers.sentences import (
    say_bias,
    say_explained,
    say_furthest,
    say_sizes,
    say_spread_by_prediction,
)
from hpsearch.statistics.residuals import Residuals
from hpsearch.wording import digits_of


def read_values(outcome: Outcome, test: TestResult, residuals: Residuals) -> Values:
    """Bias, sizes and places of the errors; each with sentences."""
    digits = digits_for(residuals)
    furthest = say_furthest(residuals, digits)
    said: dict[str, Any] = {
        "errors": [
            say_sizes(test.reference, residuals, digits),
            say_explained(outcome.task, test),
            say_bias(residuals, digits),
        ],
        "places": [say_spread_by_prediction(residuals, digits), *([furthest] if furthest else [])],
    }
    return {
        "reference": test.reference,
        "said": said,
        "digits": digits,
        "bias": asdict(residuals.bias),
        "spread": residuals.spread,
        "target": {"mean": residuals.target[0], "deviation": residuals.target[1]},
        "bins": [asdict(bin_) for bin_ in residuals.bins],
        "within": [{"error": error, "share": asdict(share)} for error, share in residuals.within],
        "reached": [{"share": share, "error": error} for share, error in residuals.reached],
        "points": residuals.points,
    }


def digits_for(residuals: Residuals) -> int:
    """Decimals of numbers in the target's own unit."""
    return digits_of(residuals.target[1] or 1.0)
