"""A trial's values as what is compiled (``Network``) and what is passed at run time (``Knobs``).

``HYPERPARAMETERS`` is the one list of names that a study file may fix or search, with the values
each may take: the study file's checks, its messages and the defaults are all read from it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from hpsearch.errors import shown
from hpsearch.space import Scalar

ACTIVATIONS = ("elu", "relu", "tanh", "selu", "gelu", "silu")
OPTIMIZERS = ("sgd", "rmsprop", "adam", "adamw", "nadam")
SCHEDULES = ("constant", "inverse_time", "cosine")


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
    """

    name: str
    section: Literal["network", "training"]
    kind: Literal["int", "float", "bool", "choice"]
    default: Scalar
    low: float = 0.0
    high: float = float("inf")
    open_low: bool = False
    open_high: bool = False
    choices: tuple[str, ...] = ()
    off: bool = False

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
        return f"{low} and {'below' if self.open_high else 'at most'} {self.high:g}"


HYPERPARAMETERS: Mapping[str, Hyperparameter] = {
    hyperparameter.name: hyperparameter
    for hyperparameter in (
        Hyperparameter("layers", "network", "int", 2, low=1, high=8),
        Hyperparameter("units", "network", "int", 64, low=1, high=8192),
        Hyperparameter("activation", "network", "choice", "elu", choices=ACTIVATIONS),
        Hyperparameter("batch_normalization", "network", "bool", False),
        Hyperparameter("l1", "network", "float", 0.0, off=True),
        Hyperparameter("l2", "network", "float", 0.0, off=True),
        Hyperparameter("dropout", "network", "float", 0.0, high=1, open_high=True, off=True),
        Hyperparameter("optimizer", "training", "choice", "adam", choices=OPTIMIZERS),
        Hyperparameter("learning_rate", "training", "float", 1e-3, open_low=True),
        Hyperparameter("schedule", "training", "choice", "constant", choices=SCHEDULES),
        Hyperparameter("momentum", "training", "float", 0.0, high=1, open_high=True, off=True),
        Hyperparameter("nesterov", "training", "bool", False),
        Hyperparameter("weight_decay", "training", "float", 0.0, off=True),
        Hyperparameter("clip_norm", "training", "float", 0.0, off=True),
    )
}


@dataclass(frozen=True, slots=True)
class Network:
    """The shape of a dense network: what a compiled program depends on.

    Hidden layers of ``widths`` units, each ``Dense``, then batch normalisation if asked for (its
    shift then takes the place of the bias), then the activation, then dropout; one logit at the
    end.
    """

    widths: tuple[int, ...]
    activation: str
    batch_normalization: bool

    def parameters(self, features: int) -> int:
        """Number of trained weights for rows of ``features`` columns."""
        sizes = (features, *self.widths, 1)
        dense = sum((inputs + 1) * units for inputs, units in pairwise(sizes))
        return dense + (sum(self.widths) if self.batch_normalization else 0)


@dataclass(frozen=True, slots=True)
class Knobs:
    """What varies between trials of one shape: numbers, and the names of update rules.

    ``l1`` and ``l2`` add ``l1 * sum(abs(w))`` and ``l2 * sum(w * w)`` of every hidden kernel to the
    loss (never of the output layer); ``dropout`` is the share of units dropped after every hidden
    layer; ``clip_norm`` bounds the Euclidean norm of each array's gradient; 0 switches each of them
    off. ``weight_decay`` is decoupled and belongs to adamw.
    ``schedule_epochs`` is the epoch at which inverse time decay has halved the rate, and the epoch
    at which the cosine reaches 0.
    """

    optimizer: str
    learning_rate: float
    schedule: str
    schedule_epochs: int
    momentum: float
    nesterov: bool
    weight_decay: float
    l1: float
    l2: float
    dropout: float
    clip_norm: float


def build(values: Mapping[str, Scalar], *, epochs: int, decay_epochs: int) -> tuple[Network, Knobs]:
    """Turn a trial's values, with the study's constants, into a network and its knobs.

    Args:
        values: Hyperparameters by name; a missing one has its default, a dead one is off.
            ``layers.0.units`` and its like, where present, take the place of ``units``.
        epochs: The most epochs of a trial, the horizon of the cosine schedule.
        decay_epochs: Epochs after which inverse time decay has halved the learning rate.
    """

    def value(name: str) -> Scalar:
        return values.get(name, HYPERPARAMETERS[name].default)

    depth = int(value("layers"))
    widths = tuple(int(values.get(f"layers.{i}.units", value("units"))) for i in range(depth))
    schedule = str(value("schedule"))
    network = Network(widths, str(value("activation")), bool(value("batch_normalization")))
    knobs = Knobs(
        optimizer=str(value("optimizer")),
        learning_rate=float(value("learning_rate")),
        schedule=schedule,
        schedule_epochs=decay_epochs if schedule == "inverse_time" else epochs,
        momentum=float(value("momentum")),
        nesterov=bool(value("nesterov")),
        weight_decay=float(value("weight_decay")),
        l1=float(value("l1")),
        l2=float(value("l2")),
        dropout=float(value("dropout")),
        clip_norm=float(value("clip_norm")),
    )
    return network, knobs
