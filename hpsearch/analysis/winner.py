"""The configuration a study recommends so far, and the learning curves that belong to it."""

import math
from dataclasses import dataclass, replace

from hpsearch.evaluation.outcome import Outcome, Standing
from hpsearch.record.status import finite_value, rank_trials, trial_status
from hpsearch.record.trial import TrialRecord
from hpsearch.training.curve import Curve


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
        main: Whether this is the exported network, or stands for it until there is one.
    """

    label: str
    curve: Curve
    main: bool


def find_winner(outcome: Outcome) -> Winner | None:
    """The trial that was tested, else the leaderboard's first, else the search's best.

    Of the search only complete trials count, as in Optuna's ``best_trial``. None where nothing has
    a finite value.
    """
    by_number = {trial.number: trial for trial in outcome.trials}
    standings = {standing.trial: standing for standing in outcome.standings}
    ranked = [s.trial for s in outcome.standings if math.isfinite(s.mean)]
    complete = [t for t in rank_trials(outcome.trials) if trial_status(t) == "complete"]
    tested = [outcome.test.trial] if outcome.test and outcome.test.trial is not None else []
    for number in (*tested, *ranked, *(trial.number for trial in complete[:1])):
        if number in by_number:
            return Winner(by_number[number], standings.get(number))
    return None


def winner_curves(outcome: Outcome, winner: Winner) -> tuple[NamedCurve, ...]:
    """The curves of the winner's re-trainings, or the trial's own before there are any."""
    number = winner.trial.number
    tested = outcome.test.index if outcome.test and outcome.test.trial == number else 0
    runs = winner.standing.runs if winner.standing else ()
    curves = [
        NamedCurve(f"seed {run.index}", outcome.history(run.run).curve, run.index == tested)
        for run in runs
    ]
    curves = [named for named in curves if len(named.curve)]
    if not curves:
        curves = [NamedCurve("search", outcome.history(winner.trial.run).curve, True)]
    if not any(named.main for named in curves):
        curves[0] = replace(curves[0], main=True)
    return tuple(named for named in curves if len(named.curve))


def search_value(winner: Winner) -> float | None:
    """The value for which the search chose the winner."""
    return winner.standing.search_value if winner.standing else finite_value(winner.trial)
