"""Outcomes made by formula: no study is run, and nothing but these files knows how one looks."""

from tests.outcomes.histories import curve_of, learning_curve, make_kernels, make_losses
from tests.outcomes.making import (
    NO_LEADERBOARD,
    MakeOutcome,
    failures_are_raised,
    make_outcome,
    with_standings,
)
from tests.outcomes.results import make_test
from tests.outcomes.studies import HOSTILE, make_spec
from tests.outcomes.trainings import lose, retraining_runs
from tests.outcomes.trials import make_diverged, make_trial, make_trials

__all__ = [
    "HOSTILE",
    "NO_LEADERBOARD",
    "MakeOutcome",
    "curve_of",
    "failures_are_raised",
    "learning_curve",
    "lose",
    "make_diverged",
    "make_kernels",
    "make_losses",
    "make_outcome",
    "make_spec",
    "make_test",
    "make_trial",
    "make_trials",
    "retraining_runs",
    "with_standings",
]
