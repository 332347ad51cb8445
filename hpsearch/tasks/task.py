"""The contract of a task: what a study predicts, and how that is judged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpsearch.stock import StockObject
from hpsearch.tasks.estimators import EstimatorBaseline
from hpsearch.tasks.metric import Metric, Vector

#: Outputs of a network before the link, float32 ``(rows, outputs)``.
Outputs = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Task:
    """A task.

    Attributes:
        name: As a study file names it.
        description: What networks of this task do: ``dense networks that tell two classes apart``.
        classification: Whether targets are classes by their places, 0 for the first; otherwise
            they are numbers, which are standardized for training.
        outputs: Columns of a network's last layer, of how many classes the table has; it has 0
            where they have no names.
        target_rule: What each target must be: ``0 or 1``.
        valid_targets: Which targets are that, bool ``(rows,)``.
        targets_problem: The rule that the targets of a part of the rows break, with what was found;
            None where they break none. The second argument is the names of the classes.
        pooled: Outputs of members ``(rows, members, outputs)`` as outputs ``(rows, outputs)`` whose
            prediction is the members' mean, on the scale that networks learn.
        output_losses: Loss of each row, float32 ``(rows,)``, of a network's outputs and targets.
        prediction_losses: Loss of each row, float64 ``(rows,)``, of targets and predictions, both
            standardized if the task standardizes targets.
        predictions: Outputs as predictions, float64 ``(rows,)``, of several classes
            ``(rows, classes)``: the link.
        curve_metrics: What is measured after each epoch on train and validation rows; trials are
            ranked by the first. Where targets are standardized, these are of such targets.
        test_metrics: What is measured on the test rows, in the order in which it is shown; the
            first is the loss, which training minimizes.
        other_objectives: What trials may be ranked by besides the curve metrics.
        gives_probability: Whether a prediction is the probability of label 1.
        ranking_metric: The test metric that tells whether a model has learned anything.
        say_ranking: What a value of that metric means, as a sentence; its second argument is the
            names of the classes.
        resolution: The smallest difference of the objective that matters, in its unit.
        rise: A change of a smoothed curve that is more than noise, in the objective's unit.
        progress: What a fifth of the epochs must bring for more of them to be worth having.
        loss: Keras's own, of outputs.
        output_activation, output_name: The last layer of a saved model.
        estimators: The baselines of scikit-learn.
        estimator_method: Of an estimator, what predicts; ``staged_`` before it for stages.
        estimator_predictions: What that returns as predictions, as ``predictions`` gives them.
    """

    name: str
    description: str
    classification: bool
    outputs: Callable[[int], int]
    target_rule: str
    valid_targets: Callable[[Vector], NDArray[np.bool_]]
    targets_problem: Callable[[Vector, Sequence[str]], str | None]
    pooled: Callable[[Outputs], Outputs]
    output_losses: Callable[[Outputs, Vector], NDArray[np.float32]]
    prediction_losses: Callable[[Vector, Vector], NDArray[np.float64]]
    predictions: Callable[[Outputs], NDArray[np.float64]]
    curve_metrics: tuple[Metric, ...]
    test_metrics: tuple[Metric, ...]
    gives_probability: bool
    ranking_metric: Metric
    say_ranking: Callable[[float, Sequence[str]], str]
    resolution: float
    rise: float
    progress: float
    loss: StockObject
    output_activation: str
    output_name: str
    estimators: tuple[EstimatorBaseline, ...]
    estimator_method: str
    estimator_predictions: Callable[[NDArray[Any]], NDArray[np.float64]]
    other_objectives: tuple[Metric, ...] = ()

    @property
    def metric(self) -> Metric:
        """What trials are ranked by; unless ``judged_by`` says otherwise, the loss."""
        return self.curve_metrics[0]

    @property
    def tested_metric(self) -> Metric:
        """The objective as it is measured on test rows, which may be in the target's own unit."""
        named = (metric for metric in self.test_metrics if metric.name == self.metric.name)
        return next(named, self.metric)

    @property
    def loss_metric(self) -> Metric:
        """What training minimizes, besides penalties."""
        return self.test_metrics[0]

    @property
    def objectives(self) -> tuple[Metric, ...]:
        """What trials may be ranked by."""
        every = (*self.curve_metrics, *self.other_objectives)
        return tuple({metric.name: metric for metric in every}.values())

    def judged_by(self, name: str) -> "Task":
        """This task with trials that are ranked by the metric of this name.

        Raises:
            KeyError: If it is none of ``objectives``.
        """
        metric = {metric.name: metric for metric in self.objectives}[name]
        others = (other for other in self.curve_metrics if other.name != name)
        return replace(
            self,
            curve_metrics=(metric, *others),
            test_metrics=(
                self.test_metrics
                if any(test.name == name for test in self.test_metrics)
                else (*self.test_metrics, metric)
            ),
        )

    @property
    def ranks_by_loss(self) -> bool:
        """Whether trials are ranked by the mean of what ``prediction_losses`` gives for rows."""
        return self.metric.stock == self.loss

    @property
    def told_metric(self) -> Metric:
        """The first test metric that is in a unit that people know the target by."""
        return next(metric for metric in self.test_metrics if not metric.standardized)

    @property
    def curve_names(self) -> tuple[str, ...]:
        """Names of the curve's metrics."""
        return tuple(metric.name for metric in self.curve_metrics)

    @property
    def objective(self) -> str:
        """What trials are ranked by, pruned on and stopped by: the metric on validation rows."""
        return f"val_{self.metric.name}"
