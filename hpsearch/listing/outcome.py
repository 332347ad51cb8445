"""The end of a run: the winner, the test, the baselines."""

from collections.abc import Iterator
from typing import Any

from hpsearch.analysis.absences import explain_no_winner
from hpsearch.console import say_values
from hpsearch.evaluation.leaderboard import Winner
from hpsearch.evaluation.outcome import Outcome, TestResult
from hpsearch.tasks.task import Task
from hpsearch.wording import (
    MINUS,
    metric_digits,
    say_interval,
    say_number,
    say_openings,
    say_phases,
    say_signed,
    say_spread,
)


def outcome_values(outcome: Outcome) -> dict[str, Any]:
    """The end of a run as JSON values."""
    test, winner = outcome.test, outcome.leaderboard.confirmed
    return {
        "folder": str(outcome.folder),
        "winner": winner.trial.number if winner else None,
        "reason": str(outcome.leaderboard.reason),
        "networks_averaged": None if test is None else test.averaged,
        "test": None
        if test is None
        else {name: measured.value for name, measured in test.metrics.items()},
        "openings": 0 if test is None else len(test.openings),
        "openings_known": test is None or test.openings_known,
        "simulated": outcome.data.simulated,
    }


def say_outcome(outcome: Outcome) -> str:
    """The end of a run in words."""
    lines: list[str] = []
    if outcome.data.simulated:
        lines.append("SIMULATED rows, not measured ones")
    if not outcome.spec.search.trials:
        lines.append("nothing was searched; the baselines are compared with each other")
    elif winner := outcome.leaderboard.confirmed:
        lines += _say_winner(outcome.task, winner)
    else:
        lines.append(explain_no_winner(outcome.task, outcome.leaderboard, outcome.trials))
    if outcome.test is not None:
        lines.append(
            f"on {outcome.test.rows:,} test rows, opened "
            f"{say_openings(len(outcome.test.openings), outcome.test.openings_known)}"
            f"{_say_mean(outcome.test)}:"
        )
        width = max(22, *(len(metric.label) for metric in outcome.task.test_metrics))
        for metric in outcome.task.test_metrics:
            measured = outcome.test.metrics[metric.name]
            digits = metric_digits(metric, outcome.data.target.deviation)
            interval = say_interval({"low": measured.low, "high": measured.high}, digits)
            lines.append(
                f"  {metric.label:<{width}} {say_number(measured.value, digits)}  {interval}"
            )
        lines += _say_baselines(outcome, outcome.test)
    lines += [f"took: {say_phases(outcome.seconds)}", f"report: {outcome.folder / 'report.html'}"]
    return "\n".join(lines).replace(MINUS, "-")


def _say_mean(test: TestResult) -> str:
    """Which model is measured, where that is not the winner's network alone."""
    return f", {test.reference}" if test.averaged > 1 else ""


def _say_winner(task: Task, winner: Winner) -> Iterator[str]:
    number, standing = winner.trial.number, winner.standing
    if standing is None:
        yield f"winner: trial {number}, whose re-trainings are no longer whole in the record"
        return
    several = len(standing.runs) > 1
    mean = say_spread(standing.mean, standing.deviation if several else None)
    yield (
        f"winner: trial {number}, {task.objective} {mean} over "
        f"{len(standing.runs)} seed{'s' * several} ({say_number(standing.search_value)} in the "
        f"search)"
    )
    yield f"  {say_values(standing.params)}"


def _say_baselines(outcome: Outcome, test: TestResult) -> Iterator[str]:
    metric = outcome.task.tested_metric
    digits = metric_digits(metric, outcome.data.target.deviation)
    baselines = [baseline for baseline in test.baselines if baseline.label != test.reference]
    baselines = [*test.models, *baselines]
    if baselines:
        worse = "above" if metric.sign > 0 else "below"
        others = "others" if test.models else "baselines"
        yield f"{metric.label} of {others} less that of {test.reference}, {worse} 0 is worse:"

    def signed(value: float) -> str:
        return say_signed(value, digits)

    width = max((len(baseline.label) for baseline in baselines), default=0)
    for baseline in baselines:
        difference = baseline.differences[metric.name]
        interval = f"[{signed(difference.low)}, {signed(difference.high)}]"
        verdict = "" if difference.excludes_zero else "  not distinguishable"
        yield f"  {baseline.label:<{width}} {signed(difference.value)}  {interval}{verdict}"
