"""What varies between trainings of one network without changing what is compiled."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Knobs:
    """Numbers, and the names of update rules, that are passed at run time.

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
