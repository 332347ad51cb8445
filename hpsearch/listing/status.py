"""How far a study is."""

from typing import Any

from hpsearch.console import say_values
from hpsearch.evaluation.opening import recorded_test
from hpsearch.listing.outcome import ALL_DIVERGED
from hpsearch.listing.trials import trial_values
from hpsearch.record.folder import StudyFolder
from hpsearch.record.openings import recorded_openings
from hpsearch.wording import say_openings


def status_of(folder: StudyFolder) -> dict[str, Any]:
    """How far a study is, as JSON values."""
    trials = folder.record.trials()
    states = ("complete", "pruned", "failed", "running")
    counts = {state: sum(trial.state == state for trial in trials) for state in states}
    complete = [trial for trial in trials if trial.state == "complete" and trial.value is not None]
    best = min(complete, key=lambda trial: (trial.value or 0.0, trial.number), default=None)
    test, openings = recorded_test(folder.record), recorded_openings(folder.record)
    return {
        "study": folder.spec.study.name,
        "folder": str(folder.path),
        "rows": folder.data().description,
        "trials": folder.spec.search.trials,
        **counts,
        "diverged": sum(trial.diverged for trial in trials),
        "best": None if best is None else trial_values(best),
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
        lines.append(f"best val_binary_crossentropy {best['value']:.4f} by trial {best['number']}")
        lines.append(f"  {say_values(best['params'])}")
    if values["diverged"] and values["diverged"] == values["trials"]:
        lines.append(ALL_DIVERGED)
    elif values["test"] is None:
        lines.append("the winner has not been measured on the test rows yet")
    else:
        test = "  ".join(f"{name} {value:.4f}" for name, value in values["test"].items())
        times = say_openings(values["openings"], values["openings_known"])
        lines.append(f"test rows opened {times}: {test}")
    return "\n".join(lines)


def _pruned(pruned: int, diverged: int) -> str:
    return f"{pruned} pruned" + (f" ({diverged} of them diverged)" if diverged else "")
