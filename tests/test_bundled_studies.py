"""Each study of a table that comes with scikit-learn, from its name to a saved model, in little."""

from pathlib import Path

import pytest

from hpsearch import pipeline
from hpsearch.progress import SILENT
from hpsearch.rows import read_rows
from hpsearch.study.finding import find_study
from hpsearch.study.reading import read_study

#: Rows of each, and what its winner is measured by beside the loss.
STUDIES = {
    "breast-cancer": (569, "auc"),
    "digits": (1_797, "accuracy"),
    "diabetes": (442, "r2"),
}

LITTLE = (
    *("search.trials=3", "search.warmup=0", "training.epochs=12"),
    *("evaluate.top=1", "evaluate.seeds=1", "evaluate.ablation=false", "evaluate.baselines=[]"),
)


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_runs_from_its_name_and_has_learned_something(name: str, tmp_path: Path) -> None:
    rows, measured = STUDIES[name]
    spec = read_study(find_study(name), LITTLE)
    table = read_rows(spec, tmp_path, None, SILENT)
    assert len(table) == rows
    outcome = pipeline.optimize(spec, table, out=tmp_path, workers=2)
    assert outcome.test is not None
    metric = outcome.test.metrics[measured]
    chance = outcome.data.chance.get(measured, 1 / len(table.classes) if table.classes else 0.0)
    assert metric.value > chance + 0.1
    assert (tmp_path / "models" / "best.keras").is_file()


def test_networks_with_members_search_real_collisions(higgs_file: Path, tmp_path: Path) -> None:
    """The study's first trial is the one that it names; the exported model is a mean of seeds."""
    small = ("data.validation=300", "data.train=600", "data.test=400", f"data.path={higgs_file}")
    spec = read_study(find_study("higgs-members"), (*LITTLE, *small, "evaluate.seeds=2"))
    table = read_rows(spec, tmp_path, None, SILENT)
    outcome = pipeline.optimize(spec, table, out=tmp_path, workers=2)
    (named,) = spec.search.start or ()
    first = outcome.trials[0].params
    assert first["members"] == named["members"] == 16
    assert first["learning_rate.1"] == named["learning_rate"]
    assert outcome.test is not None
    assert outcome.test.averaged == 2
    assert outcome.test.metrics["auc"].value > 0.5
