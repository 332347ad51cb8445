"""Means of networks from rows to saved models: what is saved is what was measured."""

import csv
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch import pipeline
from hpsearch.data.cutting import cut_rows
from hpsearch.errors import RecordError
from hpsearch.evaluation.check import check_folder
from hpsearch.evaluation.reading import read_outcome
from hpsearch.evaluation.reproduce import choose_all
from hpsearch.models.saved import NAMES, model_path
from hpsearch.prediction import predict_file
from hpsearch.record.folder import read_folder
from hpsearch.study.spec import StudySpec
from tests.attack.doubled import silent
from tests.test_folds_end_to_end import CLASSES, rows, study, values_on_test


def ensemble_study(task: str, folds: int, **evaluate: Any) -> StudySpec:
    """A small study that measures all kinds of models."""
    cut = {} if folds > 1 else {"folds": 1, "validation": 30, "train": 80, "test": 40}
    spec = study(task, **cut)
    given = {"ensemble": True, **evaluate}
    return spec.model_copy(update={"evaluate": spec.evaluate.model_copy(update=given)})


@pytest.mark.usefixtures("tensorflow")
@pytest.mark.parametrize("folds", [1, 3])
@pytest.mark.parametrize("task", list(CLASSES))
def test_each_saved_model_scores_on_raw_rows_what_the_test_says(
    task: str, folds: int, tmp_path: Path
) -> None:
    spec, table = ensemble_study(task, folds), rows(task)
    outcome = pipeline.optimize(spec, table, out=tmp_path, workers=1)
    assert outcome.test is not None
    assert len(outcome.test.openings) == 1
    assert outcome.test.averaged == 2
    places = cut_rows(table, spec.data, spec.study.seed)
    measured = {"best": {name: each.value for name, each in outcome.test.metrics.items()}}
    for model in outcome.test.models:
        measured[model.name] = {name: each.value for name, each in model.metrics.items()}
    assert list(measured) == list(NAMES)
    for name in NAMES:
        values = values_on_test(outcome, table, places.test, name)
        assert measured[name] == pytest.approx(values, rel=1e-5, abs=1e-6)
        assert outcome.models[name].bytes == model_path(tmp_path, name).stat().st_size
    assert outcome.models["best"].networks == 2 * folds
    assert outcome.models["best"].operations == 2 * outcome.models["single"].operations
    with zipfile.ZipFile(model_path(tmp_path, "ensemble")) as archive:
        made_of = json.loads(archive.read("metadata.json"))["made_of"]
    assert made_of == outcome.models["ensemble"].shares
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    metric = outcome.task.tested_metric.name
    assert [model["name"] for model in report["test"]["models"]] == list(NAMES)
    assert report["test"]["models"][0]["metrics"][metric]["value"] == report["test"][metric]
    words = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "The saved models, and what they cost to use" in words
    assert f"the mean of the {2 * folds} networks of trial {outcome.test.trial}, 2 seeds" in words
    assert {finding.condition for finding in check_folder(tmp_path)} == {"whole"}
    with read_folder(tmp_path) as folder:
        assert pipeline.reproduce(folder, choose_all, workers=1).holds


def test_a_greedy_ensemble_after_the_fact_looks_at_no_test_row(tmp_path: Path) -> None:
    """Made again it has the same bytes; measured later, that is one more opening."""
    spec, table = ensemble_study("binary", 1, ensemble=False), rows("binary")
    before = pipeline.optimize(spec, table, out=tmp_path, workers=1)
    assert before.test is not None
    path = model_path(tmp_path, "ensemble")
    made = pipeline.ensemble(spec, table, out=tmp_path, workers=1)
    bytes_made = path.read_bytes()
    path.unlink()
    assert pipeline.ensemble(spec, table, out=tmp_path, workers=1) == made
    assert path.read_bytes() == bytes_made
    with read_folder(tmp_path) as folder:
        after = read_outcome(folder)
    assert after.test == before.test
    assert not list(tmp_path.glob("checkpoints/*.npz"))
    asked = ensemble_study("binary", 1)
    measured = pipeline.evaluate(asked, table, out=tmp_path, workers=1).test
    assert measured is not None
    assert len(measured.openings) == 2
    assert measured.metrics == before.test.metrics
    assert path.read_bytes() == bytes_made
    ensemble = measured.model("ensemble")
    assert ensemble is not None
    assert ensemble.validation == pytest.approx(made.value, rel=1e-5)


def test_a_single_network_can_be_exported_and_what_was_measured_comes_back(
    tmp_path: Path,
) -> None:
    mean, table = ensemble_study("regression", 1, ensemble=False), rows("regression")
    single = ensemble_study("regression", 1, ensemble=False, export="single")
    first = pipeline.optimize(mean, table, out=tmp_path, workers=1)
    best = model_path(tmp_path)
    of_mean, of_single = best.read_bytes(), model_path(tmp_path, "single").read_bytes()
    second = pipeline.evaluate(single, table, out=tmp_path, workers=1)
    assert first.test is not None
    assert second.test is not None
    assert (second.test.averaged, second.test.models) == (1, ())
    assert second.test.reference == f"trial {second.test.trial}"
    assert not model_path(tmp_path, "single").exists()
    beside = first.test.model("single")
    assert beside is not None
    for name, measured in second.test.metrics.items():
        assert measured.value == beside.metrics[name].value
        assert measured.seeds == first.test.metrics[name].seeds
    again = pipeline.evaluate(mean, table, out=tmp_path, workers=1)
    assert again.test is not None
    assert again.test.metrics == first.test.metrics
    assert len(again.test.openings) == 2
    assert (best.read_bytes(), model_path(tmp_path, "single").read_bytes()) == (of_mean, of_single)


def test_rows_are_predicted_by_any_saved_model(tmp_path: Path) -> None:
    spec, table = ensemble_study("multiclass", 1, ensemble=False), rows("multiclass")
    out = tmp_path / "run"
    pipeline.optimize(spec, table, out=out, workers=1)
    said: dict[str, Any] = {}

    def predict(name: Any) -> None:
        output = tmp_path / f"{name}.csv"
        with read_folder(out) as folder:
            assert predict_file(folder, out / "rows.parquet", output, silent, name) == 150
        with output.open(encoding="utf-8") as file:
            said[name] = np.array([row[:-1] for row in csv.reader(file)][1:], float)

    with pytest.raises(RecordError, match="hpsearch ensemble does"):
        predict("ensemble")
    pipeline.ensemble(spec, table, out=out, workers=1)
    for name in NAMES:
        predict(name)
        assert said[name].sum(axis=1) == pytest.approx(np.ones(150), abs=1e-5)
    assert (said["best"] != said["single"]).any()
