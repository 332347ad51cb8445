"""What runs inside a worker process: one trainer and one fold, set up once, then segments."""

import logging
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.splits import Fold
from hpsearch.processes import native_stderr_silenced, settle
from hpsearch.study import TrainingSection
from hpsearch.training.segment import Progress, Segment, Trainer

#: What a worker needs before it can start.
PRELOAD = ("hpsearch.training.preload",)


class _Bench:
    """The trainer and the rows of this process; filled once by ``start``."""

    trainer: Trainer
    fold: Fold


def start(fold: Fold, training: TrainingSection, programs: Path) -> None:
    """Make this process a worker; compiled programs are kept in the folder ``programs``."""
    settle()
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it counts retracings
    os.environ["TF_XLA_FLAGS"] = f"--tf_xla_persistent_cache_directory={programs}"
    with native_stderr_silenced():
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.constant(0)  # the runtime starts, and talks, at the first operation
        _Bench.trainer = _trainer(training, programs)
    _Bench.fold = fold


def _trainer(training: TrainingSection, programs: Path) -> Trainer:
    match training.engine:
        case "compiled":
            from hpsearch.training.compiled import CompiledTrainer

            return CompiledTrainer(training.batch_size, training.patience, programs)
        case "keras":
            from hpsearch.training.keras_trainer import KerasTrainer

            return KerasTrainer(training.batch_size, training.patience)


def run_segment(segment: Segment) -> Progress:
    """Train a segment on this worker's fold."""
    return _Bench.trainer.run(segment, _Bench.fold)


def predict(*arguments: Any) -> NDArray[np.float64]:
    """``training.model.predict``, imported where TensorFlow may be: in a worker."""
    from hpsearch.training import model

    return model.predict(*arguments)


def save_model(*arguments: Any) -> None:
    """``training.model.save_model``, imported where TensorFlow may be: in a worker."""
    from hpsearch.training import model

    model.save_model(*arguments)
