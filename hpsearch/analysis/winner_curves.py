"""The learning curves of the configuration that a study recommends."""

from dataclasses import dataclass, replace

from hpsearch.evaluation.leaderboard import Winner
from hpsearch.evaluation.outcome import Outcome
from hpsearch.training.curve import Curve


@dataclass(frozen=True, slots=True, eq=False)
class NamedCurve:
    """A learning curve of the winner's configuration.

    Attributes:
        label: ``seed 0`` for the first re-training, ``search`` for the trial itself.
        curve: float32 ``(epochs, 2, metrics)`` with at least one epoch.
        main: Whether this is the seed that is best on the validation rows, ``single.keras``, or
            stands for it until that is known.
    """

    label: str
    curve: Curve
    main: bool


def winner_curves(outcome: Outcome, winner: Winner) -> tuple[NamedCurve, ...]:
    """The curves of the winner's re-trainings, or the trial's own before there are any."""
    number = winner.trial.number
    tested = outcome.test.index if outcome.test and outcome.test.trial == number else 0
    runs = winner.standing.runs if winner.standing else ()
    curves = [
        NamedCurve(
            f"seed {run.run.index}", outcome.history(run.run.name).curve, run.run.index == tested
        )
        for run in runs
    ]
    curves = [named for named in curves if len(named.curve)]
    if not curves:
        curves = [NamedCurve("search", outcome.history(winner.trial.run).curve, True)]
    if not any(named.main for named in curves):
        curves[0] = replace(curves[0], main=True)
    return tuple(named for named in curves if len(named.curve))
