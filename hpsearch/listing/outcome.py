"""The end of a run: the winner, the test, the baselines."""

import math
from collections.abc import Iterator
from typing import Any

from hpsearch.console import say_values
from hpsearch.evaluation.outcome import Outcome, TestResult
from hpsearch.tasks.binary import TEST_METRICS
from hpsearch.wording import say_openings, say_phases

ALL_DIVERGED = (
    "there is no winner: all trials diverged, their losses became infinite or NaN; "
    "lower the learning rates in [space]"
)


def outcome_values(outcome: Outcome) -> dict[str, Any]:
    """The end of a run as JSON values."""
    test = outcome.test
    return {
        "folder": str(outcome.folder),
        "winner": outcome.standings[0].trial if has_winner(outcome) else None,
        "test": None
        if test is None
        else {name: measured.value for name, measured in test.metrics.items()},
        "openings": 0 if test is None else len(test.openings),
        "openings_known": test is None or test.openings_known,
        "simulated": outcome.data.simulated,
    }


def has_winner(outcome: Outcome) -> bool:
    """Whether some configuration was trained again without diverging."""
    return bool(outcome.standings) and math.isfinite(outcome.standings[0].mean)


def say_outcome(outcome: Outcome) -> str:
    """The end of a run in words."""
    lines: list[str] = []
    if outcome.data.simulated:
        lines.append("SIMULATED rows, not the UCI data")
    if not outcome.spec.search.trials:
        lines.append("nothing was searched; the baselines are compared with each other")
    elif not has_winner(outcome):
        lines.append(_say_no_winner(outcome))
    else:
        best = outcome.standings[0]
        lines += [
            f"winner: trial {best.trial}, val_binary_crossentropy {best.mean:.4f} "
            f"± {best.deviation:.4f} over {len(best.runs)} seeds "
            f"({best.search_value:.4f} in the search)",
            f"  {say_values(best.params)}",
        ]
    if outcome.test is not None:
        lines.append(
            f"on {outcome.test.rows:,} test rows, opened "
            f"{say_openings(len(outcome.test.openings), outcome.test.openings_known)}:"
        )
        for metric in TEST_METRICS:
            measured = outcome.test.metrics[metric.name]
            interval = f"[{measured.low:.4f}, {measured.high:.4f}]"
            lines.append(f"  {metric.label:<22} {measured.value:.4f}  {interval}")
        lines += _say_baselines(outcome.test)
    lines += [f"took: {say_phases(outcome.seconds)}", f"report: {outcome.folder / 'report.html'}"]
    return "\n".join(lines)


def _say_no_winner(outcome: Outcome) -> str:
    if outcome.standings:
        return (
            "there is no winner: the best configurations diverged when they were trained again; "
            "lower the learning rates in [space]"
        )
    diverged = sum(trial.diverged for trial in outcome.trials)
    if diverged and diverged == len(outcome.trials):
        return ALL_DIVERGED
    return "there is no winner: no trial completed; see the report for what happened"


def _say_baselines(test: TestResult) -> Iterator[str]:
    baselines = [baseline for baseline in test.baselines if baseline.label != test.reference]
    if baselines:
        yield f"cross-entropy of baselines less that of {test.reference}, above 0 is worse:"
    width = max((len(baseline.label) for baseline in baselines), default=0)
    for baseline in baselines:
        difference = baseline.differences["binary_crossentropy"]
        interval = f"[{difference.low:+.4f}, {difference.high:+.4f}]"
        verdict = "" if difference.excludes_zero else "  not distinguishable"
        yield f"  {baseline.label:<{width}} {difference.value:+.4f}  {interval}{verdict}"
