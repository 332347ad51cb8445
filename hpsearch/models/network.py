"""A trial's values as what is compiled (``Network``) and what is passed at run time (``Knobs``).

``HYPERPARAMETERS`` is the one list of names that a study file may fix or search, with the values
each may take: the study file's checks, its messages and the defaults are all read from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.space.space import Scalar


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
