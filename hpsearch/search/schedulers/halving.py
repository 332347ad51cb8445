"""Optuna's successive halving, and Hyperband, which is several of them.

Both stop a trial for good that is not among the best of its rung when it gets there.
"""

import optuna

from hpsearch.search.schedulers.ladder import Ladder
from hpsearch.search.schedulers.pruning import PrunerScheduler
from hpsearch.search.schedulers.scheduler import Scheduler
from hpsearch.study.pruners import Hyperband, SuccessiveHalving


def successive_halving(options: SuccessiveHalving, ladder: Ladder) -> Scheduler:
    """Rungs that grow by ``reduction_factor``, the first at the end of the warm-up."""
    pruner = optuna.pruners.SuccessiveHalvingPruner(
        min_resource=max(ladder.warmup, 1), reduction_factor=options.reduction_factor
    )
    return PrunerScheduler(pruner, ladder)


def hyperband(options: Hyperband, ladder: Ladder) -> Scheduler:
    """Brackets of trials, each with a first rung of its own."""
    pruner = optuna.pruners.HyperbandPruner(
        min_resource=max(ladder.warmup, 1),
        max_resource=ladder.last,
        reduction_factor=options.reduction_factor,
    )
    return PrunerScheduler(pruner, ladder)
