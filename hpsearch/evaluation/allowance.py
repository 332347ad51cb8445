"""How far apart the values of two trainings may be before the difference means anything."""

import math
from dataclasses import dataclass

import numpy as np

from hpsearch.evaluation.histories import whole_history
from hpsearch.evaluation.leaderboard import read_leaderboard
from hpsearch.evaluation.retraining import best_trials
from hpsearch.record.folder import StudyFolder
from hpsearch.statistics.estimate import pooled_deviation

#: Standard deviations of a difference between two seeds: some 5 % of pairs are further apart.
DEVIATIONS = 2.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """A difference of the objective that means nothing.

    Attributes:
        basis: What it rests on, in words.
    """

    value: float
    basis: str


def allowance(folder: StudyFolder) -> Allowance | None:
    """What a study's own scatter allows; None where nothing recorded tells it.

    Rounding that differs is to a training what another seed is: at worst it ends elsewhere among
    the values of its seeds. So two trainings may be as far apart as two seeds of one configuration,
    by the deviation pooled over all that were trained again. Where none has two seeds it is the
    standard error of the best trial's value, which is what its validation rows can tell.
    """
    trials = folder.record.trials()
    finite = [
        standing for standing in read_leaderboard(folder, trials).standings if not standing.diverged
    ]
    values = [[run.value for run in standing.runs] for standing in finite]
    deviation = pooled_deviation(values)
    if deviation is not None:
        runs = sum(map(len, values))
        return Allowance(
            DEVIATIONS * math.sqrt(2) * deviation,
            f"{DEVIATIONS:g} standard deviations of the difference between two seeds, by {runs} "
            f"re-trainings of {len(values)} configuration{'s' * (len(values) != 1)}",
        )
    task = folder.spec.task
    for trial in best_trials(trials, 1, task.metric.sign) if task.ranks_by_loss else ():
        losses = whole_history(folder, trial.run).losses.astype(np.float64)
        if len(losses) > 1:
            return Allowance(
                float(losses.std(ddof=1)) / math.sqrt(len(losses)),
                f"the standard error of trial {trial.number}'s value over {len(losses):,} "
                f"validation rows, as no configuration was trained with two seeds",
            )
    return None
