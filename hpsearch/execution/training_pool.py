"""The pool that trains a study: worker processes with its rows and a cache of programs."""

import os
from collections.abc import Callable, Sequence

from hpsearch.data.parts import Folds
from hpsearch.execution.local import LocalPool
from hpsearch.execution.program_cache import program_cache
from hpsearch.execution.worker import PRELOAD, start
from hpsearch.training.engines import model_of


def training_pool(folds: Sequence[Folds], workers: int, tell: Callable[[str], None]) -> LocalPool:
    """Worker processes on this machine that train and predict on folds.

    Args:
        tell: Gets a line on each death of a worker; called from threads of the pool.
    """
    initargs = (folds, program_cache(os.environ))
    return LocalPool(workers, model_of, start, initargs, PRELOAD, tell)
