"""A trial as the record tells it: plain values, without Optuna."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hpsearch.space.space import Scalar

StateName = Literal["running", "complete", "pruned", "failed"]


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """One trial of a study.

    Attributes:
        value: Best value of the objective so far; None before the first report and for a trial
            that diverged before it had a finite value.
        params: Values of the live parameters, without the study's constants.
        epochs: Epochs that were run.
        best_epoch: Epoch of ``value``, whose weights are kept, counted from 1.
        seed: Seed of weights, order of rows and dropout.
        cause: Why it ended, in words: ``ran all epochs``, ``stopped early``, ``pruned by median``,
            ``diverged at epoch 7``; empty while it runs.
        started_seconds, ended_seconds: On the virtual clock.
    """

    number: int
    state: StateName
    value: float | None
    params: Mapping[str, Scalar]
    epochs: int
    best_epoch: int | None
    seed: int
    cause: str
    started_seconds: float
    ended_seconds: float | None

    @property
    def run(self) -> str:
        """Its name in ``curves/`` and ``checkpoints/``."""
        return f"{self.number:04d}"

    @property
    def diverged(self) -> bool:
        """Whether a loss became NaN or infinite."""
        return self.cause.startswith("diverged")
