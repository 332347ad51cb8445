"""No pruning: every trial runs all its epochs."""

import optuna

from hpsearch.search.schedulers.ladder import Ladder
from hpsearch.search.schedulers.pruning import PrunerScheduler
from hpsearch.search.schedulers.scheduler import Scheduler
from hpsearch.study.pruners import Unpruned


def unpruned(options: Unpruned, ladder: Ladder) -> Scheduler:
    """Trials report on the ladder as with any other pruner."""
    return PrunerScheduler(optuna.pruners.NopPruner(), ladder)
