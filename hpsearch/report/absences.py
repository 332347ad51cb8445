"""Why there is no winner, or no test of it yet, and how to get one, in one line each."""

from collections.abc import Iterator, Mapping

from hpsearch.analysis.winner import find_winner
from hpsearch.evaluation.outcome import Outcome
from hpsearch.record.states import State, count_states
from hpsearch.tasks.binary import OBJECTIVE

#: How to get what is not there yet.
GO_ON = "Run hpsearch optimize --study NAME to continue."

UNMEASURED = f"Nothing has been measured on the test rows yet. {GO_ON}"


def find_absences(outcome: Outcome) -> dict[str, str]:
    """``best`` where there is no winner, ``test`` where nothing was measured."""
    return dict(_absences(outcome))


def say_unmeasured(outcome: Outcome) -> str:
    """Why nothing was measured on the test rows, and how to get it."""
    if outcome.spec.search.trials and (why := find_absences(outcome).get("best")):
        return why
    return UNMEASURED


def _absences(outcome: Outcome) -> Iterator[tuple[str, str]]:
    counts = count_states(outcome.trials)
    searched = outcome.spec.search.trials > 0
    winner = find_winner(outcome)
    if winner is None and searched:
        yield "best", f"There is no winner: {_why_no_winner(counts)} {_way_out(counts)}"
    elif winner is None:
        yield "best", "There is no winner: the study searches nothing, and trains baselines alone."
    if outcome.test is None and (winner or not searched):
        yield "test", UNMEASURED
    elif outcome.test is None:
        yield "test", "The test rows are sealed until there is a winner to measure."


def _why_no_winner(counts: Mapping[State, int]) -> str:
    total = sum(counts.values())
    if not total:
        return "no trial was started."
    states = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    return f"no trial is complete with a finite {OBJECTIVE} ({states})."


def _way_out(counts: Mapping[State, int]) -> str:
    ended = sum(counts.values()) - counts["running"]
    if ended and counts["diverged"] + counts["failed"] == ended:
        return (
            "Lower the upper end of learning_rate in [space], then run the study under a new name."
        )
    if ended and counts["pruned"] == ended:
        return (
            "Raise search.warmup_epochs or take pruner 'none', then run the study under a new name."
        )
    return GO_ON
