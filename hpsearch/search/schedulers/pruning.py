"""Optuna's pruners as schedulers: a trial goes on from rung to rung until it is pruned."""

from collections.abc import Mapping

import optuna

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
        epoch = trial.last_step
        if epoch is not None and self.pruner.prune(study, trial):
            return {number: Stop()}
        return {number: GoOn(self._ladder.after(epoch or 0))}

    def finish(self, study: optuna.Study) -> Mapping[int, Decision]:
        """Nothing ever waits."""
        return {}
