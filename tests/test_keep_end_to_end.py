"""A study that searches which weights are kept and how large batches are, from rows to report."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch import pipeline
from hpsearch.data.columns import RawRows, number_columns
from hpsearch.data.table import Origin, Table
from hpsearch.evaluation.check import check_folder
from hpsearch.evaluation.outcome import Outcome
from hpsearch.evaluation.reproduce import choose_all
from hpsearch.record.folder import read_folder
from hpsearch.space.hyperparameter import KEPT_WEIGHTS
from hpsearch.study.reading import check_study
from hpsearch.study.spec import StudySpec

EPOCHS = 6
SIZES = dict(zip(KEPT_WEIGHTS, (70, 300, 40), strict=True))


def table() -> Table:
    rng = np.random.default_rng(4)
    numbers = rng.normal(size=(500, 3))
    labels = (numbers[:, 0] * numbers[:, 1] > 0).astype(np.float32)
    origin = Origin("csv", "500 made rows", simulated=False)
    return Table(
        RawRows.of_numbers(numbers), labels, number_columns(("a", "b", "c")), origin, ("no", "yes")
    )


def study(trials: int) -> StudySpec:
    """Its trials are named: one for each kind of weights, with batches of its own size."""
    start = [{"keep": keep, "batch_size": size} for keep, size in SIZES.items()]
    return check_study(
        {
            "study": {"name": "kept", "seed": 3},
            "data": {"source": "csv", "path": "nowhere.csv"},
            "network": {"layers": 1, "units": 8},
            "space": {
                "keep": {"choice": list(KEPT_WEIGHTS)},
                "batch_size": {"choice": list(SIZES.values())},
            },
            "training": {"epochs": EPOCHS, "patience": 1, "learning_rate": 0.05},
            "search": {"trials": trials, "parallel": 2, "pruner": "none", "start": start},
            "evaluate": {"top": 3, "seeds": 2, "ablation": False, "baselines": []},
        },
        "made.toml",
    )


def facts(outcome: Outcome) -> Any:
    curves = [outcome.history(trial.run).curve.values.tobytes() for trial in outcome.trials]
    return outcome.trials, curves, outcome.standings, outcome.test and outcome.test.metrics


def test_each_kind_of_weights_is_what_the_record_speaks_of(tmp_path: Path) -> None:
    whole = pipeline.optimize(study(3), table(), out=tmp_path / "whole", workers=1)
    pipeline.optimize(study(1), table(), out=tmp_path / "parts", workers=1)
    parts = pipeline.optimize(study(3), table(), out=tmp_path / "parts", workers=1)
    assert facts(parts) == facts(whole)
    assert {trial.params["keep"]: trial.params["batch_size"] for trial in whole.trials} == SIZES
    for standing in whole.standings:
        for run in standing.runs:  # the losses are those of the weights that are kept
            history = whole.history(run.run.name)
            assert run.run.recipe.keep == standing.params["keep"]
            assert run.run.recipe.batch_size == standing.params["batch_size"]
            assert history.losses.mean(dtype=np.float64) == pytest.approx(run.value, rel=1e-4)
            assert run.value == history.curve.validation()[run.best_epoch - 1]
            if standing.params["keep"] == "last":
                assert (run.best_epoch, run.epochs) == (EPOCHS, EPOCHS)
    report = (tmp_path / "whole" / "report.md").read_text(encoding="utf-8")
    assert "| kept epoch |" in report
    with read_folder(tmp_path / "whole") as folder:
        assert pipeline.reproduce(folder, choose_all, workers=1).holds
    assert {finding.condition for finding in check_folder(tmp_path / "whole")} == {"whole"}
