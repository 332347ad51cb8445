"""What came of training recorded runs again."""

import math
from typing import Any

from hpsearch.evaluation.reproduce import Repetition, Reproduction


def reproduction_values(reproduction: Reproduction) -> dict[str, Any]:
    """What came of training again, as JSON values."""
    allowed = reproduction.allowance
    return {
        "holds": reproduction.holds,
        "runs": [
            {
                "run": repetition.label,
                "epochs": repetition.epochs,
                "equal": repetition.equal,
                "first_difference": repetition.first_difference,
                "state_differs": repetition.state_differs,
                "apart": repetition.apart if math.isfinite(repetition.apart) else None,
                "largest": repetition.largest if math.isfinite(repetition.largest) else None,
            }
            for repetition in reproduction.repetitions
        ],
        "environment_differences": dict(reproduction.differences),
        "other_hardware": reproduction.other_hardware,
        "allowed": None if allowed is None else {"apart": allowed.value, "basis": allowed.basis},
    }


def say_reproduction(reproduction: Reproduction) -> str:
    """What came of training again, in words."""
    lines = [_say_repetition(repetition) for repetition in reproduction.repetitions]
    if len(lines) > 1:
        equal = sum(repetition.equal for repetition in reproduction.repetitions)
        lines.append(f"{equal} of {len(lines)} runs are equal to the bit")
    if reproduction.differences:
        lines.append("what differs between the study's environment and this one:")
        lines += [f"  {name}: {change}" for name, change in reproduction.differences.items()]
    elif not reproduction.holds:
        lines.append("nothing that the record keeps of the environment differs")
    if reproduction.other_hardware:
        lines.append(_say_allowance(reproduction))
    return "\n".join(lines)


def _say_allowance(reproduction: Reproduction) -> str:
    """What was compared on another kind of processor, and how it came out."""
    promise = "on another kind of processor equality to the bit can't be promised"
    allowed = reproduction.allowance
    if allowed is None:
        return f"{promise}, and nothing recorded tells how far apart two trainings may be"
    within = "all are" if reproduction.holds else "not all are"
    return (
        f"{promise}; {within} within {allowed.value:.2g} of the recorded best "
        f"val_binary_crossentropy: {allowed.basis}"
    )


def _say_repetition(repetition: Repetition) -> str:
    label, first = repetition.label, repetition.first_difference
    if not repetition.epochs:
        return f"{label}: its epochs are missing or damaged in the folder"
    epochs = "1 epoch" if repetition.epochs == 1 else f"{repetition.epochs} epochs"
    if repetition.equal:
        return f"{label}: {epochs} and the final weights are equal to the bit"
    if first is None:
        return f"{label}: {epochs} are equal to the bit, the state after the last is not"
    return (
        f"{label}: differs from epoch {first} of {repetition.epochs} on, by "
        f"{repetition.largest:.2g} at most; the best val_binary_crossentropy by "
        f"{repetition.apart:.2g}"
    )
