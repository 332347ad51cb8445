"""Models of scikit-learn on the rows that the networks see, fitted where they are needed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from hpsearch.data.columns import RawRows
from hpsearch.data.parts import Fold
from hpsearch.data.preprocessing import Preprocessing
from hpsearch.data.table import Features
from hpsearch.tasks.estimators import EstimatorBaseline
from hpsearch.tasks.task import Task

Predictions = NDArray[np.float64]

#: Stages without a better loss on the validation rows after which a drawn setting ends.
PATIENCE = 25


@dataclass(frozen=True, slots=True, eq=False)
class _Fitted:
    """A fitted estimator, its best stage from 0, and the loss of that on the validation rows."""

    estimator: Any
    stage: int
    loss: float


def fit_and_predict(
    task: Task, name: str, seed: int, fold: Fold, preprocessing: Preprocessing, raw: RawRows
) -> tuple[Predictions, Predictions]:
    """Fit a model on the train rows and predict; takes seconds, so that nothing need be kept.

    Of several settings that with the least loss on the validation rows is taken. They are drawn by
    the seed, and the first of them is the estimator as it stands, so a search is never worse there.

    Args:
        name: Name of one of the task's estimators.
        raw: Rows before preprocessing.

    Returns:
        Predictions for the validation rows and for ``raw``, in the target's unit.

    Raises:
        KeyError: If the task has no such estimator.
    """
    baseline = {estimator.name: estimator for estimator in task.estimators}[name]
    fits = (_fit(task, baseline, seed, fold, drawn) for drawn in settings(baseline, seed))
    best = min(fits, key=lambda fitted: fitted.loss)
    parts = (fold.validation_features, preprocessing.apply(raw))
    validation, predicted = (
        fold.target.restored(_predict(task, baseline, best, part)) for part in parts
    )
    return validation, predicted


def settings(baseline: EstimatorBaseline, seed: int) -> Iterator[Mapping[str, float]]:
    """Arguments to try: none besides its own at first, then drawn ones."""
    yield {}
    rng = np.random.default_rng(seed)
    for _ in range(baseline.settings - 1):
        drawn = {}
        for name, (low, high) in baseline.ranges.items():
            value = float(np.exp(rng.uniform(np.log(low), np.log(high))))
            drawn[name] = round(value) if isinstance(low, int) else value
        yield drawn


def _fit(
    task: Task, baseline: EstimatorBaseline, seed: int, fold: Fold, drawn: Mapping[str, float]
) -> _Fitted:
    module, _, name = baseline.estimator.partition(":")
    arguments = {**baseline.arguments, **({"random_state": seed} if baseline.seeded else {})}
    more: dict[str, Any] = {}
    if drawn and baseline.staged:  # what no longer gets better ends early
        more = {"X_val": fold.validation_features, "y_val": fold.validation_labels}
        if fold.validation_weights is not None:
            more["sample_weight_val"] = fold.validation_weights
        arguments |= {"early_stopping": True, "n_iter_no_change": PATIENCE, "tol": 0.0}
    estimator = getattr(import_module(module), name)(**{**arguments, **drawn})
    if fold.loss_weights is not None:
        more["sample_weight"] = fold.loss_weights
    estimator.fit(_taken(baseline, fold.train_features), fold.train_labels, **more)
    weights = fold.validation_weights
    losses = [
        task.metric.sign * task.metric.value(fold.validation_labels, stage, weights)
        for stage in _stages(task, baseline, estimator, fold.validation_features)
    ]
    best = int(np.argmin(losses))
    return _Fitted(estimator, best, losses[best])


def _stages(
    task: Task, baseline: EstimatorBaseline, estimator: Any, features: Features
) -> Iterator[Predictions]:
    """Predictions after each stage; of an estimator without stages, its own alone."""
    method, features = task.estimator_method, _taken(baseline, features)
    if baseline.staged:
        yield from map(task.estimator_predictions, getattr(estimator, f"staged_{method}")(features))
    else:
        yield task.estimator_predictions(getattr(estimator, method)(features))


def _taken(baseline: EstimatorBaseline, features: Features) -> Any:
    """Features as an estimator takes them: 0 and 1, of which most are 0, without the zeros.

    Not for one that grows in stages, by trees: they take no sparse rows.
    """
    if features.dtype != np.uint8 or baseline.staged:
        return features
    return csr_matrix(features, dtype=np.float32)


def _predict(
    task: Task, baseline: EstimatorBaseline, fitted: _Fitted, features: Features
) -> Predictions:
    stages = _stages(task, baseline, fitted.estimator, features)
    return next(islice(stages, fitted.stage, None))
