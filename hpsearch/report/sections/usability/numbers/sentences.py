"""What the errors of predicted numbers mean, in sentences that a reader can act on."""

from dataclasses import asdict

from hpsearch.evaluation.outcome import TestResult
from hpsearch.statistics.residuals import Residuals
from hpsearch.tasks.task import Task
from hpsearch.wording import (
    first_upper,
    say_count,
    say_interval,
    say_number,
    say_share,
    say_signed,
    say_spread,
)

#: How many times larger the spread of one bin must be than that of another to be told.
APART = 2.0


def say_sizes(reference: str, residuals: Residuals, digits: int) -> str:
    """How close predictions are, beside how much the true values vary."""
    errors = dict(residuals.reached)
    mean, deviation = residuals.target
    return (
        f"{first_upper(reference)} is within {say_number(errors[0.5], digits)} of the true value "
        f"for half of the test rows, and within {say_number(errors[0.9], digits)} for nine in ten; "
        f"true values are {say_spread(mean, deviation, digits)} (mean ± standard deviation)."
    )


def say_explained(task: Task, test: TestResult) -> str:
    """The metric that tells whether it has learned anything, and what it means."""
    measured = test.metrics[task.ranking_metric.name]
    interval = say_interval({"low": measured.low, "high": measured.high})
    return (
        f"Its {task.ranking_metric.label} is {say_number(measured.value)} {interval}. "
        f"{task.say_ranking(measured.value, ())}"
    )


def say_bias(residuals: Residuals, digits: int) -> str:
    """Whether it predicts too much or too little on average."""
    bias = residuals.bias
    value = f"{say_signed(bias.value, digits)} {say_interval(asdict(bias), digits)}"
    if not bias.excludes_zero:
        return (
            f"On average it predicts neither too much nor too little: predicted less true is "
            f"{value}, indistinguishable from 0."
        )
    much, way_out = ("much", "subtract") if bias.value > 0 else ("little", "add")
    return (
        f"On average it predicts too {much}: predicted less true is {value}. What should be right "
        f"on average, such as a sum over rows, needs a correction: {way_out} that much."
    )


def say_spread_by_prediction(residuals: Residuals, digits: int) -> str:
    """Whether errors are larger for some predictions than for others."""
    if len(residuals.bins) == 1:
        rows = residuals.bins[0].rows
        return f"{say_count(rows)} test rows are too few to tell where its errors are large."
    ranked = sorted(residuals.bins, key=lambda bin_: bin_.spread)
    least, most = ranked[0], ranked[-1]
    if most.spread < APART * least.spread or most.spread == 0:
        return (
            "Its errors are about as large for small predictions as for large ones: their standard "
            f"deviation is between {say_number(least.spread, digits)} and "
            f"{say_number(most.spread, digits)} in every bin of the table."
        )
    return (
        "How large its errors are depends on what it predicts: their standard deviation is "
        f"{say_number(most.spread, digits)} where it predicts "
        f"{say_number(most.predicted, digits)} on average, and {say_number(least.spread, digits)} "
        f"where it predicts {say_number(least.predicted, digits)}. One ± for all rows would "
        "mislead."
    )


def say_furthest(residuals: Residuals, digits: int) -> str | None:
    """The bin that is furthest off of those that are off beyond chance; None where none is."""
    off = [bin_ for bin_ in residuals.bins if bin_.error.excludes_zero]
    if not off:
        return None
    furthest = max(off, key=lambda bin_: bin_.rows * abs(bin_.error.value))
    high = "high" if furthest.error.value > 0 else "low"
    size = say_number(abs(furthest.error.value), digits)
    share = furthest.rows / sum(bin_.rows for bin_ in residuals.bins)
    return (
        f"Off beyond chance, and most so, are the {say_share(share)} of the rows for which it "
        f"predicts {say_number(furthest.predicted, digits)} on average: that is {size} too {high}."
    )
