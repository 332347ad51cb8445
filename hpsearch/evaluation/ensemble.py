"""The greedy ensemble of a search: which of its networks, and how much each counts.

Networks are chosen by what the folder holds of the validation rows: their losses, or where numbers
are predicted their residuals. No network is needed for that, and no test row.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.folds import Split, out_of_fold
from hpsearch.errors import RecordError
from hpsearch.evaluation.leaderboard import Leaderboard, read_leaderboard
from hpsearch.evaluation.runs import recorded, trial_run
from hpsearch.record.folder import StudyFolder
from hpsearch.record.trial import TrialRecord
from hpsearch.statistics.greedy import RowLoss, log_loss, select, squared_loss
from hpsearch.tasks.metric import contributed
from hpsearch.training.run import Run

#: Networks of a mean, each with how often it counts.
Shares = Sequence[tuple[Run, int]]

#: The fact that keeps the choice.
FACT = "ensemble"

#: Networks among which it is chosen, at most: the best ones, each by itself.
LIBRARY = 100


@dataclass(frozen=True, slots=True)
class GreedyEnsemble:
    """What was chosen, and what it is worth on the validation rows.

    Attributes:
        shares: Those that count most first.
        networks: Among how many it was chosen.
        value: Mean loss on the rows that chose it: optimistic.
        left_out: The same on rows that were left out of the choice, a fifth at a time; None where
            there are too few.
        winner: Mean loss of the mean of the winner's seeds on the same rows; None without them.
    """

    shares: Shares
    networks: int
    value: float
    left_out: float | None
    winner: float | None


def recorded_ensemble(
    folder: StudyFolder, trials: Sequence[TrialRecord], leaderboard: Leaderboard
) -> GreedyEnsemble | None:
    """The choice in the record, or None where none was made of just these networks."""
    kept = folder.record.fact(FACT, None)
    library = _library(folder, trials, leaderboard)
    if kept is None or kept["of"] != _digest(library):
        return None
    by_name = {run.name: run for run in library}
    shares = tuple((by_name[name], count) for name, count in kept["shares"])
    values = (kept[name] for name in ("networks", "value", "left_out", "winner"))
    return GreedyEnsemble(shares, *values)


def choose_ensemble(folder: StudyFolder, rows: Split) -> GreedyEnsemble:
    """Choose among all complete trials and re-trainings, and record what was chosen.

    What the record holds of the same networks stays.

    Raises:
        RecordError: If no network has what it takes in the folder.
    """
    trials = folder.record.trials()
    leaderboard = read_leaderboard(folder, trials)
    if kept := recorded_ensemble(folder, trials, leaderboard):
        return kept
    library = _library(folder, trials, leaderboard)
    weights = [ways[rows.usual].fold.validation_weights for ways in rows.prepared]
    by_name = {run.name: run for run in library}
    known = {
        name: says
        for name, run in by_name.items()
        if (says := _says(folder, run, weights, rows)) is not None
    }
    if not known:
        raise RecordError(
            f"{folder.path} must hold what networks predict for the validation rows, got that of "
            f"no complete trial; hpsearch optimize trains some, and earlier versions did not "
            f"record it of numbers"
        )
    loss, counts = _row_loss(folder), rows.validation_weights
    ranked = sorted(known, key=lambda name: _mean(loss(known[name]), counts))[:LIBRARY]
    selection = select(np.stack([known[name] for name in ranked]), loss, counts)
    winner = leaderboard.confirmed
    seeds = [] if winner is None or winner.standing is None else winner.standing.runs
    mean = [known[seed.run.name] for seed in seeds if seed.run.name in known]
    ensemble = GreedyEnsemble(
        tuple((by_name[ranked[place]], count) for place, count in selection.chosen.items()),
        len(ranked),
        selection.value,
        selection.left_out,
        _mean(loss(np.mean(mean, axis=0)), counts) if mean and len(mean) == len(seeds) else None,
    )
    _keep(folder, library, ensemble)
    return ensemble


def _keep(folder: StudyFolder, library: Sequence[Run], ensemble: GreedyEnsemble) -> None:
    fact = {
        "of": _digest(library),
        "shares": [[run.name, count] for run, count in ensemble.shares],
        "networks": ensemble.networks,
        "value": ensemble.value,
        "left_out": ensemble.left_out,
        "winner": ensemble.winner,
    }
    folder.record.set_fact(FACT, fact)


def _library(
    folder: StudyFolder, trials: Sequence[TrialRecord], leaderboard: Leaderboard
) -> list[Run]:
    """Complete trials, and re-trainings of configurations that did not diverge."""
    complete = [trial for trial in trials if trial.state == "complete" and trial.value is not None]
    finite = [standing for standing in leaderboard.standings if not standing.diverged]
    return [
        *(trial_run(folder.spec, trial, folder.classes) for trial in complete),
        *(trained.run for standing in finite for trained in standing.runs),
    ]


def _digest(library: Sequence[Run]) -> str:
    identities = [[run.name, run.identity] for run in library]
    return hashlib.sha256(json.dumps(identities).encode()).hexdigest()


def _row_loss(folder: StudyFolder) -> RowLoss:
    return log_loss if folder.spec.task.classification else squared_loss


def _says(
    folder: StudyFolder, run: Run, weights: Sequence[NDArray[Any] | None], rows: Split
) -> NDArray[np.float64] | None:
    """What ``select`` takes of a run, each row by the network that did not train on it.

    None where the folder lacks it.
    """
    parts = []
    for part in run.parts:
        history = recorded(folder, part)
        if folder.spec.task.classification:
            if not len(history.losses):
                return None
            losses = contributed(history.losses, weights[part.fold])
            parts.append(np.minimum(np.exp(-losses), 1))
        else:
            parts.append(history.residuals.astype(np.float64))
    sizes = [validation for _, validation in rows.sizes]
    return out_of_fold(parts, rows.repeats) if list(map(len, parts)) == sizes else None


def _mean(losses: NDArray[np.float64], weights: NDArray[Any] | None) -> float:
    return float(np.average(losses, weights=weights))
