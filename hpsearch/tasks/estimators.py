"""Models of scikit-learn that a winner may be compared with, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class EstimatorBaseline:
    """A model of scikit-learn that the winner may be compared with.

    Attributes:
        name: As a study file names it.
        label: The name for people.
        estimator: ``module:class``.
        arguments: That make it, besides its seed.
        seeded: Whether it takes a seed, ``random_state``.
        staged: Whether it grows in stages, of which the best on the validation rows is kept.
        ranges: Ends of the range of each argument that a small search draws from, evenly on a
            logarithmic axis; whole numbers where the ends are.
        settings: How many settings of these arguments are tried, its own first.
    """

    name: str
    label: str
    estimator: str
    arguments: dict[str, Any]
    seeded: bool = False
    staged: bool = False
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    settings: int = 1


#: Of two classes and of several.
LOGISTIC_REGRESSION = EstimatorBaseline(
    "logistic_regression",
    "Logistic regression",
    "sklearn.linear_model:LogisticRegression",
    {"max_iter": 1_000},
)


def gradient_boosting(estimator: str) -> EstimatorBaseline:
    """Histogram gradient boosting, tuned by a small search.

    Args:
        estimator: Its class in ``sklearn.ensemble``.
    """
    return EstimatorBaseline(
        "gradient_boosting",
        "Histogram gradient boosting",
        f"sklearn.ensemble:{estimator}",
        {"learning_rate": 0.05, "max_iter": 400, "early_stopping": False},
        seeded=True,
        staged=True,
        ranges={
            "learning_rate": (0.02, 0.3),
            "max_leaf_nodes": (6, 96),
            "l2_regularization": (1e-3, 100.0),
            "min_samples_leaf": (5, 100),
        },
        settings=12,
    )
