"""Whether the winner's probabilities mean what they say, and what decisions by them are worth."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np

from hpsearch.analysis.absences import explain_unmeasured
from hpsearch.evaluation.outcome import Outcome, TestResult
from hpsearch.report.sections.usability.drawing import calibration_curve, roc_curve, score_histogram
from hpsearch.statistics.calibration import DRAWS, Calibration, estimate_share
from hpsearch.statistics.estimate import Estimate
from hpsearch.tasks.task import Task
from hpsearch.wording import say_count, say_interval, say_number, say_share

TITLE = "Is the winner usable?"

#: False positive rates for which the table of the ROC says what is found.
RATES = (0.01, 0.05, 0.1, 0.2, 0.5)

#: Ranges of the probability in the table of scores.
RANGES = 5


def values(outcome: Outcome) -> Mapping[str, Any] | str:
    """Calibration, ROC, decisions and scores of the tested model; each with sentences."""
    test = outcome.test
    if test is None:
        return explain_unmeasured(outcome)
    found = test.calibration
    decisions, ranges = _decisions(found), _ranges(found)
    return {
        "reference": test.reference,
        "said": {
            "probabilities": list(_say_calibration(test.reference, found)),
            "ranking": _say_ranking(outcome.task, test),
            "decisions": list(_say_decisions(outcome, found, decisions)),
            "scores": _say_scores(ranges),
        },
        "calibration": {
            "bins": [asdict(one) for one in found.bins],
            "error": found.error,
            "error_by_chance": asdict(found.error_by_chance),
            "within_chance": within_chance(found),
            "draws": DRAWS,
        },
        "roc": {"points": found.roc, "found": _found(found)},
        "decisions": decisions,
        "scores": {"bars": found.scores, "ranges": ranges},
    }


def answer(values: Mapping[str, Any]) -> str:
    """Whether the probabilities can be taken as they are."""
    return str(values["said"]["probabilities"][0])


def applies(task: Task) -> bool:
    """To tasks whose predictions are probabilities of one label."""
    return task.outputs == 1 and task.output_name == "probability"


def figures(outcome: Outcome, values: Mapping[str, Any]) -> Mapping[str, Callable[[], str]]:
    """``calibration``, ``roc`` and ``scores``."""
    del outcome
    threshold = values["decisions"]["threshold"]
    return {
        "calibration": partial(calibration_curve, values["calibration"]["bins"]),
        "roc": partial(roc_curve, values["roc"]["points"], values["decisions"]),
        "scores": partial(score_histogram, values["scores"]["bars"], threshold),
    }


def within_chance(found: Calibration) -> bool:
    """Whether a perfectly calibrated model might well show such an error, or a larger one.

    It shows a larger one than the upper end in 2.5 % of cases, which is how often this errs.
    """
    return found.error <= found.error_by_chance.high


def _decisions(found: Calibration) -> dict[str, Any]:
    """Shares with intervals; None where no row was called 1, or 0."""
    (right_zeros, wrong_ones), (wrong_zeros, right_ones) = found.confusion
    zeros, ones = right_zeros + wrong_ones, wrong_zeros + right_ones
    return {
        "threshold": found.threshold,
        "confusion": found.confusion,
        "accuracy": asdict(estimate_share(right_zeros + right_ones, zeros + ones)),
        "accuracy_of_one_label": max(zeros, ones) / (zeros + ones),
        "called_one": _share(right_ones, right_ones + wrong_ones),
        "called_zero": _share(right_zeros, right_zeros + wrong_zeros),
        "found_ones": _share(right_ones, ones),
        "found_zeros": _share(right_zeros, zeros),
    }


def _share(part: int, whole: int) -> dict[str, Any] | None:
    return asdict(estimate_share(part, whole)) if whole else None


def _found(found: Calibration) -> list[dict[str, float]]:
    """True positive rates at a few false positive rates, on straight lines between the points."""
    false, true = np.array(found.roc).T
    return [
        {"false_positives": rate, "true_positives": float(np.interp(rate, false, true))}
        for rate in RATES
    ]


def _ranges(found: Calibration) -> list[dict[str, Any]]:
    """Rows by label in ``RANGES`` equal ranges of the probability."""
    zeros, ones = (np.reshape(bars, (RANGES, -1)).sum(axis=1).tolist() for bars in found.scores)
    return [
        {"low": place / RANGES, "high": (place + 1) / RANGES, "zeros": zero, "ones": one}
        for place, (zero, one) in enumerate(zip(zeros, ones, strict=True))
    ]


def _say_calibration(reference: str, found: Calibration) -> Iterator[str]:
    chance = found.error_by_chance
    told = (
        f"the expected calibration error is {say_number(found.error)}; by chance alone a perfectly "
        f"calibrated model with these scores shows {say_number(chance.value)} on average, and no "
        f"more than {say_number(chance.high)} in 97.5 % of cases"
    )
    if within_chance(found):
        yield f"The probabilities of {reference} can be taken as they are: {told}."
        return
    furthest = max(found.bins, key=lambda one: one.rows * abs(one.predicted - one.observed.value))
    yield f"The probabilities of {reference} are not calibrated: {told}."
    yield (
        f"Furthest off are the rows for which it says {say_share(furthest.predicted)} on average: "
        f"{_say_estimate(furthest.observed)} of them have label 1. Calibrate it before its "
        "probabilities are used as such, on rows that it was not trained on; that leaves its "
        "ranking as it is."
    )


def _say_ranking(task: Task, test: TestResult) -> str:
    area = test.metrics[task.ranking_metric.name]
    interval = say_interval({"low": area.low, "high": area.high})
    return (
        f"Its AUC is {say_number(area.value)} {interval}: of two rows of different labels it "
        f"puts that of label 1 higher in {say_share(area.value)} of cases."
    )


def _say_decisions(
    outcome: Outcome, found: Calibration, decisions: Mapping[str, Any]
) -> Iterator[str]:
    (_, wrong_ones), (wrong_zeros, right_ones) = found.confusion
    yield (
        f"A row is called 1 from a probability of {say_number(found.threshold)} on, the threshold "
        f"of best accuracy on the {say_count(outcome.data.validation_rows)} validation rows. That "
        f"is right for {_say_share(decisions['accuracy'])} of the test rows; always predicting "
        "the majority class would be right for "
        f"{say_share(decisions['accuracy_of_one_label'])}."
    )
    if decisions["called_one"] is None:
        yield "No test row is called 1."
    else:
        yield (
            f"Of the {say_count(wrong_ones + right_ones)} rows that are called 1, "
            f"{_say_share(decisions['called_one'])} have label 1 (precision)."
        )
    yield (
        f"Of the {say_count(wrong_zeros + right_ones)} rows of label 1, "
        f"{_say_share(decisions['found_ones'])} are found (recall)."
    )


def _say_scores(ranges: Sequence[Mapping[str, Any]]) -> str:
    rows = [one["zeros"] + one["ones"] for one in ranges]
    middle = ranges[RANGES // 2]
    return (
        f"For {say_share(rows[RANGES // 2] / sum(rows))} of the test rows its probability is "
        f"between {middle['low']:.1f} and {middle['high']:.1f}, which decides little."
    )


def _say_share(estimate: Mapping[str, float]) -> str:
    return _say_estimate(Estimate(**estimate))


def _say_estimate(one: Estimate) -> str:
    return f"{say_share(one.value)} [{say_share(one.low)}, {say_share(one.high)}]"
