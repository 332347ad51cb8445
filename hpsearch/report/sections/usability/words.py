"""What all kinds of this section say alike."""

from collections.abc import Mapping
from typing import Any

from hpsearch.statistics.calibration import Reliability
from hpsearch.wording import say_count, say_interval, say_number


def say_error_by_chance(calibration: Mapping[str, Any], drawn: str) -> str:
    """What the expected calibration error is, and when a model is called calibrated.

    Args:
        calibration: As in the section's values.
        drawn: What is drawn to see what chance makes of it: ``labels are``.
    """
    chance = calibration["error_by_chance"]
    return (
        "The expected calibration error is the mean over rows of the difference between predicted "
        "and observed share in their bin. It is never 0 on finite rows. To see what chance alone "
        f"makes of it, {drawn} drawn from the predicted probabilities themselves, "
        f"{say_count(calibration['draws'])} times: {say_number(chance['value'])} on average, 95 % "
        f"of them in {say_interval(chance)}. The model is called calibrated where its own, "
        f"{say_number(calibration['error'])}, is not above that range."
    )


def say_within_chance(reference: str, reliability: Reliability, error: str) -> str:
    """What an error that chance alone explains says of the probabilities.

    Args:
        error: The error and that by chance, in words.
    """
    if reliability.tells:
        return f"The probabilities of {reference} can be taken as they are: {error}."
    rows = sum(bin_.rows for bin_ in reliability.bins)
    return (
        f"{say_count(rows)} test rows are too few to tell whether the probabilities of {reference} "
        f"can be taken as they are: {error}."
    )
