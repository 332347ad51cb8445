"""How far a study is."""

from typing import Any

from hpsearch.analysis.absences import explain_no_winner
from hpsearch.console import say_values
from hpsearch.evaluation.results import read_results
from hpsearch.evaluation.retraining import best_trials
from hpsearch.listing.trials import trial_values
from hpsearch.record.folder import StudyFolder
from hpsearch.record.openings import recorded_openings
from hpsearch.wording import say_openings

#: Values from here on need no decimals.
LARGE = 10_000


def status_of(folder: StudyFolder) -> dict[str, Any]:
    """How far a study is, as JSON values."""
    trials = folder.record.trials()
    states = ("complete", "pruned", "failed", "running")
    counts = {state: sum(trial.state == state for trial in trials) for state in states}
    best = next(iter(best_trials(trials, 1, folder.spec.task.metric.sign)), None)
    results, openings = read_results(folder, trials), recorded_openings(folder.record)
    leaderboard, test, task = results.leaderboard, results.test, folder.spec.task
    winner = leaderboard.confirmed
    return {
        "study": folder.spec.study.name,
        "folder": str(folder.path),
        "rows": folder.data().description,
        "trials": folder.spec.search.trials,
        **counts,
        "diverged": sum(trial.diverged for trial in trials),
        "objective": task.objective,
        "best": None if best is None else trial_values(best),
        "winner": winner.trial.number if winner else None,
        "reason": str(leaderboard.reason),
        "no_winner": explain_no_winner(task, leaderboard, trials) if winner is None else None,
        "test": None
        if test is None
        else {name: measured.value for name, measured in test.metrics.items()},
        "openings": len(openings.entries),
        "openings_known": openings.known,
    }


def say_status(values: dict[str, Any]) -> str:
    """``status_of`` in words."""
    ended = values["complete"] + values["pruned"] + values["failed"]
    lines = [
        f"{values['study']} in {values['folder']}, {values['rows']}",
        f"{ended} of {values['trials']} trials ended: {values['complete']} complete, "
        f"{_pruned(values['pruned'], values['diverged'])}, {values['failed']} failed; "
        f"{values['running']} running",
    ]
    if best := values["best"]:
        lines.append(f"best {values['objective']} {best['value']:.4f} by trial {best['number']}")
        lines.append(f"  {say_values(best['params'])}")
    if values["no_winner"] is not None:
        lines.append(values["no_winner"])
    elif values["test"] is None:
        lines.append("the winner has not been measured on the test rows yet")
    else:
        test = "  ".join(f"{name} {_say(value)}" for name, value in values["test"].items())
        times = say_openings(values["openings"], values["openings_known"])
        lines.append(f"test rows opened {times}: {test}")
    return "\n".join(lines)


def _say(value: float) -> str:
    """A metric's value; one in the target's unit may be large."""
    return f"{value:.4f}" if abs(value) < LARGE else f"{value:,.0f}"


def _pruned(pruned: int, diverged: int) -> str:
    return f"{pruned} pruned" + (f" ({diverged} of them diverged)" if diverged else "")
