"""Why a section of the report has nothing to show, and how to get it, in one line each."""

from collections.abc import Iterator, Mapping, Sequence

from hpsearch.export.states import State, count_states, finite_value
from hpsearch.export.winner import NamedCurve, Winner
from hpsearch.metrics import OBJECTIVE
from hpsearch.results.outcome import Outcome


def find_absences(
    outcome: Outcome, winner: Winner | None, curves: Sequence[NamedCurve]
) -> dict[str, str]:
    """By section: ``best``, ``test``, ``leaderboard``, ``curves``, ``history``, ``importances``."""
    return dict(_absences(outcome, winner, curves))


def _absences(
    outcome: Outcome, winner: Winner | None, curves: Sequence[NamedCurve]
) -> Iterator[tuple[str, str]]:
    go_on = f"Run {outcome.command} again: it goes on where it stopped."
    finished = sum(finite_value(trial) is not None for trial in outcome.trials)
    counts = count_states(outcome.trials)
    if winner is None:
        yield "best", f"There is no winner: {_why_no_winner(counts)} {_way_out(counts, go_on)}"
        yield "test", "The test rows are sealed until there is a winner to measure."
        yield "leaderboard", "No configuration was trained again, as there is none to choose."
        yield "curves", "There is no winner whose curves could be shown."
    else:
        if outcome.test is None:
            yield "test", f"The winner was not measured on the test rows yet. {go_on}"
        if not outcome.standings:
            yield "leaderboard", f"No configuration was trained again with fresh seeds yet. {go_on}"
        if not curves:
            yield "curves", f"The record has no learning curve of the winner. {go_on}"
    if finished < 2:
        yield (
            "history",
            f"A history needs at least 2 trials with a finite {OBJECTIVE}, got {finished}. "
            f"{_way_out(counts, go_on)}",
        )
    if not outcome.importances:
        yield (
            "importances",
            f"Importances need more complete trials, got {counts['complete']}. "
            f"{_way_out(counts, 'Raise search.trials and run the command again: it goes on.')}",
        )


def _why_no_winner(counts: Mapping[State, int]) -> str:
    total = sum(counts.values())
    if not total:
        return "no trial was started."
    told = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    return f"no trial is complete with a finite {OBJECTIVE} ({told})."


def _way_out(counts: Mapping[State, int], go_on: str) -> str:
    ended = sum(counts.values()) - counts["running"]
    if ended and counts["diverged"] + counts["failed"] == ended:
        return "Lower the upper end of learning_rate in [space], then run a study of a new name."
    if ended and counts["pruned"] == ended:
        return "Raise search.warmup_epochs or take pruner 'none', then run a study of a new name."
    return go_on
