"""Several classes: a logit for each, cross-entropy in nats."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax

from hpsearch.errors import shown
from hpsearch.stock import StockObject
from hpsearch.tasks.binary import EPSILON
from hpsearch.tasks.classes import (
    balanced_accuracy,
    balanced_recall,
    entropy,
    macro_f1,
    macro_f1_of,
    resampled,
)
from hpsearch.tasks.estimators import LOGISTIC_REGRESSION, gradient_boosting
from hpsearch.tasks.metric import Metric, Vector
from hpsearch.tasks.pooling import mean_probabilities_logits
from hpsearch.tasks.ranking import macro_auc, resampled_macro_auc
from hpsearch.tasks.task import Outputs, Task

#: What a target must be.
RULE = "the place of a class: 0, 1, 2 and so on"

#: Classes that a message names.
NAMED = 5


def row_crossentropy(targets: Vector, probabilities: Vector) -> NDArray[np.float64]:
    """Cross-entropy of each row in nats, float64 ``(rows,)``.

    Args:
        targets: Classes by their places, ``(rows,)``, here and below.
        probabilities: Of all classes, ``(rows, classes)``, here and below.
    """
    places = targets.astype(np.intp)[:, None]
    p = np.take_along_axis(probabilities.astype(np.float64), places, axis=1)[:, 0]
    return np.asarray(-np.log(np.clip(p, EPSILON, 1 - EPSILON)))


def crossentropy(targets: Vector, probabilities: Vector) -> float:
    """Mean cross-entropy in nats."""
    return float(row_crossentropy(targets, probabilities).mean())


def accuracy(targets: Vector, probabilities: Vector) -> float:
    """Share of rows whose most probable class, the first of equals, is the right one."""
    return float((probabilities.argmax(axis=-1) == targets).mean())


def _is_class(targets: Vector) -> NDArray[np.bool_]:
    return np.asarray((targets >= 0) & (targets == np.floor(targets)) & np.isfinite(targets))


def _targets_problem(targets: Vector, classes: Sequence[str]) -> str | None:
    """Each class must be there and no other."""
    values, count = np.unique(targets), len(classes)
    valid = _is_class(values) & (values < count)
    if count < 2:
        return f"must have at least 2 classes with names, got {count}"
    if not valid.all():
        return f"must have classes from 0 to {count - 1}, got {shown(float(values[~valid][0]))}"
    absent = [shown(name) for place, name in enumerate(classes) if place not in values]
    if not absent:
        return None
    named = absent if len(absent) <= NAMED else [*absent[:NAMED], f"and {len(absent) - NAMED} more"]
    return f"must hold each of the {count} classes, got none of {', '.join(named)}"


def _logit_losses(logits: Outputs, targets: Vector) -> NDArray[np.float32]:
    """Cross-entropy of each row in nats, stable for logits of any size."""
    places = targets.astype(np.intp)[:, None]
    return -np.take_along_axis(log_softmax(logits, axis=1), places, axis=1)[:, 0]


def _say_auc(area: float, classes: Sequence[str]) -> str:
    del classes
    return (
        f"It puts a row of a class above one of another class, by the class's probability, in "
        f"{area:.1%} of pairs (mean over the classes)."
    )


CROSSENTROPY = Metric(
    "sparse_categorical_crossentropy",
    label="cross-entropy",
    direction="minimize",
    unit="nats",
    reference=crossentropy,
    row_values=lambda targets, models: np.stack(
        [row_crossentropy(targets, model) for model in models]
    ),
    chance=entropy,
    stock=StockObject("SparseCategoricalCrossentropy", {"from_logits": True}),
)

ACCURACY = Metric(
    "accuracy",
    label="accuracy",
    direction="maximize",
    unit="",
    reference=accuracy,
    row_values=lambda targets, models: (models.argmax(axis=-1) == targets).astype(np.float64),
    stock=StockObject("SparseCategoricalAccuracy", {}),
)

BALANCED_ACCURACY = Metric(
    "balanced_accuracy",
    label="balanced accuracy",
    direction="maximize",
    unit="",
    reference=balanced_accuracy,
    resampler=resampled(balanced_recall),
    chance=lambda targets, weights: 1 / len(np.unique(targets)),
)

MACRO_F1 = Metric(
    "macro_f1",
    label="macro F1",
    direction="maximize",
    unit="",
    reference=macro_f1,
    resampler=resampled(macro_f1_of),
)

MACRO_AUC = Metric(
    "macro_auc",
    label="macro AUC",
    direction="maximize",
    unit="",
    reference=macro_auc,
    resampler=resampled_macro_auc,
    chance=lambda targets, weights: 0.5,
)

MULTICLASS = Task(
    name="multiclass",
    description="dense networks that tell several classes apart",
    classification=True,
    outputs=lambda classes: classes,
    target_rule=RULE,
    valid_targets=_is_class,
    targets_problem=_targets_problem,
    pooled=mean_probabilities_logits,
    output_losses=_logit_losses,
    prediction_losses=row_crossentropy,
    predictions=lambda logits: np.asarray(softmax(logits.astype(np.float64), axis=1)),
    curve_metrics=(CROSSENTROPY, ACCURACY),
    test_metrics=(CROSSENTROPY, ACCURACY, BALANCED_ACCURACY, MACRO_F1, MACRO_AUC),
    gives_probability=False,
    ranking_metric=MACRO_AUC,
    say_ranking=_say_auc,
    resolution=0.005,
    rise=0.01,
    progress=0.002,
    loss=StockObject("SparseCategoricalCrossentropy", {"from_logits": True}),
    output_activation="softmax",
    output_name="probabilities",
    estimators=(
        LOGISTIC_REGRESSION,
        gradient_boosting("HistGradientBoostingClassifier"),
    ),
    estimator_method="predict_proba",
    estimator_predictions=lambda probabilities: np.asarray(probabilities, np.float64),
    other_objectives=(BALANCED_ACCURACY, MACRO_F1, MACRO_AUC),
)
