"""Outputs of several members as one: those whose prediction is the members' mean prediction."""

import numpy as np
from scipy.special import log_softmax, logsumexp

from hpsearch.tasks.task import Outputs


def mean_probability_logits(outputs: Outputs) -> Outputs:
    """The logit of the mean probability of label 1.

    Args:
        outputs: Logits, float32 ``(rows, members, 1)``.

    Returns:
        float32 ``(rows, 1)``, stable for logits of any size.
    """
    z = outputs.astype(np.float64)
    with_label, without = -np.logaddexp(0, -z), -np.logaddexp(0, z)
    logits = logsumexp(with_label, axis=1) - logsumexp(without, axis=1)
    return np.asarray(logits, np.float32)


def mean_probabilities_logits(outputs: Outputs) -> Outputs:
    """The logarithms of the mean probabilities of all classes, which are logits, too.

    Args:
        outputs: Logits, float32 ``(rows, members, classes)``.

    Returns:
        float32 ``(rows, classes)``.
    """
    logarithms = log_softmax(outputs.astype(np.float64), axis=2)
    return np.asarray(logsumexp(logarithms, axis=1) - np.log(outputs.shape[1]), np.float32)


def mean_outputs(outputs: Outputs) -> Outputs:
    """The mean of outputs ``(rows, members, outputs)``, float32 ``(rows, outputs)``."""
    return np.asarray(outputs.astype(np.float64).mean(axis=1), np.float32)
