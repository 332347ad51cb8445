"""The configuration a study recommends so far, and the learning curves that belong to it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from hpsearch.errors import RecordError
from hpsearch.export.states import finite_value, rank_trials, state_of
from hpsearch.metrics import CURVE_METRICS
from hpsearch.results.outcome import Outcome, Standing
from hpsearch.search.trial import TrialRecord
from hpsearch.training.segment import Curve

NO_CURVE: Curve = np.zeros((0, 2, len(CURVE_METRICS)), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Winner:
    """The trial that leads, with its place on the leaderboard once it has been re-trained."""

    trial: TrialRecord
    standing: Standing | None


@dataclass(frozen=True, slots=True, eq=False)
class NamedCurve:
    """A learning curve of the winner's configuration.

    Attributes:
        label: ``seed 0`` for the first re-training, ``search`` for the trial itself.
        curve: float32 ``(epochs, 2, metrics)`` with at least one epoch.
        best_epoch: Counted from 1, within the curve; None where no epoch was finite.
        main: Whether this is the exported network, or stands for it until there is one.
    """

    label: str
    curve: Curve
    best_epoch: int | None
    main: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Cross-entropy at one epoch, in nats: validation less train is the gap."""

    epoch: int
    train: float
    validation: float

    @property
    def gap(self) -> float:
        """Validation less train."""
        return self.validation - self.train


def find_winner(outcome: Outcome) -> Winner | None:
    """The trial that was tested, else the leaderboard's first, else the search's best.

    Of the search only complete trials count, as in Optuna's ``best_trial``. None where nothing has
    a finite value.
    """
    by_number = {trial.number: trial for trial in outcome.trials}
    standings = {standing.trial: standing for standing in outcome.standings}
    ranked = [s.trial for s in outcome.standings if math.isfinite(s.mean)]
    complete = [t for t in rank_trials(outcome.trials) if state_of(t) == "complete"]
    tested = [outcome.test.trial] if outcome.test else []
    for number in (*tested, *ranked, *(trial.number for trial in complete[:1])):
        if number in by_number:
            return Winner(by_number[number], standings.get(number))
    return None


def winner_curves(outcome: Outcome, winner: Winner) -> tuple[NamedCurve, ...]:
    """The curves of the winner's re-trainings, or the trial's own before there are any."""
    number = winner.trial.number
    curves = []
    if winner.standing:
        tested = outcome.test.index if outcome.test and outcome.test.trial == number else None
        for run in winner.standing.runs:
            curve = read_curve(partial(outcome.run_curve, number, run.index))
            main = run.index == tested
            curves.append(
                NamedCurve(f"seed {run.index}", curve, _within(run.best_epoch, curve), main)
            )
    curves = [named for named in curves if len(named.curve)]
    if not curves:
        own = read_curve(partial(outcome.trial_curve, number))
        curves = [NamedCurve("search", own, _within(winner.trial.best_epoch, own), True)]
    if not any(named.main for named in curves):
        first = curves[0]
        curves[0] = NamedCurve(first.label, first.curve, first.best_epoch, True)
    return tuple(named for named in curves if len(named.curve))


def read_curve(read: Callable[[], Curve]) -> Curve:
    """A learning curve, or one without epochs where the record has none that can be read."""
    try:
        return read()
    except RecordError:
        return NO_CURVE


def gap_at(curve: Curve, epoch: int) -> Gap:
    """Train and validation cross-entropy after ``epoch``, counted from 1."""
    column = CURVE_METRICS.index("binary_crossentropy")
    train, validation = curve[epoch - 1, :, column]
    return Gap(epoch, float(train), float(validation))


def search_value(winner: Winner) -> float | None:
    """The value for which the search chose the winner."""
    return winner.standing.search_value if winner.standing else finite_value(winner.trial)


def _within(epoch: int | None, curve: Curve) -> int | None:
    return epoch if epoch is not None and 1 <= epoch <= len(curve) else None
