"""Why there is no winner, or no test of it yet, and how to get one."""

from collections.abc import Iterator, Sequence

from hpsearch.evaluation.leaderboard import Leaderboard, Reason
from hpsearch.evaluation.outcome import Outcome
from hpsearch.record.status import count_statuses
from hpsearch.record.trial import TrialRecord
from hpsearch.tasks.task import Task

#: How to get what is not there yet.
GO_ON = "Run hpsearch optimize --study NAME to continue."

_LOWER_RATE = "Lower the upper end of learning_rate in [space]"

_NEW_NAME = "then run the study under a new name."


def find_absences(outcome: Outcome) -> dict[str, str]:
    """``best`` where there is no winner, ``test`` where nothing was measured."""
    return dict(_absences(outcome))


def explain_no_winner(task: Task, leaderboard: Leaderboard, trials: Sequence[TrialRecord]) -> str:
    """Why no winner is confirmed by fresh seeds, and the way out."""
    if leaderboard.winner is not None:
        number = leaderboard.winner.trial.number
        return f"There is no winner yet: trial {number} leads, as {leaderboard.reason}. {GO_ON}"
    return f"There is no winner: {_why(task, leaderboard.reason, trials)} {_way_out(leaderboard)}"


def explain_no_test(leaderboard: Leaderboard) -> str:
    """Why nothing was measured on the test rows."""
    if leaderboard.winner or leaderboard.reason == Reason.NOT_SEARCHED:
        return f"Nothing has been measured on the test rows yet. {GO_ON}"
    return "The test rows are sealed until there is a winner to measure."


def explain_unmeasured(outcome: Outcome) -> str:
    """Why there is nothing to say of the test rows, and how to get it."""
    if outcome.leaderboard.winner is None and outcome.spec.search.trials:
        return explain_no_winner(outcome.task, outcome.leaderboard, outcome.trials)
    return f"Nothing has been measured on the test rows yet. {GO_ON}"


def _absences(outcome: Outcome) -> Iterator[tuple[str, str]]:
    leaderboard, task = outcome.leaderboard, outcome.task
    if leaderboard.winner is None:
        yield "best", explain_no_winner(task, leaderboard, outcome.trials)
    if outcome.test is None:
        yield "test", explain_no_test(leaderboard)


def _why(task: Task, reason: Reason, trials: Sequence[TrialRecord]) -> str:
    match reason:
        case Reason.NOT_SEARCHED:
            return "the study searches nothing, and trains baselines alone."
        case Reason.NOT_STARTED | Reason.RETRAININGS_DIVERGED:
            return f"{reason}."
    counts = ", ".join(
        f"{count} {state}" for state, count in count_statuses(trials).items() if count
    )
    return f"no trial is complete with a finite {task.objective} ({counts})."


def _way_out(leaderboard: Leaderboard) -> str:
    match leaderboard.reason:
        case Reason.NOT_SEARCHED:
            return "Set search.trials to search."
        case Reason.ALL_DIVERGED:
            return f"{_LOWER_RATE}, {_NEW_NAME}"
        case Reason.ALL_PRUNED:
            return f"Raise search.warmup_epochs or take pruner 'none', {_NEW_NAME}"
        case Reason.RETRAININGS_DIVERGED:
            more = 2 * len(leaderboard.standings)
            return (
                f"Train more of the best trials again with hpsearch evaluate NAME "
                f"--set evaluate.top={more}, or lower the upper end of learning_rate in [space] "
                "and run the study under a new name."
            )
    return GO_ON
