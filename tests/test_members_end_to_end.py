"""Studies of networks with members, from rows to a saved model: killed, resumed, reproduced."""

from pathlib import Path
from typing import Any

import pytest

from hpsearch import pipeline
from hpsearch.data.cutting import cut_rows
from hpsearch.evaluation.check import check_folder
from hpsearch.evaluation.reproduce import choose_all
from hpsearch.record.folder import read_folder
from hpsearch.study.reading import check_study
from hpsearch.study.spec import StudySpec
from hpsearch.tasks.registry import TASKS
from tests.test_folds_end_to_end import CLASSES, facts, rows

BINS = {"number_encoding": "quantile_bins"}


def study(task: str) -> StudySpec:
    linear = "ridge_regression" if task == "regression" else "logistic_regression"
    return check_study(
        {
            "study": {"name": task, "seed": 3},
            "data": {"source": "csv", "path": "no.csv", "task": task, "validation": 40},
            "space": {
                "members": {"choice": [2, 3]},
                "units": {"int": [4, 8]},
                "layers": {"int": [1, 2]},
                "number_encoding": {"choice": ["none", "quantile_bins"]},
                "learning_rate": [
                    {"float": [0.02, 0.05], "when": {"number_encoding": "none"}},
                    {"float": [0.01, 0.02], "when": BINS},
                ],
                "dropout": {"off_or": [0.1, 0.3]},
                "batch_size": {"choice": [16, 32]},
            },
            "training": {"epochs": 6, "schedule": "cosine", "keep": "last", "optimizer": "adamw"},
            "search": {
                **{"trials": 6, "parallel": 3, "warmup_epochs": 1},
                "sampler": {"name": "tpe", "startup_trials": 3},
                "pruner": {"name": "median", "startup_trials": 2},
                "start": [
                    {
                        **{"members": 3, "units": 6, "layers": 1, "batch_size": 16},
                        **{"number_encoding": "none", "learning_rate": 0.03, "dropout": 0.1},
                    }
                ],
            },
            "evaluate": {"top": 1, "seeds": 2, "baselines": [linear], "ensemble": True},
        },
        "made.toml",
    )


@pytest.mark.usefixtures("tensorflow")
@pytest.mark.parametrize("task", list(CLASSES))
def test_models_of_networks_with_members_predict_what_was_measured(
    task: str, tmp_path: Path
) -> None:
    import keras

    from hpsearch.training.keras.graph import raw_tensors
    from hpsearch.training.keras.model import predict_block

    spec, table = study(task), rows(task)
    outcome = pipeline.optimize(spec, table, out=tmp_path, workers=2)
    assert outcome.test is not None
    first = outcome.trials[0].params
    assert (first["members"], first["learning_rate.1"]) == (3, 0.03)
    kept = {trial.best_epoch for trial in outcome.trials if trial.state == "complete"}
    assert kept == {6}

    test = table.raw[cut_rows(table, spec.data, spec.study.seed).test]
    truth = table.labels[cut_rows(table, spec.data, spec.study.seed).test]
    measured: dict[str, Any] = {"best": outcome.test.metrics}
    measured |= {model.name: model.metrics for model in outcome.test.models}
    assert set(measured) == {"best", "single", "ensemble"}
    for name, metrics in measured.items():
        model = keras.models.load_model(tmp_path / "models" / f"{name}.keras")
        predictions = predict_block(model, raw_tensors(table.columns, test))
        for metric in TASKS[task].test_metrics:
            scaled = (
                tuple(map(outcome.data.target.standardized, (truth, predictions)))
                if metric.standardized
                else (truth, predictions)
            )
            value = metric.reference(*scaled)
            assert metrics[metric.name].value == pytest.approx(value, rel=1e-6)


def test_a_search_of_members_that_was_cut_is_resumed_and_reproduced_to_the_bit(
    tmp_path: Path,
) -> None:
    spec, table = study("multiclass"), rows("multiclass")
    whole, part = tmp_path / "whole", tmp_path / "part"
    outcome = pipeline.optimize(spec, table, out=whole, workers=2)
    assert "without members" in (whole / "report.md").read_text(encoding="utf-8")
    pipeline.optimize(spec, table, out=part, workers=1, timeout_seconds=0)
    resumed = pipeline.optimize(spec, table, out=part, workers=1)
    assert facts(resumed) == facts(outcome)
    assert {finding.condition for finding in check_folder(part)} == {"whole"}
    with read_folder(part) as folder:
        assert pipeline.reproduce(folder, choose_all, workers=2).holds
