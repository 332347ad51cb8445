"""What a study file may fix or search: one list of names, with the values that each may take."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hpsearch.errors import shown
from hpsearch.space.space import Scalar

ACTIVATIONS = ("elu", "relu", "tanh", "selu", "gelu", "silu")


OPTIMIZERS = ("sgd", "rmsprop", "adam", "adamw", "nadam")


SCHEDULES = ("constant", "inverse_time", "cosine")

#: Where members have scales of their own; how those at the features begin; whose dropout masks.
MEMBER_ADAPTERS = ("layers", "input")
MEMBER_SCALES = ("normal", "signs")
MEMBER_DROPOUTS = ("shared", "own")

#: Which weights a training keeps: those of its best epoch, those after its last, or an average over
#: steps, at the best epoch of that.
KEPT_WEIGHTS = ("best", "last", "average")

#: The most rows of a batch; a table of fewer is one batch.
MOST_ROWS = 100_000_000

#: How columns of numbers are scaled; ``data.features.scaling`` has a class for each.
SCALINGS = ("standard", "robust", "quantile", "pixel")

#: How columns of numbers are cut into bins; ``data.features.edges`` has a rule for each but none.
NUMBER_ENCODINGS = ("none", "quantile_bins", "tree_bins")

#: What networks learn of a target that is a number: itself, or a logarithm of it.
TARGET_TRANSFORMS = ("none", "log")


def finite(number: int | float) -> bool:
    """Whether a number has a value among the finite ones of float64."""
    try:
        return math.isfinite(number)
    except OverflowError:  # a whole number of more than 308 digits
        return False


@dataclass(frozen=True, slots=True)
class Hyperparameter:
    """A name that a study file may give a value or a domain.

    ``low`` and ``high`` bound numbers; ``open_low`` and ``open_high`` say that the bound itself is
    not allowed. ``off`` says that 0 switches it off, so that ``off_or`` makes sense.
    ``regularizer`` is what people call it where it is one; its default switches it off. ``part`` is
    the same for what is no regularizer, and may likewise be taken away from a winner.
    ``optimizer`` names the only one that has it, where only one has; ``hidden`` says that it acts
    on hidden layers alone, so that a network without any does not have it.
    """

    name: str
    section: Literal["data", "network", "training"]
    kind: Literal["int", "float", "bool", "choice"]
    default: Scalar
    low: float = 0.0
    high: float = float("inf")
    open_low: bool = False
    open_high: bool = False
    choices: tuple[str, ...] = ()
    off: bool = False
    regularizer: str | None = None
    part: str | None = None
    optimizer: str | None = None
    hidden: bool = False

    def complaint(self, value: Scalar) -> str | None:
        """The rule that ``value`` breaks and what was got, or None where it breaks none."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        match self.kind:
            case "bool" if not isinstance(value, bool):
                return f"must be true or false, got {shown(value)}"
            case "choice" if value not in self.choices:
                return f"must be one of {', '.join(self.choices)}, got {shown(value)}"
            case "int" if not isinstance(value, int) or isinstance(value, bool):
                return f"must be a whole number, got {shown(value)}"
            case "float" if not number:
                return f"must be a number, got {shown(value)}"
            case "float" if isinstance(value, int | float) and not finite(value):
                return f"must be finite, got {shown(value)}"
            case "int" | "float" if isinstance(value, int | float):
                inside = (value > self.low if self.open_low else value >= self.low) and (
                    value < self.high if self.open_high else value <= self.high
                )
                return None if inside else f"must be {self.bounds()}, got {shown(value)}"
        return None

    def bounds(self) -> str:
        """The allowed interval in words."""
        low = f"{'above' if self.open_low else 'at least'} {self.low:g}"
        if self.high == float("inf"):
            return low
        return f"{low} and {'below' if self.open_high else 'at most'} {self.high:.12g}"


HYPERPARAMETERS: Mapping[str, Hyperparameter] = {
    hyperparameter.name: hyperparameter
    for hyperparameter in (
        Hyperparameter("scaling", "data", "choice", "standard", choices=SCALINGS),
        Hyperparameter("target_transform", "data", "choice", "none", choices=TARGET_TRANSFORMS),
        Hyperparameter(
            *("number_encoding", "data", "choice", "none"), choices=NUMBER_ENCODINGS, part="bins"
        ),
        Hyperparameter("bins", "data", "int", 16, low=2, high=64),
        Hyperparameter("layers", "network", "int", 2, low=0, high=8),
        Hyperparameter("units", "network", "int", 64, low=1, high=8192),
        Hyperparameter("activation", "network", "choice", "elu", choices=ACTIVATIONS),
        Hyperparameter("members", "network", "int", 1, low=1, high=64, regularizer="members"),
        Hyperparameter("member_adapter", "network", "choice", "layers", choices=MEMBER_ADAPTERS),
        Hyperparameter("member_scales", "network", "choice", "normal", choices=MEMBER_SCALES),
        Hyperparameter("member_dropout", "network", "choice", "shared", choices=MEMBER_DROPOUTS),
        Hyperparameter("l1", "network", "float", 0.0, off=True, regularizer="L1"),
        Hyperparameter("l2", "network", "float", 0.0, off=True, regularizer="L2"),
        Hyperparameter(
            *("dropout", "network", "float", 0.0),
            high=1,
            open_high=True,
            off=True,
            regularizer="dropout",
            hidden=True,
        ),
        Hyperparameter(
            *("batch_normalization", "network", "bool", False),
            regularizer="batch normalization",
            hidden=True,
        ),
        Hyperparameter("optimizer", "training", "choice", "adam", choices=OPTIMIZERS),
        Hyperparameter("learning_rate", "training", "float", 1e-3, open_low=True),
        Hyperparameter("schedule", "training", "choice", "constant", choices=SCHEDULES),
        Hyperparameter("momentum", "training", "float", 0.0, high=1, open_high=True, off=True),
        Hyperparameter("nesterov", "training", "bool", False),
        Hyperparameter(
            *("weight_decay", "training", "float", 0.0),
            off=True,
            regularizer="weight decay",
            optimizer="adamw",
        ),
        Hyperparameter("clip_norm", "training", "float", 0.0, off=True),
        Hyperparameter("batch_size", "training", "int", 500, low=1, high=MOST_ROWS),
        Hyperparameter("keep", "training", "choice", "best", choices=KEPT_WEIGHTS),
    )
}

#: What people call the hyperparameters that regularize, by name.
REGULARIZERS: Mapping[str, str] = {
    name: hyperparameter.regularizer
    for name, hyperparameter in HYPERPARAMETERS.items()
    if hyperparameter.regularizer is not None
}

#: What people call all that may be taken away from a winner, by name.
REMOVABLE: Mapping[str, str] = {
    **REGULARIZERS,
    **{name: each.part for name, each in HYPERPARAMETERS.items() if each.part is not None},
}
