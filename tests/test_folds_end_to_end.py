"""Studies over folds from rows to a saved model: its prediction is the mean of their networks."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hpsearch import pipeline
from hpsearch.data.columns import MISSING, Column, RawRows
from hpsearch.data.cutting import cut_rows
from hpsearch.data.table import Origin, Table
from hpsearch.evaluation.check import check_folder
from hpsearch.evaluation.outcome import Outcome
from hpsearch.evaluation.reproduce import choose_all
from hpsearch.models.saved import ModelName, model_path
from hpsearch.record.folder import read_folder
from hpsearch.study.reading import check_study
from hpsearch.study.spec import StudySpec
from hpsearch.tasks.registry import TASKS

ORIGIN = Origin("csv", "150 rows of arrays", simulated=False)

CLASSES = {"binary": ("no", "yes"), "multiclass": ("a", "b", "c"), "regression": ()}


def rows(task: str) -> Table:
    """Numbers with gaps, and texts of which some are in few rows, so that folds know others."""
    rng = np.random.default_rng(5)
    numbers = rng.normal(size=(150, 3))
    signal = numbers[:, 0] - numbers[:, 1] + 0.3 * rng.normal(size=150)
    numbers[rng.random((150, 3)) < 0.05] = np.nan
    codes = rng.choice(5, size=(150, 1), p=[0.5, 0.4, 0.04, 0.04, 0.02]).astype(np.int32)
    codes[::17] = MISSING
    labels = {
        "binary": (signal > 0).astype(np.float32),
        "multiclass": np.digitize(signal, [-0.7, 0.7]).astype(np.float32),
        "regression": 100 * np.exp(signal),
    }[task]
    columns = (*(Column(name, "number") for name in "xyz"), Column("town", "category"))
    raw = RawRows(numbers, codes, (("Rome", "Oslo", "Bern", "Lima", "Bonn"),))
    return Table(raw, labels, columns, ORIGIN, CLASSES[task])


def study(task: str, **data: Any) -> StudySpec:
    linear = "ridge_regression" if task == "regression" else "logistic_regression"
    log = {"target_transform": "log"} if task == "regression" else {}
    return check_study(
        {
            "study": {"name": task, "seed": 3},
            "data": {"source": "csv", "path": "no.csv", "task": task, "folds": 3, **log, **data},
            "space": {
                "units": {"int": [4, 8]},
                "layers": 1,
                "learning_rate": 0.05,
                "dropout": {"off_or": [0.1, 0.3]},
            },
            "training": {"epochs": 6, "batch_size": 20},
            "search": {
                **{"trials": 4, "parallel": 2, "warmup_epochs": 1},
                "sampler": {"name": "tpe", "startup_trials": 2},
                "pruner": {"name": "median", "startup_trials": 1},
            },
            "evaluate": {"top": 1, "seeds": 2, "baselines": [linear]},
        },
        "made.toml",
    )


def facts(outcome: Outcome) -> Any:
    """All that a study found besides wall-clock times."""
    runs = [trial.run for trial in outcome.trials]
    curves = [outcome.history(run).curve.values.tobytes() for run in runs]
    return outcome.trials, curves, outcome.standings, outcome.test and outcome.test.metrics


def values_on_test(
    outcome: Outcome, table: Table, places: NDArray[np.int64], name: ModelName = "best"
) -> dict[str, float]:
    """The test metrics of a saved model, which plain Keras opens; ``places`` are the test rows'."""
    import keras

    from hpsearch.training.keras.graph import raw_tensors
    from hpsearch.training.keras.model import predict_block

    model = keras.models.load_model(model_path(outcome.folder, name))
    predictions = predict_block(model, raw_tensors(table.columns, table.raw[places]))
    values = {}
    for metric in outcome.task.test_metrics:
        truth, predicted = table.labels[places], predictions
        if metric.standardized:
            truth, predicted = map(outcome.data.target.standardized, (truth, predicted))
        values[metric.name] = metric.reference(truth, predicted)
    return values


def assert_resumed_and_reproduced(
    spec: StudySpec, table: Table, outcome: Outcome, part: Path
) -> None:
    """A search that was cut, in the folder ``part``, finds what one that was not cut found."""
    pipeline.optimize(spec, table, out=part, workers=1, timeout_seconds=0)
    resumed = pipeline.optimize(spec, table, out=part, workers=1)
    assert facts(resumed) == facts(outcome)
    assert {finding.condition for finding in check_folder(part)} == {"whole"}
    with read_folder(part) as folder:
        assert pipeline.reproduce(folder, choose_all, workers=2).holds


@pytest.mark.usefixtures("tensorflow")
@pytest.mark.parametrize("task", list(CLASSES))
def test_a_study_over_folds_from_rows_to_a_saved_model(task: str, tmp_path: Path) -> None:
    spec, table = study(task), rows(task)
    whole = tmp_path / "whole"
    outcome = pipeline.optimize(spec, table, out=whole, workers=2)
    places = cut_rows(table, spec.data, spec.study.seed)
    assert outcome.data.train_rows == outcome.data.validation_rows == len(places.train)
    assert len(outcome.data.folds) == 3
    assert outcome.test is not None

    values = values_on_test(outcome, table, places.test)
    for metric in TASKS[task].test_metrics:
        measured = outcome.test.metrics[metric.name].value
        assert measured == pytest.approx(values[metric.name], rel=1e-6)

    winner = outcome.winner
    assert winner is not None
    losses = outcome.history(f"{winner.trial.run}-seed-{winner.single}").losses
    assert len(losses) == outcome.data.validation_rows
    value = outcome.test.metrics[TASKS[task].metric.name].validation[winner.single or 0]
    assert losses.mean(dtype=np.float64) == pytest.approx(value, rel=1e-5)
    report = (whole / "report.md").read_text(encoding="utf-8")
    assert "train and validate in turn, in 3 folds" in report
    assert "the mean of the 6 networks of trial" in report

    assert_resumed_and_reproduced(spec, table, outcome, tmp_path / "part")


def test_rows_are_dealt_out_several_times(tmp_path: Path) -> None:
    """Values are means over all folds; each row counts once in what is said of rows."""
    spec = study("binary", repeats=2)
    outcome = pipeline.optimize(spec, rows("binary"), out=tmp_path, workers=2)
    assert len(outcome.data.folds) == 6
    assert outcome.data.validation_rows == outcome.data.train_rows == 120
    (standing,) = outcome.standings
    with read_folder(tmp_path) as folder:
        for run in standing.runs:
            bests = [
                folder.files.history(part.name).curve.validation().min() for part in run.run.parts
            ]
            assert run.value == pytest.approx(np.mean(bests))
            assert len(outcome.history(run.run.name).losses) == 120
    assert "3 folds, dealt out 2 times" in (tmp_path / "report.md").read_text(encoding="utf-8")
