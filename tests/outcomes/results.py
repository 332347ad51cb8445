"""Test results of each task."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from hpsearch.data.parts import Opening
from hpsearch.data.target import UNSCALED
from hpsearch.evaluation.baselines import label_of
from hpsearch.evaluation.candidates import Candidates
from hpsearch.evaluation.judging import Predicted, Truth, judge
from hpsearch.evaluation.outcome import Measured, TestedBaseline, TestedConfiguration, TestResult
from hpsearch.evaluation.retraining import retrainings
from hpsearch.statistics.calibration import calibrate
from hpsearch.statistics.estimate import Estimate
from hpsearch.tasks.binary import BINARY
from hpsearch.tasks.multiclass import MULTICLASS
from hpsearch.tasks.regression import REGRESSION
from hpsearch.tasks.task import Task
from tests.outcomes.studies import CLASSES, TARGET, make_spec
from tests.outcomes.trials import make_trial

Array = NDArray[np.float64]


def make_openings(trial: int, count: int) -> tuple[Opening, ...]:
    """So many openings of the test rows, a day each."""
    return tuple(
        Opening(f"2026-01-0{day}T12:00:00+00:00", trial, "to measure the winner")
        for day in range(1, count + 1)
    )


def make_test(trial: int, openings: int = 1, others: Sequence[int] = ()) -> TestResult:
    """A test result of four metrics, three seeds each, beside three baselines."""
    seeds = {
        "binary_crossentropy": (0.5712, 0.5641, 0.5783, (0.5712, 0.5731, 0.5698)),
        "auc": (0.7735, 0.7643, 0.7827, (0.7735, 0.7712, 0.7751)),
        "accuracy": (0.7012, 0.6921, 0.7102, (0.7012, 0.6998, 0.7031)),
        "brier_score": (0.1942, 0.1912, 0.1973, (0.1942, 0.1951, 0.1938)),
    }
    metrics = {name: Measured(*values, values[-1]) for name, values in seeds.items()}
    rng = np.random.default_rng(4)
    probabilities = rng.beta(2, 2, 9_977)
    labels = (rng.random(9_977) < probabilities).astype(np.float64)
    baselines = [
        TestedBaseline(
            *(name, label_of(BINARY, name), 0.57 + apart),
            {
                name: Estimate(one.value + apart, one.low + apart, one.high + apart)
                for name, one in metrics.items()
            },
            {
                "binary_crossentropy": Estimate(apart, apart - 0.005, apart + 0.005),
                "auc": Estimate(-apart, -apart - 0.004, -apart + 0.004),
            },
        )
        for name, apart in (
            ("tiny", 0.02),
            ("logistic_regression", 0.07),
            ("gradient_boosting", -0.003),
        )
    ]
    return TestResult(
        *(f"trial {trial}", trial, 0, 9_977, metrics),
        tuple(
            TestedConfiguration(number, (0.5712, 0.5731, 0.5698), Estimate(0.012, -0.004, 0.028))
            for number in (trial, *others)
        ),
        tuple(baselines),
        calibrate(labels, probabilities, 0.5),
        make_openings(trial, openings),
    )


def judged(
    task: Task,
    trial: int,
    openings: int,
    others: Sequence[int],
    predict: Callable[[Array, np.random.Generator, float], Array],
    draw: Callable[[np.random.Generator], Array],
) -> TestResult:
    """A test result by ``judge``: of three seeds each, beside the task's models of scikit-learn.

    Args:
        predict: Predictions of targets with so much noise.
        draw: Targets, as networks are trained on them.
    """
    rng = np.random.default_rng(4)
    validation, test = draw(rng), draw(rng)
    scale = UNSCALED if task.classification else TARGET
    spec = make_spec(task=task)
    runs = {
        number: retrainings(spec, make_trial(number), len(CLASSES[task.name]))
        for number in (trial, *others)
    }
    candidates = Candidates(runs, 0, (), {model.name: 0 for model in task.estimators})
    names = [*(run.name for run in candidates.runs), *candidates.models]
    noises = [*[0.4 + 0.01 * place for place in range(len(candidates.runs))], 0.6, 0.4]
    predicted = {
        name: Predicted(
            scale.restored(predict(validation, rng, noise)),
            scale.restored(predict(test, rng, noise)),
        )
        for name, noise in zip(names, noises, strict=True)
    }
    truth = Truth(scale, scale.restored(validation), scale.restored(test))
    result = judge(task, candidates, predicted, truth)
    return replace(result, openings=make_openings(trial, openings))


@cache
def make_classes_test(trial: int, openings: int = 1, others: Sequence[int] = ()) -> TestResult:
    """Three classes, of which the third is rare and taken for the second."""

    def predict(targets: Array, rng: np.random.Generator, noise: float) -> Array:
        likely = np.array([[4.0, 0.5, 0.0], [0.5, 3.0, 1.0], [0.0, 2.0, 2.2]])[targets.astype(int)]
        noisy = likely + 2 * noise * rng.normal(size=likely.shape)
        return np.asarray(softmax(noisy, axis=1))

    def draw(rng: np.random.Generator) -> Array:
        return rng.choice([0.0, 1.0, 2.0], 400, p=[0.5, 0.4, 0.1])

    return judged(MULTICLASS, trial, openings, others, predict, draw)


@cache
def make_numbers_test(trial: int, openings: int = 1, others: Sequence[int] = ()) -> TestResult:
    """Numbers that are predicted worse the larger they are."""

    def predict(targets: Array, rng: np.random.Generator, noise: float) -> Array:
        return targets + noise * (1.2 + targets / 2) * rng.normal(size=len(targets)) + 0.08

    return judged(
        REGRESSION, trial, openings, others, predict, lambda rng: rng.gamma(2, 1.0, 400) - 2
    )


#: Test results by the name of the task.
TESTS: Mapping[str, Callable[..., TestResult]] = {
    "binary": make_test,
    "multiclass": lambda trial, openings, others: make_classes_test(trial, openings, tuple(others)),
    "regression": lambda trial, openings, others: make_numbers_test(trial, openings, tuple(others)),
}
