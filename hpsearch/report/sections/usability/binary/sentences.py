"""What calibration, ranking and decisions mean, in sentences that a reader can act on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from hpsearch.evaluation.outcome import Outcome, TestResult
from hpsearch.report.classes import ClassNames
from hpsearch.report.sections.usability.words import say_within_chance
from hpsearch.report.threshold import say_rule
from hpsearch.statistics.calibration import Calibration
from hpsearch.tasks.task import Task
from hpsearch.wording import (
    say_count,
    say_interval,
    say_number,
    say_share,
    say_share_estimate,
)


def say_calibration(reference: str, names: ClassNames, calibration: Calibration) -> Iterator[str]:
    """Whether the probabilities can be used, and where they are furthest off."""
    chance = calibration.error_by_chance
    error = (
        f"the expected calibration error is {say_number(calibration.error)}; by chance alone a "
        f"perfectly calibrated model with these scores shows {say_number(chance.value)} on "
        f"average, and no more than {say_number(chance.high)} in 97.5 % of cases"
    )
    if calibration.within_chance:
        yield say_within_chance(reference, calibration, error)
        return
    furthest = calibration.furthest
    yield f"The probabilities of {reference} are not calibrated: {error}."
    yield (
        f"Furthest off are the rows for which it says {say_share(furthest.predicted)} on average: "
        f"{say_share_estimate(asdict(furthest.observed))} of them {names.have(1)}. Calibrate "
        "it "
        "before its probabilities are used as such, on rows that it was not trained on; its "
        "ranking stays as it is."
    )


def say_ranking(task: Task, names: ClassNames, test: TestResult) -> str:
    """The AUC and what it means."""
    area = test.metrics[task.ranking_metric.name]
    interval = say_interval({"low": area.low, "high": area.high})
    return (
        f"Its AUC is {say_number(area.value)} {interval}: of two rows of different "
        f"{'classes' if names.names else 'labels'} it puts that of {names.rows(1)} higher in "
        f"{say_share(area.value)} of cases."
    )


def say_decisions(
    outcome: Outcome, names: ClassNames, calibration: Calibration, decisions: Mapping[str, Any]
) -> Iterator[str]:
    """The threshold and its accuracy, precision and recall.

    Args:
        decisions: As in the section's values.
    """
    (_, wrong_ones), (wrong_zeros, right_ones) = calibration.confusion
    yield (
        f"A row is called {names.call(1)} from a probability of "
        f"{say_number(calibration.threshold)} on, the threshold of {say_rule(calibration.rule)} on "
        f"the {say_count(outcome.data.validation_rows)} validation rows. That is right for "
        f"{say_share_estimate(decisions['accuracy'])} of the test rows; always predicting the "
        "majority class would be right for "
        f"{say_share(decisions['accuracy_of_one_label'])}."
    )
    if decisions["called_one"] is None:
        yield f"No test row is called {names.call(1)}."
    else:
        yield (
            f"Of the {say_count(wrong_ones + right_ones)} rows that are called {names.call(1)}, "
            f"{say_share_estimate(decisions['called_one'])} {names.have(1)} (precision)."
        )
    yield (
        f"Of the {say_count(wrong_zeros + right_ones)} rows of {names.rows(1)}, "
        f"{say_share_estimate(decisions['found_ones'])} are found (recall)."
    )


def say_scores(ranges: Sequence[Mapping[str, Any]]) -> str:
    """How many rows have a probability that decides little.

    Args:
        ranges: As in the section's values, an odd number of them.
    """
    rows = [range_["zeros"] + range_["ones"] for range_ in ranges]
    place = len(ranges) // 2
    middle = ranges[place]
    return (
        f"For {say_share(rows[place] / sum(rows))} of the test rows its probability is "
        f"between {middle['low']:.1f} and {middle['high']:.1f}, which decides little."
    )
