"""What runs inside a worker process: one fold, set up once, then segments and predictions."""

import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.columns import RawRows
from hpsearch.data.parts import Folds
from hpsearch.data.preprocessing import Preprocessing
from hpsearch.files import can_be_written
from hpsearch.models.arrays import Arrays
from hpsearch.models.preparation import Preparation
from hpsearch.models.recipe import Engine
from hpsearch.tasks.registry import TASKS
from hpsearch.training.engines import make_trainer
from hpsearch.training.inspection import outputs_of
from hpsearch.training.run import Run
from hpsearch.training.segment import Progress, Segment, Trainer

#: What a worker needs before it can start.
PRELOAD = ("hpsearch.training.preload",)


class _Bench:
    """The rows of this process, filled once by ``start``, and a trainer for each engine."""

    folds: Sequence[Folds]
    programs: Path | None
    trainers: ClassVar[dict[Engine, Trainer]] = {}
    models: ClassVar[dict[Path, Callable[[RawRows], NDArray[np.float64]]]] = {}


def start(folds: Sequence[Folds], programs: Path | None) -> None:
    """Make this process a worker; compiled programs are kept in ``programs``, if possible."""
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it counts retracings
    if programs is not None and can_be_written(programs):
        os.environ["TF_XLA_FLAGS"] = f"--tf_xla_persistent_cache_directory={programs}"
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.constant(0)  # the runtime starts, and talks, at the first operation
    _Bench.folds, _Bench.programs = folds, programs


def run_segment(segment: Segment) -> Progress:
    """Train a segment on its fold; the trainer is kept for the next.

    Raises:
        MemoryError: If TensorFlow finds too little of it, which says nothing about the segment.
    """
    engine = segment.recipe.engine
    if engine not in _Bench.trainers:
        _Bench.trainers[engine] = make_trainer(engine, _Bench.programs)
    fold = _Bench.folds[segment.fold][segment.recipe.preparation]
    try:
        return _Bench.trainers[engine].run(segment, fold)
    except Exception as error:
        if type(error).__name__ == "ResourceExhaustedError":
            raise MemoryError(str(error)) from None
        raise


def predict_validation(run: Run, weights: Arrays) -> NDArray[np.float64]:
    """A run's predictions for its fold's validation rows in the target's unit.

    Float64 ``(rows,)``, of several classes ``(rows, classes)``.
    """
    fold = _Bench.folds[run.fold][run.recipe.preparation]
    task = run.recipe.the_task()
    outputs = outputs_of(task, run.recipe.network, weights, fold.validation_features)
    return fold.target.restored(task.predictions(fold.target.of_outputs(outputs)))


def fit_and_predict(
    task: str,
    model: str,
    seed: int,
    fold: int,
    preparation: Preparation,
    preprocessing: Preprocessing,
    raw: RawRows,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """``training.scikit_learn.fit_and_predict`` on one of this worker's folds."""
    from hpsearch.training import scikit_learn

    rows = _Bench.folds[fold][preparation]
    return scikit_learn.fit_and_predict(TASKS[task], model, seed, rows, preprocessing, raw)


def predict(*arguments: Any) -> NDArray[np.float64]:
    """``training.keras.model.predict``, imported where TensorFlow may be: in a worker."""
    from hpsearch.training.keras import model

    return model.predict(*arguments)


def predict_saved(path: Path, raw: RawRows) -> NDArray[np.float64]:
    """Predictions of a saved model for raw rows; the model is kept for the next."""
    from hpsearch.training.keras.saved import open_model

    if path not in _Bench.models:
        _Bench.models[path] = open_model(path)
    return _Bench.models[path](raw)


def save_mean(*arguments: Any) -> None:
    """``training.keras.model.save_mean``, imported where TensorFlow may be: in a worker."""
    from hpsearch.training.keras import model

    model.save_mean(*arguments)
