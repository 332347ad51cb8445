"""Studies of several classes and of a number from rows to a saved model, by both engines."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from hpsearch import pipeline
from hpsearch.data.table import Origin, Table
from hpsearch.evaluation.outcome import Outcome
from hpsearch.evaluation.reproduce import choose_best
from hpsearch.models.recipe import Engine
from hpsearch.record.folder import read_folder
from hpsearch.study.reading import check_study
from hpsearch.study.spec import StudySpec
from hpsearch.tasks.registry import TASKS

VALIDATION, TRAIN, TEST = 60, 200, 80

ORIGIN = Origin("csv", "340 rows of arrays", simulated=False)

NAMES = ("a", "b", "c")


def _features() -> tuple[np.random.Generator, Any]:
    rng = np.random.default_rng(2)
    return rng, rng.normal(size=(VALIDATION + TRAIN + TEST, 3)).astype(np.float32)


def species() -> Table:
    rng, features = _features()
    signal = features[:, 0] + 0.2 * rng.normal(size=len(features))
    labels = np.digitize(signal, [-0.5, 0.5]).astype(np.float32)
    table = Table.of_numbers(features, labels, NAMES, ORIGIN)
    return Table(table.raw, labels, table.columns, ORIGIN, ("Adelie", "Chinstrap", "Gentoo"))


def prices() -> Table:
    """A target far from 0, of which float32 would lose the digits."""
    rng, features = _features()
    signal = features[:, 0] - features[:, 1] + 0.2 * rng.normal(size=len(features))
    return Table.of_numbers(features, 1e8 + 5 * signal, NAMES, ORIGIN)


def amounts() -> Table:
    """A skewed target, one column of far values."""
    rng, features = _features()
    signal = features[:, 0] - features[:, 1] + 0.2 * rng.normal(size=len(features))
    features[:, 2] = np.exp(3 * features[:, 2])
    return Table.of_numbers(features, 1e3 * np.exp(signal), NAMES, ORIGIN)


TABLES: dict[str, Callable[[], Table]] = {"multiclass": species, "regression": prices}


#: A baseline that is quick to fit.
LINEAR = {"multiclass": "logistic_regression", "regression": "ridge_regression"}


#: Ways to prepare the rows, as a study file has them.
PREPARATIONS: dict[str, Any] = {
    "scaling": {"choice": ["robust", "standard", "quantile"]},
    "target_transform": {"choice": ["none", "log"]},
}


def study(
    task: str, engine: Engine, trials: int = 3, objective: str | None = None, **space: Any
) -> StudySpec:
    return check_study(
        {
            "study": {"name": task, "seed": 3},
            "data": {
                **{"source": "csv", "path": "nowhere.csv", "task": task, "shuffle": False},
                **{"validation": VALIDATION, "train": TRAIN, "test": TEST},
            },
            "space": {"units": {"int": [4, 8]}, "layers": 1, "learning_rate": 0.05, **space},
            "training": {"epochs": 6, "batch_size": 50, "engine": engine},
            "search": {
                **{"trials": trials, "parallel": 2, "warmup_epochs": 1},
                **({"objective": objective} if objective else {}),
                "sampler": {"name": "tpe", "startup_trials": 1},
                "pruner": {"name": "median", "startup_trials": 1},
            },
            "evaluate": {"top": 1, "seeds": 2, "baselines": [LINEAR[task]]},
        },
        "made.toml",
    )


def facts(outcome: Outcome) -> Any:
    """All that a study found besides wall-clock times."""
    curves = [outcome.history(trial.run).curve.values.tobytes() for trial in outcome.trials]
    return outcome.trials, curves, outcome.standings, outcome.test and outcome.test.metrics


@pytest.mark.parametrize("engine", get_args(Engine))
@pytest.mark.parametrize("name", TABLES)
def test_a_study_runs_through_and_goes_on_as_if_it_had_never_stopped(
    name: str, engine: Engine, tmp_path: Path
) -> None:
    task, rows = TASKS[name], TABLES[name]()
    whole = pipeline.optimize(study(name, engine), rows, out=tmp_path / "whole", workers=2)
    assert {trial.state for trial in whole.trials} <= {"complete", "pruned"}
    assert whole.data.classes == rows.classes
    assert whole.test is not None
    assert set(whole.test.metrics) == {metric.name for metric in task.test_metrics}
    assert (
        whole.test.metrics[task.ranking_metric.name].low
        > whole.data.chance[task.ranking_metric.name]
    )
    assert [baseline.name for baseline in whole.test.baselines] == [LINEAR[name]]
    part = tmp_path / "part"
    pipeline.optimize(study(name, engine, 1), rows, out=part, workers=1, timeout_seconds=0)
    resumed = pipeline.optimize(study(name, engine), rows, out=part, workers=1)
    assert facts(resumed) == facts(whole)
    with read_folder(part) as folder:
        assert pipeline.reproduce(folder, choose_best, workers=1).holds


@pytest.mark.usefixtures("tensorflow")
@pytest.mark.parametrize("name", TABLES)
def test_the_saved_model_scores_on_raw_rows_what_the_test_says(name: str, tmp_path: Path) -> None:
    """In the target's own unit, to the digits of float64."""
    import keras

    task, rows = TASKS[name], TABLES[name]()
    outcome = pipeline.optimize(study(name, "compiled"), rows, out=tmp_path, workers=1)
    model = keras.models.load_model(tmp_path / "models" / "best.keras")
    saved = np.asarray(model.predict(rows.raw.numbers[-TEST:], verbose=0), np.float64)
    predictions = saved if task.outputs(len(rows.classes)) > 1 else saved[:, 0]
    assert outcome.test is not None
    for metric in task.test_metrics:
        value = metric.reference(
            outcome.data.target.standardized(rows.labels[-TEST:])
            if metric.standardized
            else rows.labels[-TEST:],
            outcome.data.target.standardized(predictions) if metric.standardized else predictions,
        )
        assert outcome.test.metrics[metric.name].value == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "objective"),
    [("multiclass", "val_macro_auc"), ("regression", "val_mean_absolute_error")],
)
def test_a_study_is_ranked_by_another_objective_in_its_own_direction(
    name: str, objective: str, tmp_path: Path
) -> None:
    spec = study(name, "compiled", objective=objective)
    outcome = pipeline.optimize(spec, TABLES[name](), out=tmp_path, workers=1)
    metric = spec.task.metric
    assert spec.task.objective == objective
    complete = [trial.value for trial in outcome.trials if trial.state == "complete"]
    values = [value for value in complete if value is not None]
    assert outcome.winner is not None
    assert outcome.winner.search_value == metric.best(values)
    for trial in outcome.trials:
        curve = outcome.history(trial.run).curve
        assert curve.metrics[0] == metric.name
        assert trial.value == metric.best(curve.validation().tolist())
    assert outcome.test is not None
    assert metric.name in outcome.test.metrics
    (opening,) = outcome.test.openings
    measured = f"the best by mean {objective} over 2 seeds is measured"
    assert opening.why == f"{measured}, and beside it 1 baseline"
    with read_folder(tmp_path) as folder:
        assert pipeline.reproduce(folder, choose_best, workers=1).holds


@pytest.mark.usefixtures("tensorflow")
@pytest.mark.parametrize("engine", get_args(Engine))
def test_how_rows_are_prepared_is_searched(engine: Engine, tmp_path: Path) -> None:
    """Each trial has its own features and targets; the best is saved with those it was given."""
    import keras

    rows = amounts()
    outcome = pipeline.optimize(
        study("regression", engine, trials=8, **PREPARATIONS), rows, out=tmp_path, workers=2
    )
    ways = {tuple(trial.params[name] for name in PREPARATIONS) for trial in outcome.trials}
    assert len(ways) > 2
    assert outcome.winner is not None
    assert outcome.winner.trial.params["target_transform"] == "log"
    model = keras.models.load_model(tmp_path / "models" / "best.keras")
    predictions = np.asarray(model.predict(rows.raw.numbers[-TEST:], verbose=0), np.float64)[:, 0]
    assert outcome.test is not None
    for metric in TASKS["regression"].test_metrics:
        if not metric.standardized:
            value = metric.reference(rows.labels[-TEST:], predictions)
            assert outcome.test.metrics[metric.name].value == pytest.approx(value, rel=1e-6)
    with read_folder(tmp_path) as folder:
        assert pipeline.reproduce(folder, choose_best, workers=1).holds
