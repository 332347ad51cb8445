"""A greedy ensemble: what it is the mean of, and what it is worth on the validation rows."""

from pathlib import Path
from typing import Any

from hpsearch.evaluation.ensemble import GreedyEnsemble
from hpsearch.models.saved import model_path
from hpsearch.tasks.task import Task
from hpsearch.wording import say_number


def ensemble_values(folder: Path, ensemble: GreedyEnsemble) -> dict[str, Any]:
    """A greedy ensemble as JSON values."""
    return {
        "model": str(model_path(folder, "ensemble")),
        "shares": {run.label: count for run, count in ensemble.shares},
        "chosen_among": ensemble.networks,
        "value": ensemble.value,
        "left_out": ensemble.left_out,
        "winner": ensemble.winner,
    }


def say_ensemble(folder: Path, task: Task, ensemble: GreedyEnsemble) -> str:
    """A greedy ensemble in words."""
    total = sum(count for _, count in ensemble.shares)
    width = max(len(run.label) for run, _ in ensemble.shares)
    lines = [
        f"greedy ensemble of {len(ensemble.shares)} of {ensemble.networks} trainings:",
        *(f"  {run.label:<{width}} {count / total:6.1%}" for run, count in ensemble.shares),
        f"{task.loss_metric.label} on the validation rows: {say_number(ensemble.value)}, "
        f"optimistic, as these rows chose it",
    ]
    if ensemble.left_out is not None:
        lines.append(f"  on rows left out of the choice: {say_number(ensemble.left_out)}")
    if ensemble.winner is not None:
        lines.append(f"  the mean of the winner's seeds: {say_number(ensemble.winner)}")
    lines += [
        f"model: {model_path(folder, 'ensemble')}",
        "The test rows stay sealed; to measure it on them, beside the winner:",
        f"  hpsearch evaluate {folder} --set evaluate.ensemble=true",
    ]
    return "\n".join(lines)
