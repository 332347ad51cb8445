"""Two models of scikit-learn on the rows that the networks see, fitted where they are needed."""

from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.parts import Fold
from hpsearch.data.preprocessing import Preprocessing
from hpsearch.data.table import Features
from hpsearch.tasks.binary import binary_crossentropy

#: Trees of which the validation rows choose how many are kept, and how much each may correct.
TREES, LEARNING_RATE = 400, 0.05

Probabilities = NDArray[np.float64]


def fit_and_predict(
    model: str, seed: int, fold: Fold, preprocessing: Preprocessing, raw: Features
) -> tuple[Probabilities, Probabilities]:
    """Fit a model on the train rows and predict; takes seconds, so that nothing need be kept.

    ``logistic_regression`` is scikit-learn's own default. ``gradient_boosting`` is
    ``HistGradientBoostingClassifier``, as many of its trees as are best on the validation rows.

    Args:
        raw: Rows before preprocessing, ``(rows, columns)``.

    Returns:
        Probability of label 1 for the validation rows and for ``raw``.
    """
    parts = (fold.validation_features, preprocessing.apply(raw))
    match model:
        case "logistic_regression":
            from sklearn.linear_model import LogisticRegression

            fitted = LogisticRegression(max_iter=1_000)
            fitted.fit(fold.train_features, fold.train_labels)
            validation, predicted = (fitted.predict_proba(part)[:, 1] for part in parts)
        case "gradient_boosting":
            validation, predicted = _boost(seed, fold, *parts)
        case _:
            raise ValueError(f"unknown model {model!r}")
    return validation, predicted


def _boost(seed: int, fold: Fold, *parts: Features) -> list[Probabilities]:
    from sklearn.ensemble import HistGradientBoostingClassifier

    fitted: Any = HistGradientBoostingClassifier(
        learning_rate=LEARNING_RATE, max_iter=TREES, early_stopping=False, random_state=seed
    )
    fitted.fit(fold.train_features, fold.train_labels)
    losses = [
        binary_crossentropy(fold.validation_labels, stage[:, 1])
        for stage in fitted.staged_predict_proba(fold.validation_features)
    ]
    kept = int(np.argmin(losses))
    return [_stage(fitted, part, kept) for part in parts]


def _stage(fitted: Any, features: Features, kept: int) -> Probabilities:
    """Probabilities by the trees up to ``kept``."""
    stage = next(islice(fitted.staged_predict_proba(features), kept, None))
    return np.asarray(stage[:, 1], np.float64)
