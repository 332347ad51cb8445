"""A study of a rare class with weights for rows and classes, from rows to report and model."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch import pipeline
from hpsearch.data.columns import RawRows, number_columns
from hpsearch.data.table import Origin, Table
from hpsearch.evaluation.outcome import Outcome
from hpsearch.evaluation.reproduce import choose_best
from hpsearch.record.folder import read_folder
from hpsearch.study.reading import check_study
from hpsearch.study.spec import StudySpec

ROWS = 1_200


def table() -> Table:
    """One row in forty is of class ``yes``; a third of the rows counts nothing."""
    rng, place = np.random.default_rng(4), np.arange(ROWS)
    labels = (place % 40 == 0).astype(np.float32)
    numbers = rng.normal(size=(ROWS, 3)) + np.outer(labels, [2.0, 1.0, 0.0])
    raw = RawRows.of_numbers(np.column_stack([numbers, (place % 3) * 7.0]))
    origin = Origin("csv", "1,200 made rows", simulated=False)
    return Table(raw, labels, number_columns(("a", "b", "c", "days")), origin, ("no", "yes"))


def study(trials: int) -> StudySpec:
    return check_study(
        {
            "study": {"name": "rare", "seed": 3},
            "data": {"source": "csv", "path": "nowhere.csv", "weight": "days"},
            "space": {"units": {"int": [4, 8]}, "layers": 1, "learning_rate": 0.05},
            "training": {"epochs": 4, "batch_size": 100, "class_weights": "balanced"},
            "search": {"trials": trials, "parallel": 2},
            "evaluate": {
                **{"top": 1, "seeds": 2, "ablation": False},
                **{"baselines": ["logistic_regression"], "threshold": "f1"},
            },
        },
        "made.toml",
    )


def facts(outcome: Outcome) -> Any:
    curves = [outcome.history(trial.run).curve.values.tobytes() for trial in outcome.trials]
    return outcome.trials, curves, outcome.standings, outcome.test and outcome.test.metrics


def test_a_weighted_study_runs_through_resumes_and_repeats(tmp_path: Path) -> None:
    whole = pipeline.optimize(study(3), table(), out=tmp_path / "whole", workers=1)
    pipeline.optimize(study(2), table(), out=tmp_path / "parts", workers=1)
    parts = pipeline.optimize(study(3), table(), out=tmp_path / "parts", workers=1)
    assert facts(parts) == facts(whole)
    assert whole.data.weight == "days"
    assert whole.data.class_weights[1] > 10 * whole.data.class_weights[0]
    assert whole.data.names == ("a", "b", "c")
    for standing in whole.standings:
        for run in standing.runs:  # recorded losses are of weighted rows, as the objective is
            losses = whole.history(run.run.name).losses
            assert losses.mean(dtype=np.float64) == pytest.approx(run.value, rel=1e-4)
    assert whole.test is not None
    assert whole.test.calibration is not None
    assert whole.test.calibration.rule == "f1"
    with zipfile.ZipFile(tmp_path / "whole" / "models" / "best.keras") as archive:
        about = json.loads(archive.read("metadata.json"))
    assert about["threshold"] == whole.test.calibration.threshold
    report = (tmp_path / "whole" / "report.md").read_text(encoding="utf-8")
    for said in (
        "the threshold of best F1 on the 240 validation rows",
        "Only 6 validation rows and 6 test rows are of class yes.",
        "Rows count by the column 'days'",
    ):
        assert said in report
    with read_folder(tmp_path / "whole") as folder:
        assert pipeline.reproduce(folder, choose_best, workers=1).holds
