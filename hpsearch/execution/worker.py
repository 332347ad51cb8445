"""What runs inside a worker process: one trainer and one fold, set up once, then segments."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.splits import Fold
from hpsearch.training.segment import Progress, Segment, Trainer

#: One thread a worker: with four threads inside an operation TensorFlow's bits change, and four
#: workers of one thread are faster than one of four.
ENVIRONMENT = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "OMP_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
}


class _Bench:
    """The trainer and the rows of this process; filled once by ``start``."""

    trainer: Trainer
    fold: Fold


def start(fold: Fold, batch_size: int, patience: int) -> None:
    """Make this process a worker: one thread, no GPU, and gone when its parent is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()
    os.environ.update(ENVIRONMENT)
    with _native_stderr_silenced():
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.constant(0)  # the runtime starts, and talks, at the first operation
        from hpsearch.training.keras_trainer import KerasTrainer

    _Bench.trainer = KerasTrainer(batch_size, patience)
    _Bench.fold = fold


def run_segment(segment: Segment) -> Progress:
    """Train a segment on this worker's fold."""
    return _Bench.trainer.run(segment, _Bench.fold)


@contextmanager
def _native_stderr_silenced() -> Iterator[None]:
    """Drop what TensorFlow's C++ prints while it starts; an exception is still told afterwards."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _follow_parent() -> None:
    """End this process when the driver's ends, however that ended."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def predict(*arguments: Any) -> NDArray[np.float64]:
    """``training.model.predict``, imported where TensorFlow may be: in a worker."""
    from hpsearch.training import model

    return model.predict(*arguments)


def save_model(*arguments: Any) -> None:
    """``training.model.save_model``, imported where TensorFlow may be: in a worker."""
    from hpsearch.training import model

    model.save_model(*arguments)
