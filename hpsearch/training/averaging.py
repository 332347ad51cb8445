"""The average of a network's weights over its training's steps, which may be kept in their place.

After step ``t``, counted from 1, the weights count ``(order + 1) / (t + order)`` of the average,
and the average before them the rest: it begins with the first weights, so that nothing has to be
corrected, and remembers about the last tenth of all steps so far, however many are to come.

Source: polynomial-decay averaging, Shamir and Zhang, Stochastic Gradient Descent for Non-smooth
Optimization (2013), section 4.
"""

from typing import Any

#: The steps that count have a mean age of ``t / (ORDER + 2)``.
ORDER = 9.0


def averaged(average: Any, weights: Any, before: Any) -> Any:
    """The average after a step.

    Args:
        average: Of the weights before it; without any of whatever finite values.
        weights: After it.
        before: The steps before it, float32 or of a type that does not change that of the weights.
    """
    return average + (weights - average) * ((ORDER + 1.0) / (before + (ORDER + 1.0)))
