"""Two classes: one logit, cross-entropy in nats."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from hpsearch.errors import shown
from hpsearch.stock import StockObject
from hpsearch.tasks.classes import entropy
from hpsearch.tasks.estimators import LOGISTIC_REGRESSION, gradient_boosting
from hpsearch.tasks.metric import Metric, Vector, weighted_mean, weighted_sums
from hpsearch.tasks.pooling import mean_probability_logits
from hpsearch.tasks.ranking import (
    auc,
    average_precision,
    resampled_auc,
    resampled_average_precision,
)
from hpsearch.tasks.task import Outputs, Task

#: Probabilities are kept this far from 0 and 1 before a logarithm is taken, as Keras does.
EPSILON = 1e-7

#: What a label must be.
RULE = "0 or 1"


def row_binary_crossentropy(labels: Vector, probabilities: Vector) -> NDArray[np.float64]:
    """Cross-entropy of each row in nats, float64 ``(rows,)``.

    Args:
        labels: 0 or 1, ``(rows,)``, here and below.
        probabilities: Of label 1, ``(rows,)``, here and below.
    """
    p = np.clip(probabilities.astype(np.float64), EPSILON, 1 - EPSILON)
    y = labels.astype(np.float64)
    return np.asarray(-(y * np.log(p) + (1 - y) * np.log1p(-p)))


def binary_crossentropy(labels: Vector, probabilities: Vector) -> float:
    """Mean cross-entropy in nats."""
    return float(row_binary_crossentropy(labels, probabilities).mean())


def accuracy(labels: Vector, probabilities: Vector) -> float:
    """Share of rows on the right side of 0.5; exactly 0.5 counts as label 0, as in Keras."""
    return float(((probabilities > 0.5) == (labels == 1)).mean())


def brier_score(labels: Vector, probabilities: Vector) -> float:
    """Mean squared distance of probability and label (Brier, 1950)."""
    distance = probabilities.astype(np.float64) - labels.astype(np.float64)
    return float((distance**2).mean())


def f1(labels: Vector, probabilities: Vector) -> float:
    """Harmonic mean of precision and recall of label 1 above 0.5; 0 where no row is found."""
    return float(_f1(labels.astype(np.float64), probabilities, np.ones(len(labels))))


def _f1(labels: Vector, probabilities: Vector, counts: NDArray[np.float64]) -> float:
    found = probabilities > 0.5
    either = weighted_sums(found + labels, counts)
    return float(2 * weighted_sums(found * labels, counts) / either) if either else 0.0


def _is_label(labels: Vector) -> NDArray[np.bool_]:
    return np.isin(labels, (0, 1))


def _labels_problem(labels: Vector, classes: Sequence[str]) -> str | None:
    """Both labels, 0 and 1, must be there and no other."""
    values = np.unique(labels)
    valid = _is_label(values)
    if not valid.all():
        return f"must have labels that are {RULE}, got {shown(float(values[~valid][0]))}"
    if len(values) == 1:
        label = shown(classes[int(values[0])]) if classes else f"{values[0]:g}"
        return f"must hold both labels, got only label {label}"
    return None


def _logit_losses(logits: Outputs, labels: Vector) -> NDArray[np.float32]:
    """Cross-entropy of each row in nats, stable for logits of any size."""
    z = logits[:, 0]
    return np.asarray(np.logaddexp(0, z) - labels * z, np.float32)


def _say_auc(area: float, classes: Sequence[str]) -> str:
    first, second = (f"class {name}" for name in classes[:2]) if classes else ("label 0", "label 1")
    return f"It puts a row of {second} above one of {first} in {area:.1%} of pairs."


CROSSENTROPY = Metric(
    "binary_crossentropy",
    label="binary cross-entropy",
    direction="minimize",
    unit="nats",
    reference=binary_crossentropy,
    row_values=lambda labels, models: np.stack(
        [row_binary_crossentropy(labels, model) for model in models]
    ),
    chance=entropy,
    stock=StockObject("BinaryCrossentropy", {"from_logits": True}),
)

ACCURACY = Metric(
    "accuracy",
    label="accuracy",
    direction="maximize",
    unit="",
    reference=accuracy,
    row_values=lambda labels, models: ((models > 0.5) == (labels == 1)).astype(np.float64),
    stock=StockObject("BinaryAccuracy", {"threshold": 0.0}),
)

AUC = Metric(
    "auc",
    label="AUC",
    direction="maximize",
    unit="",
    reference=auc,
    resampler=resampled_auc,
    chance=lambda labels, weights: 0.5,
)

BRIER_SCORE = Metric(
    "brier_score",
    label="Brier score",
    direction="minimize",
    unit="",
    reference=brier_score,
    row_values=lambda labels, models: (models - labels) ** 2,
)

AVERAGE_PRECISION = Metric(
    "average_precision",
    label="average precision",
    direction="maximize",
    unit="",
    reference=average_precision,
    resampler=resampled_average_precision,
    chance=weighted_mean,
)

F1 = Metric(
    "f1",
    label="F1",
    direction="maximize",
    unit="",
    reference=f1,
    resampler=lambda labels, models: (
        lambda counts: np.array([_f1(labels, model, counts) for model in models])
    ),
)

BINARY = Task(
    name="binary",
    description="dense networks that tell two classes apart",
    classification=True,
    outputs=lambda classes: 1,
    target_rule=RULE,
    valid_targets=_is_label,
    targets_problem=_labels_problem,
    pooled=mean_probability_logits,
    output_losses=_logit_losses,
    prediction_losses=row_binary_crossentropy,
    predictions=lambda logits: np.asarray(expit(logits[:, 0].astype(np.float64))),
    curve_metrics=(CROSSENTROPY, ACCURACY),
    test_metrics=(CROSSENTROPY, AUC, ACCURACY, BRIER_SCORE),
    gives_probability=True,
    ranking_metric=AUC,
    say_ranking=_say_auc,
    resolution=0.005,
    rise=0.01,
    progress=0.002,
    loss=StockObject("BinaryCrossentropy", {"from_logits": True}),
    output_activation="sigmoid",
    output_name="probability",
    estimators=(
        LOGISTIC_REGRESSION,
        gradient_boosting("HistGradientBoostingClassifier"),
    ),
    estimator_method="predict_proba",
    estimator_predictions=lambda probabilities: np.asarray(probabilities[:, 1], np.float64),
    other_objectives=(AUC, AVERAGE_PRECISION, F1),
)
