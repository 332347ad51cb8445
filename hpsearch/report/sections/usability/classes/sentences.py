"""What decisions among several classes mean, in sentences that a reader can act on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from hpsearch.evaluation.outcome import Outcome, TestResult
from hpsearch.report.sections.usability.words import say_within_chance
from hpsearch.statistics.calibration import Reliability
from hpsearch.wording import (
    say_count,
    say_interval,
    say_number,
    say_share,
    say_share_estimate,
)


def say_confidence(reference: str, reliability: Reliability) -> Iterator[str]:
    """Whether the probability of the called class can be used, and where it is furthest off."""
    chance = reliability.error_by_chance
    error = (
        f"the expected calibration error of the most probable class is "
        f"{say_number(reliability.error)}; by chance alone a perfectly calibrated model with these "
        f"probabilities shows {say_number(chance.value)} on average, and no more than "
        f"{say_number(chance.high)} in 97.5 % of cases"
    )
    if reliability.within_chance:
        yield say_within_chance(reference, reliability, error)
        return
    furthest = reliability.furthest
    yield f"The probabilities of {reference} are not calibrated: {error}."
    yield (
        f"Furthest off are the rows whose class it gives {say_share(furthest.predicted)} on "
        f"average: for {say_share_estimate(asdict(furthest.observed))} of them that class is "
        "right. Calibrate it before its probabilities are used as such, on rows that it was not "
        "trained on."
    )


def say_ranking(outcome: Outcome, test: TestResult) -> str:
    """How well its probabilities rank the rows, and what that means."""
    task = outcome.task
    measured = test.metrics[task.ranking_metric.name]
    interval = say_interval({"low": measured.low, "high": measured.high})
    return (
        f"Its {task.ranking_metric.label} is {say_number(measured.value)} {interval}. "
        f"{task.say_ranking(measured.value, outcome.data.classes)}"
    )


def say_decisions(accuracy: Mapping[str, Any]) -> str:
    """How often the most probable class is right, and how often one class for all would be.

    Args:
        accuracy: As in the section's values.
    """
    return (
        "A row is called by its most probable class. That is right for "
        f"{say_share_estimate(accuracy['right'])} of the test rows; always predicting the majority "
        f"class, {accuracy['frequent']}, would be right for {say_share(accuracy['of_one_class'])}."
    )


def say_classes(
    classes: Sequence[Mapping[str, Any]], confused: Mapping[str, Any] | None
) -> Iterator[str]:
    """The class that is found least, the one that is called wrongly most, and what is confused.

    Args:
        classes: As in the section's values.
        confused: The first of the pairs there; None where every row is right.
    """
    if confused is None:
        yield "No test row is called by a wrong class."
        return
    found = [entry for entry in classes if entry["recall"]]
    least = min(found, key=lambda entry: entry["recall"]["value"])
    yield (
        f"Class {least['name']} is found least: {say_share_estimate(least['recall'])} of its "
        f"{_rows(least['rows'])} (recall)."
    )
    called = [entry for entry in classes if entry["precision"]]
    wrong = min(called, key=lambda entry: entry["precision"]["value"])
    yield (
        f"Of the {_rows(wrong['called'])} called {wrong['name']}, "
        f"{say_share_estimate(wrong['precision'])} are of that class, the lowest precision."
    )
    never = [entry["name"] for entry in classes if entry["rows"] and not entry["called"]]
    if never:
        yield f"No test row is called {', '.join(never[:5])}."
    yield (
        f"The most frequent mistake: {_rows(confused['rows'])} of class {confused['name']} "
        f"({say_share(confused['share'])} of it) called {confused['called']}."
    )


def _rows(count: int) -> str:
    return f"{say_count(count)} row{'s' if count != 1 else ''}"
