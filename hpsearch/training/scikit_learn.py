"""Models of scikit-learn on the rows that the networks see, fitted where they are needed."""

from collections.abc import Sequence
from importlib import import_module
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.columns import RawRows
from hpsearch.data.parts import Fold
from hpsearch.data.preprocessing import Preprocessing
from hpsearch.data.table import Features
from hpsearch.tasks.task import EstimatorBaseline, Task

Predictions = NDArray[np.float64]


def fit_and_predict(
    task: Task, name: str, seed: int, fold: Fold, preprocessing: Preprocessing, raw: RawRows
) -> tuple[Predictions, Predictions]:
    """Fit a model on the train rows and predict; takes seconds, so that nothing need be kept.

    Args:
        name: Name of one of the task's estimators.
        raw: Rows before preprocessing.

    Returns:
        Predictions for the validation rows and for ``raw``, in the target's unit.

    Raises:
        KeyError: If the task has no such estimator.
    """
    baseline = {estimator.name: estimator for estimator in task.estimators}[name]
    parts = (fold.validation_features, preprocessing.apply(raw))
    fitted = _fit(baseline, seed, fold)
    if baseline.staged:
        predictions = _by_best_stage(task, fitted, fold, parts)
    else:
        predict = getattr(fitted, task.estimator_method)
        predictions = [task.estimator_predictions(predict(part)) for part in parts]
    validation, predicted = (fold.target.restored(part) for part in predictions)
    return validation, predicted


def _by_best_stage(
    task: Task, fitted: Any, fold: Fold, parts: Sequence[Features]
) -> list[Predictions]:
    """Predictions by as many stages as validate best."""
    stages = getattr(fitted, f"staged_{task.estimator_method}")
    losses = [
        task.metric.reference(fold.validation_labels, task.estimator_predictions(stage))
        for stage in stages(fold.validation_features)
    ]
    best = int(np.argmin(losses))
    return [task.estimator_predictions(next(islice(stages(part), best, None))) for part in parts]


def _fit(baseline: EstimatorBaseline, seed: int, fold: Fold) -> Any:
    module, _, name = baseline.estimator.partition(":")
    more = {"random_state": seed} if baseline.seeded else {}
    estimator = getattr(import_module(module), name)(**baseline.arguments, **more)
    estimator.fit(fold.train_features, fold.train_labels)
    return estimator
