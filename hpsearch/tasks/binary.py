"""The metrics of a binary classifier: name, direction and a NumPy reference.

Every reference takes labels, 0 or 1, ``(rows,)`` and predicted probabilities of label 1,
``(rows,)``, and works in float64.
"""

import numpy as np
from numpy.typing import NDArray

from hpsearch.tasks.metric import Metric, Vector

#: What training minimises besides penalties, what trials are ranked by and pruned on.
OBJECTIVE = "val_binary_crossentropy"


#: Probabilities are kept this far from 0 and 1 before a logarithm is taken, as Keras does.
EPSILON = 1e-7


def row_binary_crossentropy(labels: Vector, probabilities: Vector) -> NDArray[np.float64]:
    """Cross-entropy of each row in nats, float64 ``(rows,)``."""
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


def auc(labels: Vector, probabilities: Vector) -> float:
    """Area under the ROC curve: the chance that a row of label 1 outranks one of label 0.

    Ties count one half. NaN where only one label is present.

    Source: Hanley and McNeil (1982), the Mann-Whitney form.
    """
    positive = labels == 1
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if positives == 0 or negatives == 0:
        return float("nan")
    _, inverse, counts = np.unique(probabilities, return_inverse=True, return_counts=True)
    last_rank = np.cumsum(counts)
    mean_rank = last_rank - (counts - 1) / 2
    rank_sum = float(mean_rank[inverse][positive].sum())
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


#: What is measured on the test rows, in the order in which it is shown.
TEST_METRICS = (
    Metric("binary_crossentropy", "minimize", "binary cross-entropy", binary_crossentropy),
    Metric("auc", "maximize", "AUC", auc),
    Metric("accuracy", "maximize", "accuracy", accuracy),
    Metric("brier_score", "minimize", "Brier score", brier_score),
)


#: The last axis of a learning curve.
CURVE_METRICS = ("binary_crossentropy", "accuracy")
