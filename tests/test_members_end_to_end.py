"""Studies of networks with members, from rows to a saved model: killed, resumed, reproduced."""

from pathlib import Path
from typing import Any

import pytest

from hpsearch import pipeline
from hpsearch.data.cutting import cut_rows
from hpsearch.models.saved import NAMES
from hpsearch.study.reading import check_study
from hpsearch.study.spec import StudySpec
from tests.test_folds_end_to_end import (
    CLASSES,
    assert_resumed_and_reproduced,
    rows,
    values_on_test,
)

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
    spec, table = study(task), rows(task)
    outcome = pipeline.optimize(spec, table, out=tmp_path, workers=2)
    assert outcome.test is not None
    first = outcome.trials[0].params
    assert (first["members"], first["learning_rate.1"]) == (3, 0.03)
    kept = {trial.best_epoch for trial in outcome.trials if trial.state == "complete"}
    assert kept == {6}

    places = cut_rows(table, spec.data, spec.study.seed).test
    measured: dict[str, Any] = {"best": outcome.test.metrics}
    measured |= {model.name: model.metrics for model in outcome.test.models}
    assert set(measured) == set(NAMES)
    for name in NAMES:
        for metric, value in values_on_test(outcome, table, places, name).items():
            assert measured[name][metric].value == pytest.approx(value, rel=1e-6)


def test_a_search_of_members_that_was_cut_is_resumed_and_reproduced_to_the_bit(
    tmp_path: Path,
) -> None:
    spec, table = study("multiclass"), rows("multiclass")
    whole = tmp_path / "whole"
    outcome = pipeline.optimize(spec, table, out=whole, workers=2)
    assert "without members" in (whole / "report.md").read_text(encoding="utf-8")
    assert_resumed_and_reproduced(spec, table, outcome, tmp_path / "part")
