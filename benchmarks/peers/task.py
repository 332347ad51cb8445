"""What one process of a peer is to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers.plain_keras import TraceEpochs, build_model, stopping
from hpsearch.data.parts import Fold
from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.study.spec import StudySpec


@dataclass(frozen=True, slots=True)
class Task:
    """A search over the study's space.

    Attributes:
        trace: The file to which every epoch is written.
        began: When the peer was started, on the machine's clock.
        index: Which process of the peer this is.
    """

    spec: StudySpec
    fold: Fold
    trace: Path
    began: float
    index: int

    def model(self, values: Mapping[str, Any]) -> Any:
        """A compiled model for a trial's values."""
        training = self.spec.training
        return build_model(
            self.spec.space.complete(values),
            columns=self.fold.columns,
            steps=-(-len(self.fold.train_labels) // self._batch_size(values)),
            epochs=training.epochs,
            decay_epochs=training.decay_epochs,
        )

    def fit_arguments(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Rows and batch size of a trial's values for ``fit``."""
        fold = self.fold
        return {
            "x": fold.train_features,
            "y": fold.train_labels[:, None],
            "validation_data": (fold.validation_features, fold.validation_labels[:, None]),
            "batch_size": self._batch_size(values),
            "verbose": 0,
        }

    def _batch_size(self, values: Mapping[str, Any]) -> int:
        default = HYPERPARAMETERS["batch_size"].default
        return int(self.spec.space.complete(values).get("batch_size", default))

    def callbacks(self, trial: int) -> list[Any]:
        """Early stopping, and the trace."""
        trace = TraceEpochs(self.trace, self.began, trial)
        return [*stopping(self.spec.training.patience), trace]


def limit_threads(threads: int) -> None:
    """Threads within and between TensorFlow's operations; before it computes anything."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
