"""Optuna's pruners as schedulers: a trial goes on from rung to rung until it is pruned."""

import copy
from collections.abc import Mapping

import optuna
from optuna.trial import FrozenTrial

from hpsearch.search.schedulers.ladder import Ladder
from hpsearch.search.schedulers.scheduler import Decision, GoOn, Stop


class PrunerScheduler:
    """A scheduler that lets no trial wait, and stops those that a pruner would prune."""

    def __init__(self, pruner: optuna.pruners.BasePruner, ladder: Ladder) -> None:
        self.pruner = pruner
        self._ladder = ladder

    def decide(self, number: int, study: optuna.Study) -> Mapping[int, Decision]:
        """On to the next rung, or the end; the pruner is asked after reports alone."""
        trial = study.get_trials(deepcopy=False)[number]
        if trial.state.is_finished():
            return {}
        step = trial.last_step
        if step is not None and self.pruner.prune(study, self._on_its_fold(trial, step)):
            return {number: Stop()}
        return {number: GoOn(self._ladder.after(step or 0))}

    def finish(self, study: optuna.Study) -> Mapping[int, Decision]:
        """Nothing ever waits."""
        return {}

    def _on_its_fold(self, trial: FrozenTrial, step: int) -> FrozenTrial:
        """A trial with the reports of its present fold alone.

        A value is the mean over the folds so far, and pruners judge by the best: that of an easy
        fold would speak for a trial on all later ones.
        """
        fold = self._ladder.fold(step)
        if fold == 0:
            return trial
        seen = copy.copy(trial)
        seen.intermediate_values = {
            reported: value
            for reported, value in trial.intermediate_values.items()
            if self._ladder.fold(reported) == fold
        }
        return seen
