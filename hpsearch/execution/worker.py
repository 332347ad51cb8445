"""What runs inside a worker process: one fold, set up once, then segments and predictions."""

import logging
import os
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from hpsearch.data.parts import Fold
from hpsearch.data.preprocessing import Preprocessing
from hpsearch.data.table import Features
from hpsearch.files import can_be_written
from hpsearch.models.network import Network
from hpsearch.study.sections import TrainingSection
from hpsearch.training.inspection import logits
from hpsearch.training.segment import Arrays, Progress, Segment, Trainer

#: What a worker needs before it can start.
PRELOAD = ("hpsearch.training.preload",)


class _Bench:
    """The rows of this process, filled once by ``start``, and a trainer for each training."""

    fold: Fold
    programs: Path | None
    trainers: ClassVar[dict[tuple[str, int, int], Trainer]] = {}


def start(fold: Fold, programs: Path | None) -> None:
    """Make this process a worker; compiled programs are kept in ``programs``, if possible."""
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it counts retracings
    if programs is not None and can_be_written(programs):
        os.environ["TF_XLA_FLAGS"] = f"--tf_xla_persistent_cache_directory={programs}"
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.constant(0)  # the runtime starts, and talks, at the first operation
    _Bench.fold, _Bench.programs = fold, programs


def run_segment(segment: Segment, training: TrainingSection) -> Progress:
    """Train a segment on this worker's fold; the trainer is kept for the next.

    Raises:
        MemoryError: If TensorFlow finds too little of it, which says nothing about the segment.
    """
    key = (training.engine, training.batch_size, training.patience)
    if key not in _Bench.trainers:
        _Bench.trainers[key] = _trainer(training)
    try:
        return _Bench.trainers[key].run(segment, _Bench.fold)
    except Exception as error:
        if type(error).__name__ == "ResourceExhaustedError":
            raise MemoryError(str(error)) from None
        raise


def _trainer(training: TrainingSection) -> Trainer:
    match training.engine:
        case "compiled":
            from hpsearch.training.compiled.trainer import CompiledTrainer

            return CompiledTrainer(training.batch_size, training.patience, _Bench.programs)
        case "keras":
            from hpsearch.training.keras.trainer import KerasTrainer

            return KerasTrainer(training.batch_size, training.patience)


def predict_validation(network: Network, weights: Arrays) -> NDArray[np.float64]:
    """Probability of label 1 for this worker's validation rows, float64 ``(rows,)``."""
    predicted = logits(network, weights, _Bench.fold.validation_features)
    return np.asarray(expit(predicted.astype(np.float64)))


def fit_and_predict(
    model: str, seed: int, preprocessing: Preprocessing, raw: Features
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """``training.scikit_learn.fit_and_predict`` on this worker's fold."""
    from hpsearch.training import scikit_learn

    return scikit_learn.fit_and_predict(model, seed, _Bench.fold, preprocessing, raw)


def predict(*arguments: Any) -> NDArray[np.float64]:
    """``training.model.predict``, imported where TensorFlow may be: in a worker."""
    from hpsearch.training.keras import model

    return model.predict(*arguments)


def save_model(*arguments: Any) -> None:
    """``training.model.save_model``, imported where TensorFlow may be: in a worker."""
    from hpsearch.training.keras import model

    model.save_model(*arguments)
