"""The pool that trains a study: worker processes with its rows, its engine and a program cache."""

import os
from collections.abc import Callable, Hashable

from hpsearch.data.parts import Fold
from hpsearch.execution.local import LocalPool
from hpsearch.execution.program_cache import program_cache
from hpsearch.execution.worker import PRELOAD, start
from hpsearch.study.sections import TrainingSection
from hpsearch.training.compiled.shapes import program_of
from hpsearch.training.segment import Segment


def training_pool(
    training: TrainingSection, fold: Fold, workers: int, tell: Callable[[str], None]
) -> LocalPool:
    """Worker processes on this machine that train and predict on a fold.

    Args:
        training: How segments are trained, unless they come with another training.
        tell: Gets a line on each death of a worker; called from threads of the pool.
    """
    initargs = (fold, program_cache(os.environ))
    return LocalPool(workers, training, _model_of(training), start, initargs, PRELOAD, tell)


def _model_of(training: TrainingSection) -> Callable[[Segment], Hashable]:
    """What a worker builds for a segment: a program for many trials, or a Keras model for one."""
    match training.engine:
        case "compiled":
            return lambda segment: program_of(segment.network, segment.knobs)
        case "keras":
            return lambda segment: (segment.network, segment.knobs)
