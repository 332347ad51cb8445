"""What predictions of the test rows say, beside those of the validation rows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.target import TargetScale
from hpsearch.evaluation.baselines import label_of
from hpsearch.evaluation.candidates import Candidates
from hpsearch.evaluation.ensemble import Shares
from hpsearch.evaluation.outcome import Measured, TestedBaseline, TestedConfiguration, TestResult
from hpsearch.statistics.bootstrap import Comparison, compare, mean_with_error
from hpsearch.statistics.calibration import calibrate, choose_threshold
from hpsearch.statistics.classes import decide
from hpsearch.statistics.estimate import Estimate, around
from hpsearch.statistics.few_rows import student_95
from hpsearch.statistics.residuals import measure_residuals
from hpsearch.statistics.split import split_estimate
from hpsearch.study.weights import ThresholdRule
from hpsearch.tasks.metric import Metric, Vector, contributions
from hpsearch.tasks.task import Task

#: In the target's own unit, float64 ``(rows,)``, or of several classes ``(rows, classes)``.
Predictions = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """Predictions of a network or model for the validation rows and for the test rows."""

    validation: Predictions
    test: Predictions


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What is true of the validation rows and of the test rows.

    Both are float64 ``(rows,)`` in the target's own unit; ``scale`` is that of the train rows.
    Weights are what rows count, ``(rows,)``; None where all count alike.
    """

    scale: TargetScale
    validation: Predictions
    test: Predictions
    validation_weights: Vector | None = None
    test_weights: Vector | None = None

    def on_validation(self, metric: Metric, predictions: Predictions) -> float:
        """A metric on the validation rows."""
        measured = self._as_measured(metric, self.validation, predictions)
        return metric.value(*measured, self.validation_weights)

    def on_test(self, metric: Metric, predictions: Predictions) -> float:
        """A metric on the test rows."""
        return metric.value(*self._as_measured(metric, self.test, predictions), self.test_weights)

    def compare(
        self, task: Task, predictions: Mapping[str, Predictions], reference: str
    ) -> Mapping[str, Comparison]:
        """All test metrics of several models on the test rows, each on its own scale."""
        compared = (task.tested_metric, task.ranking_metric)
        parts = []
        for standardized in (True, False):
            metrics = [each for each in task.test_metrics if each.standardized == standardized]
            if metrics:
                values = [
                    self._as_measured(metrics[0], self.test, rows) for rows in predictions.values()
                ]
                part = compare(
                    values[0][0],
                    {name: rows for name, (_, rows) in zip(predictions, values, strict=True)},
                    reference,
                    metrics=metrics,
                    compared=[each for each in compared if each.standardized == standardized],
                    weights=self.test_weights,
                )
                parts.append(part)
        return {
            name: Comparison(
                _joined([part[name].metrics for part in parts]),
                _joined([part[name].differences for part in parts]),
            )
            for name in predictions
        }

    def losses(self, task: Task, predicted: Sequence[Predicted]) -> tuple[Predictions, Predictions]:
        """Losses of validation rows and of test rows, each ``(models, rows)``.

        Of rows with weights, what they add to the mean; see ``contributions``.
        """
        standardized = self.scale.standardized

        def losses_of(truth: Predictions, models: Sequence[Predictions]) -> Predictions:
            rows = standardized(truth)
            return np.stack([task.prediction_losses(rows, standardized(each)) for each in models])

        validation = losses_of(self.validation, [each.validation for each in predicted])
        test = losses_of(self.test, [each.test for each in predicted])
        return (
            contributions(validation, self.validation_weights),
            contributions(test, self.test_weights),
        )

    def split(self, metric: Metric, predicted: Sequence[Predicted]) -> Estimate:
        """By how much models are worse on the test rows than on the validation rows, their mean."""
        parts = (
            (self.validation, [each.validation for each in predicted], self.validation_weights),
            (self.test, [each.test for each in predicted], self.test_weights),
        )
        means = []
        for truth, models, weights in parts:
            values = [self._as_measured(metric, truth, predictions) for predictions in models]
            mean, error = mean_with_error(
                metric,
                values[0][0],
                np.stack([predictions for _, predictions in values]),
                weights=weights,
            )
            means.append((mean, error))
        (validation, one), (test, other) = means
        reach = student_95(min(len(self.validation), len(self.test)) - 1)
        return around(metric.behind(test, validation), reach * math.hypot(one, other))

    def _as_measured(
        self, metric: Metric, truth: Predictions, predictions: Predictions
    ) -> tuple[Predictions, Predictions]:
        """Both on the scale of a metric."""
        if not metric.standardized:
            return truth, predictions
        return self.scale.standardized(truth), self.scale.standardized(predictions)


def judge(
    task: Task, candidates: Candidates, predicted: Mapping[str, Predicted], truth: Truth
) -> TestResult:
    """What all that was predicted says; the openings are not in it.

    Args:
        predicted: By the names of the candidates' runs and models.
    """
    saved: dict[str, Predicted] = {
        name: _mean(shares, predicted) for name, shares in candidates.saved.items()
    }
    predicted = {**predicted, **saved}
    values = {
        name: truth.on_validation(task.tested_metric, rows.validation)
        for name, rows in predicted.items()
    }
    baselines = {run.name: run.variant for run in candidates.networks}
    baselines |= {name: name for name in candidates.models}
    winner, seeds = next(iter(candidates.configurations.items()), (None, ()))
    reference = (
        "best" if seeds else min(baselines, key=lambda name: task.metric.sign * values[name])
    )
    others = [name for name in saved if name != reference]
    tests = {name: predicted[name].test for name in (reference, *baselines, *others)}
    compared = truth.compare(task, tests, reference)
    same = [predicted[run.name] for run in seeds] or [predicted[reference]]
    return TestResult(
        reference=label_of(task, baselines[reference]) if winner is None else say_best(candidates),
        trial=winner,
        index=candidates.single if seeds else None,
        rows=len(truth.test),
        metrics={
            metric.name: Measured(
                **asdict(compared[reference].metrics[metric.name]),
                seeds=tuple(truth.on_test(metric, seed.test) for seed in same),
                validation=tuple(truth.on_validation(metric, seed.validation) for seed in same),
                validated=truth.on_validation(metric, predicted[reference].validation),
            )
            for metric in task.test_metrics
        },
        configurations=tuple(
            _configuration(task, number, [predicted[run.name] for run in runs], truth)
            for number, runs in candidates.configurations.items()
        ),
        baselines=tuple(
            _tested(baseline, label_of(task, baseline), values[name], compared[name])
            for name, baseline in baselines.items()
        ),
        openings=(),
        validation=truth.on_validation(task.metric, predicted[reference].validation),
        averaged=len(candidates.saved.get("best", ())) or 1,
        models=tuple(
            _tested(name, say_saved(name, candidates), values[name], compared[name])
            for name in others
        ),
        **_worth(task, truth, predicted[reference], candidates.threshold),
    )


def say_best(candidates: Candidates) -> str:
    """The exported model for people: the winner, or the mean of its seeds."""
    winner, seeds = next(iter(candidates.configurations)), len(candidates.saved["best"])
    return f"trial {winner}" if seeds == 1 else f"the mean of trial {winner}'s {seeds} seeds"


def say_saved(name: str, candidates: Candidates) -> str:
    """A saved model beside the exported one, for people."""
    if name == "ensemble":
        return f"greedy ensemble of {len(candidates.ensemble)} trainings"
    return f"single network, re-training {candidates.single}"


def _tested(name: str, label: str, validation: float, compared: Comparison) -> TestedBaseline:
    return TestedBaseline(name, label, validation, compared.metrics, compared.differences)


def _mean(shares: Shares, predicted: Mapping[str, Predicted]) -> Predicted:
    """The mean of networks' predictions, as the saved model gives it."""
    if len(shares) == 1:
        return predicted[shares[0][0].name]
    counts = [count for _, count in shares]
    each = [predicted[run.name] for run, _ in shares]
    return Predicted(
        np.average([part.validation for part in each], axis=0, weights=counts),
        np.average([part.test for part in each], axis=0, weights=counts),
    )


def _worth(task: Task, truth: Truth, shown: Predicted, rule: ThresholdRule) -> dict[str, Any]:
    """What the reference's predictions are worth, by what kind they are."""
    worth: dict[str, Any] = {"calibration": None}
    if task.gives_probability:
        rows = (truth.validation, shown.validation)
        threshold = choose_threshold(*rows, rule, truth.validation_weights)
        worth["calibration"] = calibrate(truth.test, shown.test, threshold, rule=rule)
    elif task.classification:
        worth["decisions"] = decide(truth.test, shown.test)
    else:
        worth["residuals"] = measure_residuals(truth.test, shown.test)
    return worth


def _configuration(
    task: Task, number: int, seeds: Sequence[Predicted], truth: Truth
) -> TestedConfiguration:
    if task.ranks_by_loss:
        validation, test = truth.losses(task, seeds)
        means = tuple(float(mean) for mean in test.mean(axis=1))
        return TestedConfiguration(number, means, split_estimate(validation, test))
    metric = task.metric
    values = tuple(truth.on_test(metric, seed.test) for seed in seeds)
    return TestedConfiguration(number, values, truth.split(metric, seeds))


def _joined(parts: Sequence[Mapping[str, Estimate]]) -> dict[str, Estimate]:
    return {name: estimate for part in parts for name, estimate in part.items()}
