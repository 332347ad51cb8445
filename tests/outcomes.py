"""Outcomes made by formula: no study is run, and nothing but this file knows how one looks."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import softmax

from hpsearch.data.columns import number_columns
from hpsearch.data.facts import DataFacts
from hpsearch.data.parts import Opening
from hpsearch.data.target import UNSCALED, TargetScale
from hpsearch.evaluation.ablation import ablation_runs
from hpsearch.evaluation.baselines import baseline_runs, label_of
from hpsearch.evaluation.candidates import Candidates
from hpsearch.evaluation.judging import Predicted, Truth, judge
from hpsearch.evaluation.leaderboard import Leaderboard, Reason, Standing, make_leaderboard
from hpsearch.evaluation.outcome import (
    Measured,
    Outcome,
    TestedBaseline,
    TestedConfiguration,
    TestResult,
)
from hpsearch.evaluation.retraining import retrainings
from hpsearch.evaluation.runs import Trained
from hpsearch.models.tutorial import TUTORIAL
from hpsearch.record.trial import StateName, TrialRecord
from hpsearch.report.failures import DEBUG
from hpsearch.space.space import Float, Int, Scalar
from hpsearch.statistics.calibration import calibrate
from hpsearch.statistics.estimate import Estimate
from hpsearch.study.reading import check_study
from hpsearch.study.spec import StudySpec
from hpsearch.tasks.binary import BINARY
from hpsearch.tasks.multiclass import MULTICLASS
from hpsearch.tasks.regression import REGRESSION
from hpsearch.tasks.task import Task
from hpsearch.training.curve import Curve
from hpsearch.training.history import UNTRAINED, History
from hpsearch.training.inspection import BINS, Kernels
from hpsearch.training.run import Run

Array = NDArray[np.float64]

HOSTILE = '<script>alert("x")</script> | `a` *b* $c_d$ & 100%'

SPACE: dict[str, Any] = {
    "layers": {"int": [1, 4]},
    "units": {"int": [16, 512], "log": True},
    "batch_normalization": {"choice": [False, True]},
    "l2": {"off_or": [1e-6, 1e-2], "log": True},
    "dropout": {"off_or": [0.05, 0.6]},
    "optimizer": {"choice": ["sgd", "rmsprop", "adam", "adamw"]},
    "learning_rate": {"float": [1e-4, 1e-1], "log": True},
    "momentum": {"float": [0.5, 0.99], "when": {"optimizer": "sgd"}},
}


#: Names of the classes by task.
CLASSES: Mapping[str, tuple[str, ...]] = {
    "binary": (),
    "multiclass": ("Adelie", "Gentoo", "Chinstrap"),
    "regression": (),
}

#: The scale of a target that is a number.
TARGET = TargetScale(180_000.0, 60_000.0)

#: What a model that has learned nothing reaches, by task.
CHANCE: Mapping[str, Mapping[str, float]] = {
    "binary": {"binary_crossentropy": 0.6911, "auc": 0.5},
    "multiclass": {
        **{"sparse_categorical_crossentropy": 0.9433, "balanced_accuracy": 1 / 3},
        "macro_auc": 0.5,
    },
    "regression": {
        **{"mean_squared_error": 1.02, "root_mean_squared_error": 60_600.0},
        **{"mean_absolute_error": 47_100.0, "r2": 0.0},
    },
}


class MakeOutcome(Protocol):
    """Builds an outcome; what is not named is that of a study that went well."""

    def __call__(
        self,
        trials: int | Sequence[TrialRecord] = 30,
        *,
        standings: int = 3,
        seeds: int = 3,
        test: bool = True,
        simulated: bool = False,
        baselines: bool = True,
        description: str = "Which size and regularizer generalize?",
        task: Task = BINARY,
        classes: tuple[str, ...] | None = None,
    ) -> Outcome: ...


def learning_curve(
    number: int, epochs: int, best_epoch: int, value: float, task: Task = BINARY
) -> Curve:
    """A curve whose validation cross-entropy has its least value, ``value``, at ``best_epoch``."""
    rng = np.random.default_rng(number)
    epoch = np.arange(1, epochs + 1)
    distance = np.log(epoch / max(best_epoch, 1))
    noise = 0.002 * rng.random(epochs) * (epoch != best_epoch)
    validation = value + 0.02 * distance**2 + noise
    train = value + 0.015 - 0.03 * distance + 0.001 * rng.random(epochs)
    losses = np.stack([train, validation], axis=1)
    return curve_of(np.stack([losses, 1.1 - 0.7 * losses], axis=2), task)


def curve_of(values: np.ndarray[Any, Any], task: Task = BINARY) -> Curve:
    """Values ``(epochs, 2, metrics)`` as a learning curve of a task."""
    return Curve(task.curve_names, values.astype(np.float32))


def make_spec(
    description: str = "", source: str = "higgs", seeds: int = 3, task: Task = BINARY
) -> StudySpec:
    """A checked study of 100 epochs over eight parameters, two of them optional."""
    tables = {
        "study": {"name": "made", "seed": 7, "description": description},
        "data": {
            **{"source": source, "validation": 1_000, "train": 10_000, "test": 9_977},
            "task": task.name,
        },
        "network": {"activation": "elu"},
        "space": SPACE,
        "training": {"epochs": 100, "patience": 20},
        "search": {"trials": 30, "parallel": 8},
        "evaluate": {
            "seeds": max(seeds, 1),
            "baselines": [estimator.name for estimator in task.estimators],
        },
    }
    return check_study(tables, "made.toml")


def make_trial(number: int, state: StateName = "complete", **changes: Any) -> TrialRecord:
    """A trial with drawn parameters and a value that follows from its number."""
    rng = np.random.default_rng([number, 1])
    params: dict[str, Scalar] = {}
    for parameter in make_spec().space.walk(params):
        match parameter.domain:
            case Float(low, high, log):
                ends = np.log([low, high]) if log else np.array([low, high])
                drawn = float(rng.uniform(*ends))
                params[parameter.name] = float(np.exp(drawn)) if log else drawn
            case Int(low, high):
                params[parameter.name] = int(rng.integers(low, high + 1))
            case choice:
                params[parameter.name] = choice.choices[int(rng.integers(len(choice.choices)))]
    epochs = {"complete": 100, "pruned": 30, "failed": 4, "running": 12}[state]
    trial = TrialRecord(
        number=number,
        state=state,
        value=0.56 + 0.05 * float(rng.random()),
        params=params,
        epochs=epochs,
        best_epoch=epochs * 2 // 3,
        seed=number,
        cause={"complete": "ran all epochs", "pruned": "pruned by median"}.get(state, ""),
        started_seconds=float(number),
        ended_seconds=None if state == "running" else number + epochs / 10,
    )
    return replace(trial, **changes)


def make_diverged(number: int) -> TrialRecord:
    """A trial that never had a finite value."""
    return make_trial(
        number, "pruned", value=None, best_epoch=None, epochs=1, cause="diverged at epoch 1"
    )


def make_trials(count: int) -> list[TrialRecord]:
    """Mostly complete and pruned trials, with one in ten diverged, failed or running."""
    kinds: Mapping[int, Callable[[int], TrialRecord]] = {
        3: lambda number: make_trial(number, "pruned"),
        5: lambda number: make_trial(number, "pruned"),
        6: lambda number: make_trial(number, "pruned"),
        9: make_diverged,
        18: lambda number: make_trial(number, "failed", value=None, best_epoch=None),
        27: lambda number: make_trial(number, "running"),
    }
    return [
        kinds.get(number % 30, kinds.get(number % 10, make_trial))(number)
        for number in range(count)
    ]


def make_standings(
    trials: Sequence[TrialRecord], configurations: int, seeds: int, task: Task = BINARY
) -> tuple[Standing, ...]:
    """The best complete trials, each re-trained a little worse than the search saw it."""
    complete = [t for t in trials if t.state == "complete" and t.value and math.isfinite(t.value)]
    best = sorted(complete, key=lambda trial: trial.value or 0)[:configurations]
    rng = np.random.default_rng(3)
    standings = []
    for trial in best:
        found = trial.value or 0.0
        values = [found + 0.004 + 0.003 * float(rng.random()) for _ in range(seeds)]
        runs = tuple(
            Trained(replace(run, seed=1_000 + run.index), value, 60 + run.index, 80)
            for run, value in zip(retraining_runs(trial, seeds, task), values, strict=True)
        )
        deviation = float(np.std(values, ddof=1)) if seeds > 1 else 0.0
        mean = float(np.mean(values))
        params = make_spec().space.complete(trial.params)
        standings.append(Standing(0, trial.number, params, found, mean, deviation, runs))
    standings.sort(key=lambda standing: standing.mean)
    return tuple(replace(s, rank=rank) for rank, s in enumerate(standings, start=1))


def retraining_runs(trial: TrialRecord, seeds: int, task: Task = BINARY) -> tuple[Run, ...]:
    """The re-trainings of a trial by so many seeds."""
    return retrainings(make_spec(seeds=seeds, task=task), trial, len(CLASSES[task.name]))


def make_losses(seed: int, value: float) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Losses of 1,000 validation rows of this mean; the rows are the same for every seed."""
    hard = np.random.default_rng(0).gamma(2.0, 0.5, 1_000)
    losses = hard + 0.2 * np.random.default_rng(seed).normal(size=1_000)
    return np.asarray(losses - losses.mean() + value, np.float32)


def make_kernels(seed: int, layers: int = 2, small: float = 0.1) -> Kernels:
    """Summaries of the kernels of a network with so many hidden layers."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 50, (layers + 1, BINS))
    fields = [[1.0 + rng.random(), small, -0.5, 0.5] for _ in range(layers + 1)]
    return np.concatenate([fields, counts], axis=1).astype(np.float32)


def make_history(
    seed: int, epochs: int, best_epoch: int, value: float | None, task: Task = BINARY
) -> History:
    """All that is kept of a run; of one that diverged, a curve of NaN."""
    if value is None or not math.isfinite(value):
        return replace(UNTRAINED, curve=curve_of(np.full((epochs, 2, 2), np.nan), task))
    marks = sorted({1, max(epochs // 2, 1), epochs})
    return History(
        learning_curve(seed, epochs, best_epoch, value, task),
        dict.fromkeys(marks, ""),
        make_losses(seed, value),
        {epoch: make_kernels(seed + epoch) for epoch in marks},
    )


def make_baselines(task: Task = BINARY) -> tuple[Trained, ...]:
    """The tutorial's seven networks, the larger the better."""
    spec = make_spec(task=task)
    every = spec.evaluate.model_copy(update={"baselines": tuple(TUTORIAL)})
    spec = spec.model_copy(update={"evaluate": every})
    return tuple(
        Trained(replace(run, seed=5), 0.60 - 0.005 * place, 40 + place, 240 + place)
        for place, run in enumerate(baseline_runs(spec, len(CLASSES[task.name])))
    )


def make_ablations(standing: Standing, task: Task = BINARY) -> tuple[Trained, ...]:
    """The first of the leaderboard without each regularizer that it uses, 0.01 worse."""
    spec = make_spec(seeds=len(standing.runs), task=task)
    runs = ablation_runs(spec, make_trial(standing.trial), len(CLASSES[task.name]))
    return tuple(
        Trained(replace(run, seed=again.run.seed), again.value + 0.01, 50, 90)
        for again in standing.runs
        for run in runs
        if run.index == again.run.index
    )


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

#: The leaderboard of a study in which nothing was trained again.
NO_LEADERBOARD = Leaderboard((), False, None, Reason.NOT_STARTED)


def lose(trained: Trained) -> Trained:
    """The same training, diverged."""
    return replace(trained, value=math.inf, best_epoch=0)


def with_standings(outcome: Outcome, *standings: Standing) -> Outcome:
    """The same outcome with another leaderboard."""
    tested = outcome.test.trial if outcome.test else None
    made = make_leaderboard(outcome.spec, outcome.trials, standings, tested)
    return replace(outcome, leaderboard=made)


@pytest.fixture(autouse=True)
def failures_are_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """A section that fails ends a test, as it would without the guard around it."""
    monkeypatch.setenv(DEBUG, "1")


@pytest.fixture
def make_outcome(tmp_path: Path) -> MakeOutcome:
    """The builder of outcomes; its folder is the test's own."""

    def make(
        trials: int | Sequence[TrialRecord] = 30,
        *,
        standings: int = 3,
        seeds: int = 3,
        test: bool = True,
        simulated: bool = False,
        baselines: bool = True,
        description: str = "Which size and regularizer generalize?",
        task: Task = BINARY,
        classes: tuple[str, ...] | None = None,
    ) -> Outcome:
        names = CLASSES[task.name] if classes is None else classes
        target = TARGET if not task.classification else UNSCALED
        records = tuple(make_trials(trials) if isinstance(trials, int) else trials)
        places = make_standings(records, standings, seeds, task)
        first = places[0] if places else None
        networks = make_baselines(task) if baselines else ()
        ablated = make_ablations(first, task) if first else ()
        runs = [run for place in places for run in place.runs]
        runs += [*networks, *ablated]
        histories = {
            **{
                trial.run: make_history(
                    *(trial.number, trial.epochs, trial.best_epoch or 1, trial.value), task
                )
                for trial in records
            },
            **{
                trained.run.name: make_history(
                    *(trained.run.seed, trained.epochs, trained.best_epoch, trained.value), task
                )
                for trained in runs
            },
        }

        source = "collisions" if simulated else "higgs"
        some = any(trial.state == "complete" for trial in records)
        return Outcome(
            folder=tmp_path / "made",
            spec=make_spec(description, source, seeds, task),
            data=DataFacts(
                source=source,
                description="simulated collisions" if simulated else "UCI HIGGS, first rows",
                simulated=simulated,
                fingerprint="sha256:" + "ab" * 32,
                columns=number_columns(tuple(f"column {index}" for index in range(28))),
                width=28,
                train_rows=10_000,
                validation_rows=1_000,
                test_rows=9_977,
                classes=names,
                target=target,
                chance=CHANCE[task.name],
            ),
            trials=records,
            history=lambda run: histories.get(run, UNTRAINED),
            importances={"learning_rate": 0.61, "units": 0.22, "dropout.on": 0.17} if some else {},
            importance_evaluator="PED-ANOVA",
            leaderboard=make_leaderboard(
                make_spec(seeds=seeds, task=task),
                records,
                places,
                first.trial if test and first else None,
            ),
            baselines=networks,
            ablations=ablated,
            test=TESTS[task.name](first.trial, 1, [place.trial for place in places[1:]])
            if test and first
            else None,
            environment={"hpsearch": "0.1.0", "tensorflow": "2.21.0", "processor": "4 cores"},
            seconds={"search": 61.25, "retraining": 12.5, "test": 0.75},
            command="hpsearch optimize --study made",
        )

    return make
